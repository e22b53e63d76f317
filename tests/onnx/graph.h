// Small ONNX graphs as other exporters write them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "onnx/model_bytes.h"
#include "onnx/write/graph_writer.h"
#include "tests/onnx/models.h"
#include "tests/support/message.h"

namespace fer {

using onnx_file::GraphWriter;
using onnx_file::Ints;
using onnx_file::set_attribute;

// A graph from input "x" to output "y", [n, classes].
class Graph {
 public:
  explicit Graph(const Ints& input, int64_t opset = 13) : writer(*proto.mutable_graph(), {"x"}) {
    proto.add_opset_import()->set_version(opset);
    onnx::ValueInfoProto& x = *proto.mutable_graph()->add_input();
    x.set_name("x");
    x.mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT);
    auto& shape = *x.mutable_type()->mutable_tensor_type()->mutable_shape();
    shape.add_dim()->set_dim_param("n");
    for (const int64_t extent : input) shape.add_dim()->set_dim_value(extent);
  }

  onnx::NodeProto& node(const char* op, const std::vector<std::string>& inputs) { return writer.node(op, "n", inputs); }
  std::string add(const char* op, const std::vector<std::string>& inputs) { return node(op, inputs).output(0); }
  // Numbers 1, 2, ... times a hundredth.
  std::string floats(const Ints& dims) {
    std::vector<float> values(static_cast<size_t>(Shape(dims).elements()));
    for (size_t i = 0; i < values.size(); ++i) values[i] = 0.01f * static_cast<float>(i + 1);
    return writer.floats("c", dims, values);
  }
  std::string number(float value) { return writer.floats("c", {}, {&value, 1}); }
  std::string ints(const Ints& values) { return writer.ints("c", values); }
  // A number without axes.
  std::string whole(int64_t value) {
    const std::string name = ints({value});
    proto.mutable_graph()->mutable_initializer()->rbegin()->clear_dims();
    return name;
  }
  // x as [n, k].
  std::string flat() { return add("Flatten", {"x"}); }

  // As `options` say; by default what goes in is the graph's input as it is.
  Model read(const std::string& output, const OnnxReadOptions& options = {.preprocessing = Preprocessing{1, 0}}) {
    proto.mutable_graph()->clear_output();
    proto.mutable_graph()->add_output()->set_name(output);
    return onnx_file::parse_model(proto.SerializeAsString(), options, "m");
  }
  std::vector<float> run(const std::string& output, const std::vector<float>& pixels) {
    return outputs(read(output), pixels);
  }
  std::string refusal(const std::string& output) {
    return message_of([&] { read(output); });
  }

  onnx::ModelProto proto;
  GraphWriter writer;
};

inline void expect_near(const std::vector<float>& found, const std::vector<float>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-5) << i;
}

// What is done to pixels of 0 to 255 before they go in: nothing, or a division by 255.
inline const Preprocessing kPixels = {1, 0}, kFractions = {};

// How pixels go in where nobody says.
inline Preprocessing guessed_preprocessing(Graph& g, const std::string& value) {
  const std::string product = g.add("MatMul", {g.add("Flatten", {value}), g.floats({3, 2})});
  return g.read(product, {}).preprocessing;
}

// One step with a number for each of three channels.
inline std::string channel_step(Graph& g, const char* op, const std::string& value, const std::vector<float>& numbers) {
  return g.add(op, {value, g.writer.floats("c", {1, 3, 1, 1}, numbers)});
}

}  // namespace fer
