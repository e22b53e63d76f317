// Tensors whose values stand in the file.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "onnx/file/external.h"
#include "onnx/file/schema.h"

namespace fer::onnx_file {

using Dims = std::vector<int64_t>;

inline constexpr size_t kMaxRank = 8;
// What stands for the batch among the numbers of a shape: it may be of any size.
inline constexpr int64_t kAnyBatch = INT64_MIN / 3;

// Values that lie somewhere in the parsed file, at any alignment, or were computed.
struct Constant {
  Dims dims;
  bool real = true;  // floats; else whole numbers
  std::string_view bytes;
  size_t width = sizeof(float);                   // of a value in bytes: 8 of an INT64
  std::shared_ptr<const std::string> owned = {};  // where `bytes` lie, of computed ones

  int64_t size() const { return static_cast<int64_t>(bytes.size() / width); }
  std::string_view element(int64_t i) const { return bytes.substr(static_cast<size_t>(i) * width, width); }
  float float_at(int64_t i) const { return at<float>(i); }
  int64_t int_at(int64_t i) const { return width == sizeof(int32_t) ? at<int32_t>(i) : at<int64_t>(i); }
  Dims ints() const;

 private:
  template <class T>
  T at(int64_t i) const {
    T value;
    std::memcpy(&value, bytes.data() + static_cast<size_t>(i) * sizeof(T), sizeof(T));
    return value;
  }
};

// Floats of 16 bits (FLOAT16, BFLOAT16) and of 64 become FLOAT. Throws Error on dtypes other than these, INT64 and
// INT32, data in another file that `external` does not give, negative extents, and data of another size than the
// extents say.
Constant constant_of(const onnx::TensorProto& tensor, ExternalData& external);
// True where the values lie in the parsed file as they are wanted: then constant_of makes no copy.
bool is_in_place(const onnx::TensorProto& tensor);
// What a Constant node gives by its attribute `value_float`, `value_floats`, `value_int` or `value_ints`.
Constant constant_of(const onnx::AttributeProto& attribute);

// Bytes of so many values, or -1 where they cannot be counted. (Then neither can those of any of the axes.)
int64_t byte_count(const Dims& dims, size_t width);

// "[3, 3]"; "n" stands for the batch.
std::string shown_dims(const Dims& dims);

}  // namespace fer::onnx_file
