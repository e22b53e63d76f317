#include "onnx/file/constant.h"

#include <fmt/format.h>

#include "fer/error.h"
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

std::string_view data_of(const onnx::TensorProto& tensor) {
  if (tensor.has_raw_data()) return tensor.raw_data();
  switch (tensor.data_type()) {
    case onnx::TensorProto::FLOAT:
      return bytes_of(tensor.float_data().data(), tensor.float_data_size());
    case onnx::TensorProto::INT32:
      return bytes_of(tensor.int32_data().data(), tensor.int32_data_size());
    default:
      return bytes_of(tensor.int64_data().data(), tensor.int64_data_size());
  }
}

}  // namespace

Dims Constant::ints() const {
  Dims values;
  for (int64_t i = 0; i < size(); ++i) values.push_back(int_at(i));
  return values;
}

int64_t byte_count(const Dims& dims, size_t width) {
  auto bytes = static_cast<int64_t>(width);
  bool empty = false;
  for (const int64_t dim : dims) {
    empty = empty || dim == 0;
    if (dim < 0 || __builtin_mul_overflow(bytes, dim == 0 ? 1 : dim, &bytes)) return -1;
  }
  return empty ? 0 : bytes;
}

std::string shown_dims(const Dims& dims) {
  std::string text;
  for (const int64_t dim : dims) {
    text.append(text.empty() ? "" : ", ").append(dim == kAnyBatch ? "n" : std::to_string(dim));
  }
  return fmt::format("[{}]", text);
}

Constant constant_of(const onnx::TensorProto& tensor) {
  const std::string place = "tensor " + shown(tensor.name());
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0) {
    throw Error(place + ": expected its data in this file, found them in another");
  }
  const int type = tensor.data_type();
  if (type != onnx::TensorProto::FLOAT && type != onnx::TensorProto::INT64 && type != onnx::TensorProto::INT32) {
    throw Error(place + ": expected FLOAT, INT64 or INT32, found " + type_name(type));
  }
  if (tensor.has_segment()) throw Error(place + ": expected a whole tensor, found a segment of one");
  if (tensor.dims_size() > static_cast<int>(kMaxRank)) {
    throw Error(fmt::format("{}: expected at most {} extents, found {}", place, kMaxRank, tensor.dims_size()));
  }
  Constant constant{.dims = {tensor.dims().begin(), tensor.dims().end()},
                    .real = type == onnx::TensorProto::FLOAT,
                    .bytes = data_of(tensor),
                    .width = type == onnx::TensorProto::INT64 ? sizeof(int64_t) : sizeof(int32_t)};
  const int64_t bytes = byte_count(constant.dims, constant.width);
  if (bytes < 0) throw Error(place + ": expected other extents, found " + shown_dims(constant.dims));
  if (static_cast<size_t>(bytes) != constant.bytes.size()) {
    throw Error(fmt::format("{}: expected {} bytes for shape {}, found {}", place, bytes, shown_dims(constant.dims),
                            constant.bytes.size()));
  }
  return constant;
}

Constant constant_of(const onnx::AttributeProto& attribute) {
  const std::string& name = attribute.name();
  if (name == "value_floats") {
    return {.dims = {attribute.floats_size()}, .bytes = bytes_of(attribute.floats().data(), attribute.floats_size())};
  }
  if (name == "value_ints") {
    return {.dims = {attribute.ints_size()},
            .real = false,
            .bytes = bytes_of(attribute.ints().data(), attribute.ints_size()),
            .width = sizeof(int64_t)};
  }
  if (name != "value_float" && name != "value_int") {
    throw Error("expected a constant of floats or int64, found " + shown(name));
  }
  const float real = attribute.f();
  const int64_t whole = attribute.i();
  const bool is_real = name == "value_float";
  const auto owned = std::make_shared<const std::string>(is_real ? bytes_of(&real, 1) : bytes_of(&whole, 1));
  return {.dims = {}, .real = is_real, .bytes = *owned, .width = owned->size(), .owned = owned};
}

}  // namespace fer::onnx_file
