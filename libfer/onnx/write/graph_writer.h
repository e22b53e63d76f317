// An ONNX graph while it is written: its nodes and constants, each under a name of its own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "onnx/file/schema.h"

namespace fer::onnx_file {

using Ints = std::vector<int64_t>;

void set_attribute(onnx::NodeProto& node, const char* name, int64_t value);
void set_attribute(onnx::NodeProto& node, const char* name, float value);
void set_attribute(onnx::NodeProto& node, const char* name, const Ints& values);
void set_attribute(onnx::NodeProto& node, const char* name, const char* text);

class GraphWriter {
 public:
  // Names of the graph's inputs and outputs are `taken`. The nodes are to be of this opset.
  GraphWriter(onnx::GraphProto& graph, std::unordered_set<std::string> taken, int64_t opset = 13)
      : graph_(graph), taken_(std::move(taken)), opset_(opset) {}

  int64_t opset() const { return opset_; }

  // Adds a node with one output; both get `name`, or a free one like it. Its output is node.output(0).
  onnx::NodeProto& node(const char* op, const std::string& name, const std::vector<std::string>& inputs);

  // Add a constant and return its name. Throws Error naming it unless all values are finite.
  std::string floats(const std::string& name, const Ints& dims, std::span<const float> values);
  std::string ints(const std::string& name, const Ints& values);

 private:
  std::string free_name(const std::string& name);
  onnx::TensorProto& tensor(const std::string& name, onnx::TensorProto::DataType type, const Ints& dims,
                            std::span<const std::byte> data);

  onnx::GraphProto& graph_;
  std::unordered_set<std::string> taken_;
  int64_t opset_;
};

}  // namespace fer::onnx_file
