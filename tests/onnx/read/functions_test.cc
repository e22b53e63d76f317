// Functions in several nodes, as exporters write them.
#include "onnx/read/functions.h"

#include "tests/onnx/graph.h"

namespace fer {
namespace {

const std::vector<float> kX = {-1, 0.5f, 3};
const std::vector<float> kGelu = {-0.15865525f, 0.34573123f, 2.9959503f};
const std::vector<float> kGeluTanh = {-0.15880801f, 0.34571401f, 2.9963626f};
const std::vector<float> kMish = {-0.30340146f, 0.37524521f, 2.986535f};

// What a graph of [1, 1, 3] makes of kX, and that it is one function after a layer.
void expect_function(Graph& g, const std::string& output, Activation function, const std::vector<float>& y) {
  const Model model = g.read(output);
  ASSERT_EQ(model.network.layers.size(), 2u);
  ASSERT_TRUE(std::holds_alternative<ActivationLayer>(model.network.layers[1].kind));
  EXPECT_EQ(std::get<ActivationLayer>(model.network.layers[1].kind).function, function);
  expect_near(outputs(model, kX), y);
}

std::string constant_node(Graph& g, float value) {
  onnx::NodeProto& node = g.node("Constant", {});
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name("value");
  attribute.set_type(onnx::AttributeProto::TENSOR);
  attribute.mutable_t()->set_data_type(onnx::TensorProto::FLOAT);
  attribute.mutable_t()->add_float_data(value);
  return node.output(0);
}

// torch.onnx.export below opset 20.
TEST(OnnxFunctions, GeluAsPyTorchWritesIt) {
  Graph g({1, 1, 3});
  const std::string x = g.flat();
  const std::string erf = g.add("Erf", {g.add("Div", {x, constant_node(g, 1.4142135f)})});
  const std::string gated = g.add("Mul", {x, g.add("Add", {erf, constant_node(g, 1)})});
  expect_function(g, g.add("Mul", {gated, constant_node(g, 0.5f)}), Activation::kGelu, kGelu);
}

// torch.onnx.export(dynamo=True), and TensorFlow's order: the half first.
TEST(OnnxFunctions, GeluInOtherOrders) {
  Graph g({1, 1, 3});
  const std::string x = g.flat();
  const std::string erf = g.add("Erf", {g.add("Mul", {g.number(0.70710677f), x})});
  const std::string gate = g.add("Add", {g.number(1), erf});
  expect_function(g, g.add("Mul", {g.add("Mul", {g.number(0.5f), x}), gate}), Activation::kGelu, kGelu);
  Graph halves({1, 1, 3});
  const std::string z = halves.flat();
  const std::string half =
      halves.add("Mul", {halves.add("Erf", {halves.add("Div", {z, halves.number(1.41421356f)})}), halves.number(0.5f)});
  expect_function(halves, halves.add("Mul", {halves.add("Add", {half, halves.number(0.5f)}), z}), Activation::kGelu,
                  kGelu);
  Graph divided({1, 1, 3});
  const std::string v = divided.flat();
  const std::string step =
      divided.add("Add", {divided.add("Erf", {divided.add("Div", {v, divided.number(1.4142f)})}), divided.number(1)});
  expect_function(divided, divided.add("Div", {divided.add("Mul", {v, step}), divided.number(2)}), Activation::kGelu,
                  kGelu);
}

TEST(OnnxFunctions, GeluWithTanhAsPyTorchAndTensorFlowWriteIt) {
  Graph g({1, 1, 3});
  const std::string x = g.flat();
  const std::string cube = g.add("Mul", {x, g.add("Mul", {x, x})});
  const std::string sum = g.add("Add", {x, g.add("Mul", {g.number(0.044715f), cube})});
  const std::string tanh = g.add("Tanh", {g.add("Mul", {g.number(0.7978846f), sum})});
  const std::string gate = g.add("Add", {g.number(1), tanh});
  expect_function(g, g.add("Mul", {g.add("Mul", {g.number(0.5f), x}), gate}), Activation::kGeluTanh, kGeluTanh);
  Graph power({1, 1, 3});
  const std::string z = power.flat();
  const std::string bent = power.add("Mul", {power.add("Pow", {z, power.number(3)}), power.number(0.044715f)});
  const std::string step =
      power.add("Tanh", {power.add("Mul", {power.add("Add", {z, bent}), power.number(0.7978846f)})});
  const std::string gated = power.add("Mul", {z, power.add("Add", {step, power.number(1)})});
  expect_function(power, power.add("Mul", {gated, power.number(0.5f)}), Activation::kGeluTanh, kGeluTanh);
}

TEST(OnnxFunctions, MishIsATanhOfASoftplus) {
  Graph g({1, 1, 3});
  const std::string x = g.flat();
  expect_function(g, g.add("Mul", {x, g.add("Tanh", {g.add("Softplus", {x})})}), Activation::kMish, kMish);
}

// x is itself a sum and a product, of which none is part of the function.
TEST(OnnxFunctions, WhatTheFunctionTakesMayBeArithmeticToo) {
  Graph g({1, 1, 3});
  const std::string flat = g.flat();
  const std::string x = g.add("Mul", {g.add("Add", {flat, g.number(1)}), g.number(2)});
  const std::string erf = g.add("Erf", {g.add("Div", {x, g.number(1.4142135f)})});
  const std::string gated = g.add("Mul", {x, g.add("Add", {erf, g.number(1)})});
  expect_near(g.run(g.add("Mul", {gated, g.number(0.5f)}), {-1.5f, -0.75f, 0.5f}), kGelu);
}

TEST(OnnxFunctions, OtherUsesAreRefusedByName) {
  Graph g({1, 1, 3});
  const std::string x = g.flat();
  const std::string erf = g.add("Erf", {x});
  expect_contains(g.refusal(erf), "(\"Erf\"): expected it in x * (1 + erf(x / sqrt(2))) / 2, which is gelu");
  // Not quite: 0.6 in the place of 1/sqrt(2), 2 in that of 1, x in that of x / 2, another x.
  const auto almost = [](float scale, float one, float factor, bool other) {
    Graph h({1, 1, 3});
    const std::string z = h.flat(), y = other ? h.add("Relu", {z}) : z;
    const std::string inner = h.add("Erf", {h.add("Mul", {z, h.number(scale)})});
    const std::string gated = h.add("Mul", {y, h.add("Add", {inner, h.number(one)})});
    return h.refusal(h.add("Mul", {gated, h.number(factor)}));
  };
  for (const std::string& refusal : {almost(0.6f, 1, 0.5f, false), almost(0.70710678f, 2, 0.5f, false),
                                     almost(0.70710678f, 1, 1, false), almost(0.70710678f, 1, 0.5f, true)}) {
    expect_contains(refusal, "which is gelu, found another use");
  }
  Graph soft({1, 1, 3});
  expect_contains(soft.refusal(soft.add("Softplus", {soft.flat()})), "which is mish, found another use");
}

// The step has a second reader, so it is needed for itself.
TEST(OnnxFunctions, StepsThatSomethingElseTakesStay) {
  Graph g({1, 1, 3});
  const std::string x = g.flat();
  const std::string tanh = g.add("Tanh", {g.add("Softplus", {x})});
  const std::string mish = g.add("Mul", {x, tanh});
  expect_contains(g.refusal(g.add("Add", {mish, tanh})), "(\"Softplus\")");
}

TEST(OnnxFunctions, HostileGraphsEnd) {
  Graph g({1, 1, 3});
  std::string x = g.flat();
  for (int i = 0; i < 2000; ++i) x = g.add(i % 2 == 0 ? "Mul" : "Add", {x, x});
  for (int i = 0; i < 100; ++i) g.add("Tanh", {x});
  g.add("Erf", {"absent"});
  onnx::NodeProto& circle = g.node("Mul", {"later", "later"});
  g.add("Erf", {circle.output(0)});
  circle.set_input(0, circle.output(0));
  onnx_file::ExternalData none;
  onnx_file::join_functions(*g.proto.mutable_graph(), none);
  for (const onnx::NodeProto& node : g.proto.graph().node()) EXPECT_NE(node.op_type(), "Gelu");
}

}  // namespace
}  // namespace fer
