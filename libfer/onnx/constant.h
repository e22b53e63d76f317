// Tensors whose values stand in the file.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "onnx/schema.h"

namespace fer::onnx_file {

// Values that lie somewhere in the parsed file, at any alignment.
struct Constant {
  std::vector<int64_t> dims;
  bool real = true;  // floats; else int64
  std::string_view bytes;

  int64_t size() const { return static_cast<int64_t>(bytes.size() / (real ? sizeof(float) : sizeof(int64_t))); }
  float float_at(int64_t i) const { return at<float>(i); }
  int64_t int_at(int64_t i) const { return at<int64_t>(i); }
  std::vector<int64_t> ints() const;

 private:
  template <class T>
  T at(int64_t i) const {
    T value;
    std::memcpy(&value, bytes.data() + static_cast<size_t>(i) * sizeof(T), sizeof(T));
    return value;
  }
};

// Throws Error on dtypes other than FLOAT and INT64, data in another file, negative extents, and data of another size
// than the extents say.
Constant constant_of(const onnx::TensorProto& tensor);
// What a Constant node gives by its attribute `value_float`, `value_floats`, `value_int` or `value_ints`.
onnx::TensorProto tensor_of(const onnx::AttributeProto& attribute);

// "[3, 3]"
std::string shown_dims(const std::vector<int64_t>& dims);

}  // namespace fer::onnx_file
