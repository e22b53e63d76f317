// Attributes and inputs of a node.
#include "onnx/file/node.h"

#include <gtest/gtest.h>

#include "onnx/write/graph_writer.h"
#include "tests/support/message.h"

namespace fer::onnx_file {
namespace {

onnx::NodeProto node_with_attributes() {
  onnx::NodeProto proto;
  proto.set_op_type("MaxPool");
  for (const char* input : {"x", "", "z"}) proto.add_input(input);
  set_attribute(proto, "group", int64_t{3});
  set_attribute(proto, "alpha", 0.5f);
  set_attribute(proto, "auto_pad", "VALID");
  set_attribute(proto, "pads", Ints{1, 2});
  return proto;
}

TEST(OnnxNode, AttributesAreAskedForByName) {
  const onnx::NodeProto proto = node_with_attributes();
  Node node(proto);
  EXPECT_EQ(node.op(), "MaxPool");
  EXPECT_EQ(node.integer("group", 1), 3);
  EXPECT_EQ(node.real("alpha", 1), 0.5f);
  EXPECT_EQ(node.text("auto_pad", "NOTSET"), "VALID");
  EXPECT_EQ(node.integers("pads", {}), (Ints{1, 2}));
  node.refuse_others();
  EXPECT_TRUE(node.has("pads"));
  EXPECT_FALSE(node.has("axis"));
  EXPECT_EQ(node.integer("axis", -1), -1);
  EXPECT_EQ(node.real("beta", 2), 2);
  EXPECT_EQ(node.text("mode", "linear"), "linear");
  EXPECT_EQ(node.integers("axes", {4}), Ints{4});
  EXPECT_EQ(node.tensor("value"), nullptr);
}

TEST(OnnxNode, AttributesOfAnotherTypeOrNumberAreRefused) {
  const onnx::NodeProto proto = node_with_attributes();
  Node node(proto);
  EXPECT_EQ(message_of([&] { node.integer("alpha", 0); }), "alpha: expected type INT, found FLOAT");
  EXPECT_EQ(message_of([&] { node.real("group", 0); }), "group: expected type FLOAT, found INT");
  EXPECT_EQ(message_of([&] { node.text("pads", ""); }), "pads: expected type STRING, found INTS");
  EXPECT_EQ(message_of([&] { node.integers("auto_pad", {}); }), "auto_pad: expected type INTS, found STRING");
  EXPECT_EQ(message_of([&] { node.tensor("group"); }), "group: expected type TENSOR, found INT");
  EXPECT_EQ(message_of([&] { node.expect_integer("group", 1, 1); }), "group: expected 1, found 3");
  EXPECT_EQ(message_of([&] { node.expect_integer("axis", 1, 0); }), "axis: expected 1, found 0");
  node.expect_integer("group", 3, 1);
}

TEST(OnnxNode, AttributesThatNobodyAskedForAreRefused) {
  const onnx::NodeProto proto = node_with_attributes();
  Node node(proto);
  node.ignore({"group", "alpha", "auto_pad"});
  EXPECT_EQ(message_of([&] { node.refuse_others(); }), "unknown attribute \"pads\": expected none, found [1, 2]");
  node.ignore({"pads"});
  node.refuse_others();
  onnx::NodeProto twice = proto;
  set_attribute(twice, "alpha", 2.0f);
  EXPECT_EQ(message_of([&] { Node again(twice); }), "expected each attribute once, found \"alpha\" twice");
}

TEST(OnnxNode, InputsMayBeLeftOut) {
  const onnx::NodeProto proto = node_with_attributes();
  const Node node(proto);
  EXPECT_TRUE(node.has_input(0) && node.has_input(2));
  EXPECT_FALSE(node.has_input(1) || node.has_input(3));
  EXPECT_EQ(node.input(2), "z");
  EXPECT_EQ(message_of([&] { node.input(1); }), "expected 2 inputs, found 3");
  EXPECT_EQ(message_of([&] { node.input(3); }), "expected 4 inputs, found 3");
  node.expect_inputs(1, 3);
  node.expect_inputs(3, 4);
  EXPECT_EQ(message_of([&] { node.expect_inputs(1, 2); }), "expected 1 to 2 inputs, found 3");
  EXPECT_EQ(message_of([&] { node.expect_inputs(4, 5); }), "expected 4 to 5 inputs, found 3");
}

}  // namespace
}  // namespace fer::onnx_file
