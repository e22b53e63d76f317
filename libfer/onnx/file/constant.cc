#include "onnx/file/constant.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <limits>

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

struct Form {
  int type;
  size_t width;  // of a value in raw data
  bool real;
};
constexpr Form kForms[] = {{onnx::TensorProto::FLOAT, 4, true},    {onnx::TensorProto::INT64, 8, false},
                           {onnx::TensorProto::INT32, 4, false},   {onnx::TensorProto::FLOAT16, 2, true},
                           {onnx::TensorProto::BFLOAT16, 2, true}, {onnx::TensorProto::DOUBLE, 8, true}};

const Form& form_of(const onnx::TensorProto& tensor) {
  for (const Form& form : kForms) {
    if (form.type == tensor.data_type()) return form;
  }
  throw Error("expected FLOAT, FLOAT16, BFLOAT16, DOUBLE, INT64 or INT32, found " + type_name(tensor.data_type()));
}

bool is_external(const onnx::TensorProto& tensor) {
  return tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0;
}

// Where they lie in the message. (Halves that are not raw lie in 32 bits each.)
std::string_view data_of(const onnx::TensorProto& tensor) {
  if (tensor.has_raw_data()) return tensor.raw_data();
  switch (tensor.data_type()) {
    case onnx::TensorProto::FLOAT:
      return bytes_of(tensor.float_data().data(), tensor.float_data_size());
    case onnx::TensorProto::DOUBLE:
      return bytes_of(tensor.double_data().data(), tensor.double_data_size());
    case onnx::TensorProto::INT64:
      return bytes_of(tensor.int64_data().data(), tensor.int64_data_size());
    default:
      return bytes_of(tensor.int32_data().data(), tensor.int32_data_size());
  }
}

template <class T>
T value_at(std::string_view bytes, size_t i) {
  T value;
  std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
  return value;
}

// IEEE 754's binary16: 1 bit of sign, 5 of exponent (less 15), 10 of fraction.
float half_to_float(uint16_t half) {
  const int exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
  float value = 0;
  if (exponent == 0x1f) {
    value = fraction == 0 ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
  } else if (exponent == 0) {
    value = std::ldexp(static_cast<float>(fraction), -24);
  } else {
    value = std::ldexp(static_cast<float>(0x400 + fraction), exponent - 25);
  }
  return half & 0x8000 ? -value : value;
}

// The upper half of a float.
float bfloat_to_float(uint16_t half) { return std::bit_cast<float>(static_cast<uint32_t>(half) << 16); }

// Floats of another width, `width` bytes from one to the next.
std::string as_floats(int type, std::string_view bytes, size_t width) {
  const size_t count = bytes.size() / width;
  std::string floats(count * sizeof(float), '\0');
  for (size_t i = 0; i < count; ++i) {
    float value = 0;
    if (type == onnx::TensorProto::DOUBLE) {
      value = static_cast<float>(value_at<double>(bytes, i));
    } else {
      const auto half = width == 2 ? value_at<uint16_t>(bytes, i) : static_cast<uint16_t>(value_at<uint32_t>(bytes, i));
      value = type == onnx::TensorProto::FLOAT16 ? half_to_float(half) : bfloat_to_float(half);
    }
    std::memcpy(floats.data() + i * sizeof(float), &value, sizeof(float));
  }
  return floats;
}

Constant read_constant(const onnx::TensorProto& tensor, ExternalData& external) {
  const Form& form = form_of(tensor);
  if (tensor.has_segment()) {
    throw Error(fmt::format("expected a whole tensor, found a segment of one, {} to {}", tensor.segment().begin(),
                            tensor.segment().end()));
  }
  if (tensor.dims_size() > static_cast<int>(kMaxRank)) {
    throw Error(fmt::format("expected at most {} extents, found {}", kMaxRank, tensor.dims_size()));
  }
  Constant constant{.dims = {tensor.dims().begin(), tensor.dims().end()}, .real = form.real, .bytes = {}};
  const bool outside = is_external(tensor), apart = !outside && !tensor.has_raw_data() && form.width == 2;
  const size_t width = apart ? sizeof(int32_t) : form.width;
  const int64_t bytes = byte_count(constant.dims, width);
  if (bytes < 0) {
    throw Error("expected extents of 0 or more, and fewer bytes than 2^63, found " + shown_dims(constant.dims));
  }
  std::string owned = outside ? external.read(tensor, bytes) : std::string();
  constant.bytes = outside ? std::string_view(owned) : data_of(tensor);
  if (static_cast<size_t>(bytes) != constant.bytes.size()) {
    throw Error(fmt::format("expected {} bytes for shape {}, found {}: the file is damaged, take another copy of it",
                            bytes, shown_dims(constant.dims), constant.bytes.size()));
  }
  const bool widened = form.real && form.type != onnx::TensorProto::FLOAT;
  constant.width = widened ? sizeof(float) : form.width;
  if (widened) owned = as_floats(form.type, constant.bytes, width);
  if (outside || widened) {
    constant.owned = std::make_shared<const std::string>(std::move(owned));
    constant.bytes = *constant.owned;
  }
  return constant;
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

bool is_in_place(const onnx::TensorProto& tensor) {
  const int type = tensor.data_type();
  return !is_external(tensor) &&
         (type == onnx::TensorProto::FLOAT || type == onnx::TensorProto::INT64 || type == onnx::TensorProto::INT32);
}

Constant constant_of(const onnx::TensorProto& tensor, ExternalData& external) {
  try {
    return read_constant(tensor, external);
  } catch (const Error& e) {
    throw Error("tensor " + shown(tensor.name()) + ": " + e.what());
  }
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
