#include "onnx/write/graph_writer.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "fer/error.h"

namespace fer::onnx_file {
namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

onnx::AttributeProto& add_attribute(onnx::NodeProto& node, const char* name, onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}

}  // namespace

void set_attribute(onnx::NodeProto& node, const char* name, int64_t value) {
  add_attribute(node, name, onnx::AttributeProto::INT).set_i(value);
}
void set_attribute(onnx::NodeProto& node, const char* name, float value) {
  add_attribute(node, name, onnx::AttributeProto::FLOAT).set_f(value);
}
void set_attribute(onnx::NodeProto& node, const char* name, const Ints& values) {
  onnx::AttributeProto& attribute = add_attribute(node, name, onnx::AttributeProto::INTS);
  for (const int64_t value : values) attribute.add_ints(value);
}
void set_attribute(onnx::NodeProto& node, const char* name, const char* text) {
  add_attribute(node, name, onnx::AttributeProto::STRING).set_s(text);
}

std::string GraphWriter::free_name(const std::string& name) {
  std::string free = name;
  for (int i = 2; !taken_.insert(free).second; ++i) free = name + "_" + std::to_string(i);
  return free;
}

onnx::NodeProto& GraphWriter::node(const char* op, const std::string& name, const std::vector<std::string>& inputs) {
  onnx::NodeProto& node = *graph_.add_node();
  node.set_op_type(op);
  node.set_name(free_name(name));
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(node.name());
  return node;
}

onnx::TensorProto& GraphWriter::tensor(const std::string& name, onnx::TensorProto::DataType type, const Ints& dims,
                                       std::span<const std::byte> data) {
  onnx::TensorProto& tensor = *graph_.add_initializer();
  tensor.set_name(free_name(name));
  tensor.set_data_type(type);
  for (const int64_t dim : dims) tensor.add_dims(dim);
  tensor.set_raw_data(data.data(), data.size());
  return tensor;
}

std::string GraphWriter::floats(const std::string& name, const Ints& dims, std::span<const float> values) {
  const auto other = std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
  if (other != values.end()) {
    throw Error("tensor '" + name + "': expected finite numbers, found " + std::to_string(*other) + " at place " +
                std::to_string(other - values.begin()));
  }
  return tensor(name, onnx::TensorProto::FLOAT, dims, std::as_bytes(values)).name();
}

std::string GraphWriter::ints(const std::string& name, const Ints& values) {
  const Ints dims = {static_cast<int64_t>(values.size())};
  return tensor(name, onnx::TensorProto::INT64, dims, std::as_bytes(std::span(values))).name();
}

}  // namespace fer::onnx_file
