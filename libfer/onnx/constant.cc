#include "onnx/constant.h"

#include <fmt/format.h>

#include "fer/error.h"
#include "fer/tensor.h"
#include "network/json_text.h"

namespace fer::onnx_file {
namespace {

template <class T>
std::string_view bytes_of(const T* data, int count) {
  return {reinterpret_cast<const char*>(data), sizeof(T) * static_cast<size_t>(count)};
}

std::string type_name(int type) {
  if (onnx::TensorProto::DataType_IsValid(type)) {
    return onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(type));
  }
  return fmt::format("type {}", type);
}

constexpr int kMaxRank = 8;

// Bytes of a tensor, or -1 where they cannot be counted.
int64_t byte_count(const std::vector<int64_t>& dims, int64_t bytes) {
  for (const int64_t dim : dims) {
    if (dim < 0 || __builtin_mul_overflow(bytes, dim, &bytes)) return -1;
  }
  return bytes;
}

}  // namespace

std::vector<int64_t> Constant::ints() const {
  std::vector<int64_t> values;
  for (int64_t i = 0; i < size(); ++i) values.push_back(int_at(i));
  return values;
}

std::string shown_dims(const std::vector<int64_t>& dims) { return Shape(dims).to_string(); }

Constant constant_of(const onnx::TensorProto& tensor) {
  const std::string place = "tensor " + shown(tensor.name());
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0) {
    throw Error(place + ": expected its data in this file, found them in another");
  }
  const bool is_float = tensor.data_type() == onnx::TensorProto::FLOAT;
  if (!is_float && tensor.data_type() != onnx::TensorProto::INT64) {
    throw Error(place + ": expected FLOAT or INT64, found " + type_name(tensor.data_type()));
  }
  if (tensor.has_segment()) throw Error(place + ": expected a whole tensor, found a segment of one");
  if (tensor.dims_size() > kMaxRank) {
    throw Error(fmt::format("{}: expected at most {} extents, found {}", place, kMaxRank, tensor.dims_size()));
  }
  Constant constant{{tensor.dims().begin(), tensor.dims().end()}, is_float, {}};
  if (tensor.has_raw_data()) {
    constant.bytes = tensor.raw_data();
  } else if (is_float) {
    constant.bytes = bytes_of(tensor.float_data().data(), tensor.float_data_size());
  } else {
    constant.bytes = bytes_of(tensor.int64_data().data(), tensor.int64_data_size());
  }
  const int64_t bytes = byte_count(constant.dims, is_float ? sizeof(float) : sizeof(int64_t));
  if (bytes < 0) throw Error(place + ": expected other extents, found " + shown_dims(constant.dims));
  if (static_cast<size_t>(bytes) != constant.bytes.size()) {
    throw Error(fmt::format("{}: expected {} bytes for shape {}, found {}", place, bytes, shown_dims(constant.dims),
                            constant.bytes.size()));
  }
  return constant;
}

onnx::TensorProto tensor_of(const onnx::AttributeProto& attribute) {
  const std::string& name = attribute.name();
  onnx::TensorProto tensor;
  tensor.set_name(name);
  if (name == "value_float") {
    tensor.add_float_data(attribute.f());
  } else if (name == "value_floats") {
    *tensor.mutable_float_data() = attribute.floats();
    tensor.add_dims(attribute.floats_size());
  } else if (name == "value_int") {
    tensor.add_int64_data(attribute.i());
  } else if (name == "value_ints") {
    *tensor.mutable_int64_data() = attribute.ints();
    tensor.add_dims(attribute.ints_size());
  } else {
    throw Error("expected a constant of floats or int64, found " + shown(name));
  }
  tensor.set_data_type(tensor.float_data_size() > 0 ? onnx::TensorProto::FLOAT : onnx::TensorProto::INT64);
  return tensor;
}

}  // namespace fer::onnx_file
