// The nodes of activation functions.
#include "onnx/write/activations.h"

#include <gtest/gtest.h>

namespace fer::onnx_file {
namespace {

onnx::GraphProto graph_of(const ActivationLayer& layer, int64_t opset = 13) {
  onnx::GraphProto proto;
  GraphWriter graph(proto, {"x"}, opset);
  const std::string y = write_activation(graph, "x", layer, "y");
  EXPECT_EQ(y, proto.node_size() == 0 ? "x" : "y");
  return proto;
}

std::string operators_of(Activation function, int64_t opset = 13) {
  std::string ops;
  const onnx::GraphProto graph = graph_of({.function = function}, opset);
  for (const onnx::NodeProto& node : graph.node()) ops += node.op_type() + " ";
  return ops;
}

TEST(OnnxWrittenActivations, EachHasItsOperators) {
  EXPECT_EQ(operators_of(Activation::kLinear), "");
  EXPECT_EQ(operators_of(Activation::kRelu), "Relu ");
  EXPECT_EQ(operators_of(Activation::kLeakyRelu), "LeakyRelu ");
  EXPECT_EQ(operators_of(Activation::kElu), "Elu ");
  EXPECT_EQ(operators_of(Activation::kSelu), "Selu ");
  EXPECT_EQ(operators_of(Activation::kSilu), "Sigmoid Mul ");
  EXPECT_EQ(operators_of(Activation::kTanh), "Tanh ");
  EXPECT_EQ(operators_of(Activation::kSigmoid), "Sigmoid ");
  EXPECT_EQ(operators_of(Activation::kRelu6), "Clip ");
  EXPECT_EQ(operators_of(Activation::kHardSigmoid), "HardSigmoid ");
  EXPECT_EQ(operators_of(Activation::kHardSwish), "HardSigmoid Mul ");
  EXPECT_EQ(operators_of(Activation::kSoftmax), "Softmax ");
}

TEST(OnnxWrittenActivations, OperatorsThatAnOpsetHasNotAreWrittenAsWhatTheyCompute) {
  EXPECT_EQ(operators_of(Activation::kGelu, 20), "Gelu ");
  EXPECT_EQ(operators_of(Activation::kGelu, 19), "Mul Erf Add Mul Mul ");
  EXPECT_EQ(operators_of(Activation::kGeluTanh, 20), "Gelu ");
  EXPECT_EQ(operators_of(Activation::kGeluTanh, 19), "Mul Mul Mul Add Mul Tanh Add Mul Mul ");
  EXPECT_EQ(operators_of(Activation::kMish, 18), "Mish ");
  EXPECT_EQ(operators_of(Activation::kMish, 17), "Softplus Tanh Mul ");
  EXPECT_EQ(graph_of({.function = Activation::kGelu}, 20).node(0).attribute(0).s(), "none");
  EXPECT_EQ(graph_of({.function = Activation::kGeluTanh}, 20).node(0).attribute(0).s(), "tanh");
}

TEST(OnnxWrittenActivations, NumbersAreWritten) {
  const auto alpha = [](Activation function, float given) {
    return graph_of({.function = function, .alpha = given}).node(0).attribute(0).f();
  };
  EXPECT_EQ(alpha(Activation::kLeakyRelu, 0), 0.3f);
  EXPECT_EQ(alpha(Activation::kLeakyRelu, 0.1f), 0.1f);
  EXPECT_EQ(alpha(Activation::kElu, 0), 1);
  EXPECT_EQ(alpha(Activation::kElu, 0.5f), 0.5f);
  EXPECT_EQ(alpha(Activation::kHardSigmoid, 0), 1.0f / 6);
  EXPECT_EQ(alpha(Activation::kHardSigmoid, 0.2f), 0.2f);
  EXPECT_EQ(alpha(Activation::kSelu, 0), 1.67326324f);
  EXPECT_EQ(graph_of({.function = Activation::kSoftmax}).node(0).attribute(0).i(), 1);
}

TEST(OnnxWrittenActivations, BoundsAreInputsSinceOpset11) {
  const onnx::GraphProto ten = graph_of({.function = Activation::kRelu6}, 10);
  EXPECT_EQ(ten.node(0).attribute_size(), 2);
  EXPECT_EQ(ten.node(0).attribute(1).f(), 6);
  EXPECT_EQ(ten.initializer_size(), 0);
  const onnx::GraphProto eleven = graph_of({.function = Activation::kRelu6}, 11);
  EXPECT_EQ(eleven.node(0).attribute_size(), 0);
  ASSERT_EQ(eleven.node(0).input_size(), 3);
  EXPECT_EQ(eleven.node(0).input(2), "y/max");
  EXPECT_EQ(eleven.initializer(1).name(), "y/max");
}

}  // namespace
}  // namespace fer::onnx_file
