// Constants in nodes, casts, and what else does nothing.
#include "tests/onnx/graph.h"

namespace fer {
namespace {

TEST(OnnxOperators, ConstantsStandInNodesToo) {
  Graph g({1, 1, 2});
  onnx::NodeProto& constant = g.node("Constant", {});
  onnx::AttributeProto& attribute = *constant.add_attribute();
  attribute.set_name("value_floats");
  attribute.set_type(onnx::AttributeProto::FLOATS);
  attribute.add_floats(1);
  attribute.add_floats(2);
  const std::string bias = g.add("Identity", {constant.output(0)});
  expect_near(g.run(g.add("Add", {g.add("MatMul", {g.flat(), g.floats({2, 2})}), bias}), {0, 0}), {1, 2});
}

// (In 16 bits only the file: what comes in and goes out are floats, or halves.)
TEST(OnnxModel, HalvesAndCastsToThem) {
  Graph g({1, 1, 2});
  onnx::NodeProto& down = g.node("Cast", {g.flat()});
  set_attribute(down, "to", int64_t{onnx::TensorProto::FLOAT16});
  onnx::TensorProto& kernel = *g.proto.mutable_graph()->add_initializer();
  kernel.set_name("halves");
  kernel.set_data_type(onnx::TensorProto::FLOAT16);
  for (const int64_t extent : {2, 2}) kernel.add_dims(extent);
  kernel.set_raw_data(std::string("\x00\x3c\x00\x40\x00\xc0\x00\x38", 8));  // 1, 2, -2, 0.5
  onnx::NodeProto& up = g.node("Cast", {g.add("MatMul", {down.output(0), "halves"})});
  set_attribute(up, "to", int64_t{onnx::TensorProto::FLOAT});
  expect_near(g.run(up.output(0), {3, 1}), {1, 6.5f});
  g.proto.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(
      onnx::TensorProto::FLOAT16);
  expect_near(g.run(up.output(0), {3, 1}), {1, 6.5f});
}

TEST(OnnxSame, DropoutIsLeftOutAndCastsToWholeNumbersAreRefused) {
  Graph g({1, 1, 2});
  onnx::NodeProto& dropout = g.node("Dropout", {g.flat()});
  set_attribute(dropout, "seed", int64_t{3});
  EXPECT_EQ(g.read(g.add("MatMul", {dropout.output(0), g.floats({2, 2})})).network.layers.size(), 2u);
  onnx::NodeProto& cast = g.node("Cast", {g.flat()});
  set_attribute(cast, "to", int64_t{onnx::TensorProto::INT64});
  expect_contains(g.refusal(cast.output(0)), "to: expected floats, found type 7");
}

}  // namespace
}  // namespace fer
