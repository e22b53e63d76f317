// Nodes that compute constants: weights in another shape, shapes of shapes.
#include "tests/onnx/graph.h"

namespace fer {
namespace {

// [2, 2] times the constant.
std::vector<float> product(Graph& g, const std::string& constant) {
  return g.run(g.add("MatMul", {g.flat(), constant}), {10, 20});
}

TEST(OnnxConstants, WeightsComeInOtherShapes) {
  Graph reshaped({1, 1, 2});
  expect_near(product(reshaped, reshaped.add("Reshape", {reshaped.floats({1, 3, 2}), reshaped.ints({-1, 3})})),
              {0.9f, 1.2f, 1.5f});
  Graph copied({1, 1, 2});
  expect_near(product(copied, copied.add("Reshape", {copied.floats({2, 3, 1}), copied.ints({0, 3})})),
              {0.9f, 1.2f, 1.5f});
  Graph transposed({1, 1, 2});
  expect_near(product(transposed, transposed.add("Transpose", {transposed.floats({3, 2})})), {0.5f, 1.1f, 1.7f});
  Graph flat({1, 1, 2});
  expect_near(product(flat, flat.add("Flatten", {flat.floats({2, 3, 1})})), {0.9f, 1.2f, 1.5f});
}

TEST(OnnxConstants, ChannelNumbersComeInOtherShapes) {
  Graph g({2, 1, 1});
  std::string scale = g.add("Unsqueeze", {g.floats({2}), g.ints({0, -1, 2})});
  scale = g.add("Squeeze", {g.add("Identity", {scale}), g.ints({0})});
  expect_near(g.run(g.add("Flatten", {g.add("Mul", {g.add("Relu", {"x"}), scale})}), {10, 20}), {0.1f, 0.4f});
}

TEST(OnnxConstants, SumsAndProductsOfConstants) {
  Graph g({1, 1, 2});
  std::string c = g.add("Mul", {g.floats({2, 1}), g.floats({3})});  // (i + 1) (j + 1) / 10000
  c = g.add("Div", {g.add("Sub", {c, g.number(1)}), g.number(-0.01f)});
  expect_near(product(g, g.add("Add", {c, g.number(0)})), {2999.5f - 0.5f + 0.5f, 2999, 2998.5f});
}

// x.view(b, c * h * w): the batch may be of any size, the rest is computed.
TEST(OnnxConstants, ShapesAreComputedFromShapes) {
  Graph g({2, 1, 2});
  const std::string value = g.add("Relu", {"x"});
  const auto extent = [&](int64_t axis) { return g.add("Gather", {g.add("Shape", {value}), g.whole(axis)}); };
  const std::string rest = g.add("Mul", {g.add("Mul", {extent(1), extent(2)}), extent(3)});
  onnx::NodeProto& shape =
      g.node("Concat", {g.add("Unsqueeze", {extent(0), g.ints({0})}), g.add("Unsqueeze", {rest, g.ints({0})})});
  set_attribute(shape, "axis", int64_t{0});
  const std::string flat = g.add("Reshape", {value, shape.output(0)});
  EXPECT_EQ(g.read(g.add("MatMul", {flat, g.floats({4, 2})})).network.layers.size(), 3u);
}

TEST(OnnxConstants, WhatDependsOnTheBatchIsNotComputed) {
  Graph g({2, 1, 2});
  const std::string value = g.add("Relu", {"x"}), shape = g.add("Shape", {value});
  const std::string twice = g.add("Mul", {shape, g.ints({2})});
  expect_contains(g.refusal(g.add("Reshape", {value, twice})),
                  "expected numbers without the batch, which may be of any size");
  Graph other({2, 1, 2});
  const std::string relu = other.add("Relu", {"x"});
  onnx::NodeProto& turned = other.node("Shape", {relu});
  set_attribute(turned, "end", int64_t{1});
  onnx::NodeProto& joined = other.node("Concat", {other.ints({-1}), turned.output(0)});
  set_attribute(joined, "axis", int64_t{0});
  expect_contains(other.refusal(other.add("Reshape", {relu, joined.output(0)})),
                  "expected the batch and then 4 values, found [-1, n]");
  Graph filled({2, 1, 2});
  expect_contains(filled.refusal(filled.add("Add", {"x", filled.add("ConstantOfShape", {filled.add("Shape", {"x"})})})),
                  "input 1: expected numbers without the batch, found [n, 2, 1, 2]");
}

// F.pad in opset 11 and later: [0, 0, 1, 1, 0, 0, 1, 1] from [1, 1, 1, 1], the last axis first.
TEST(OnnxConstants, PaddingsAreComputed) {
  Graph g({1, 2, 2});
  const std::string zeros = g.add("ConstantOfShape", {g.ints({4})});
  onnx::AttributeProto& value = *g.proto.mutable_graph()->mutable_node(0)->add_attribute();
  value.set_name("value");
  value.set_type(onnx::AttributeProto::TENSOR);
  value.mutable_t()->set_data_type(onnx::TensorProto::INT64);
  value.mutable_t()->add_dims(1);
  value.mutable_t()->add_int64_data(0);
  onnx::NodeProto& all = g.node("Concat", {g.ints({1, 1, 1, 1}), zeros});
  set_attribute(all, "axis", int64_t{0});
  const std::string pairs = g.add("Reshape", {all.output(0), g.ints({-1, 2})});
  const std::string turned = g.add("Slice", {pairs, g.ints({-1}), g.ints({-INT64_MAX}), g.ints({0}), g.ints({-1})});
  onnx::NodeProto& transpose = g.node("Transpose", {turned});
  set_attribute(transpose, "perm", Ints{1, 0});
  onnx::NodeProto& cast = g.node("Cast", {g.add("Reshape", {transpose.output(0), g.ints({-1})})});
  set_attribute(cast, "to", int64_t{onnx::TensorProto::INT64});
  const std::string padded = g.add("Pad", {"x", cast.output(0), g.number(0)});
  EXPECT_EQ(infer(g.read(g.add("Flatten", {padded})).network)[0].output, (Shape{4, 4, 1}));
}

// keras2onnx computes shapes in INT32.
TEST(OnnxConstants, ShapesMayBeInt32) {
  Graph g({2, 1, 2});
  onnx::TensorProto& open = *g.proto.mutable_graph()->add_initializer();
  open.set_name("open");
  open.set_data_type(onnx::TensorProto::INT32);
  open.add_dims(1);
  open.add_int32_data(-1);
  onnx::NodeProto& to = g.node("Cast", {g.add("Shape", {"x"})});
  set_attribute(to, "to", int64_t{onnx::TensorProto::INT32});
  const std::string batch = g.add("Slice", {to.output(0), g.ints({0}), g.ints({1}), g.ints({0})});
  onnx::NodeProto& shape = g.node("Concat", {batch, "open"});
  set_attribute(shape, "axis", int64_t{0});
  onnx::NodeProto& back = g.node("Cast", {shape.output(0)});
  set_attribute(back, "to", int64_t{onnx::TensorProto::INT64});
  const std::string flat = g.add("Reshape", {g.add("Relu", {"x"}), back.output(0)});
  EXPECT_EQ(g.read(g.add("MatMul", {flat, g.floats({4, 2})})).network.layers.size(), 3u);
}

// Each node of these alone is within bounds.
TEST(OnnxConstants, ManyComputedConstantsAreRefused) {
  Graph g({1, 1, 2});
  std::string value = g.add("ConstantOfShape", {g.ints({1 << 20})});
  for (int i = 0; i < 70; ++i) {
    onnx::NodeProto& concat = g.node("Concat", {value});
    set_attribute(concat, "axis", int64_t{0});
    value = concat.output(0);
  }
  expect_contains(g.refusal(g.add("Add", {g.flat(), value})),
                  "expected at most 268435456 bytes of constants that nodes compute, found 272629760");
  Graph rows({1, 1, 2});
  const std::string many = rows.add("ConstantOfShape", {rows.ints({1 << 17})});
  expect_contains(
      rows.refusal(rows.add("Add", {rows.flat(), rows.add("Slice", {many, rows.ints({0}), rows.ints({9})})})),
      "expected at most 65536 rows, found 131072");
}

}  // namespace
}  // namespace fer
