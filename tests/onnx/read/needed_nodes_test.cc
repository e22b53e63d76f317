// Which nodes are read, and in which order.
#include <algorithm>

#include "onnx/read/reading.h"
#include "tests/onnx/graph.h"

namespace fer {
namespace {

TEST(OnnxOperators, NodesThatTheOutputDoesNotNeedAreLeftOut) {
  Graph g({1, 1, 2});
  g.add("Shape", {"x"});
  g.add("NonMaxSuppression", {"x"});
  EXPECT_EQ(g.read(g.add("MatMul", {g.flat(), g.floats({2, 2})})).network.layers.size(), 2u);
}

TEST(OnnxModel, NodesMayStandInAnyOrder) {
  Graph g({1, 1, 2});
  const std::string product = g.add("MatMul", {g.add("Relu", {g.flat()}), g.floats({2, 2})});
  const std::vector<float> expected = g.run(product, {3, 4});
  auto& nodes = *g.proto.mutable_graph()->mutable_node();
  std::reverse(nodes.begin(), nodes.end());
  expect_near(g.run(product, {3, 4}), expected);
}

std::vector<int> order_of(Graph& g, const std::string& output) {
  g.proto.mutable_graph()->clear_output();
  g.proto.mutable_graph()->add_output()->set_name(output);
  onnx_file::ExternalData none;
  return onnx_file::Reading(g.proto.graph(), 13, 0, none).needed_nodes();
}

TEST(OnnxNeededNodes, EachComesAfterThoseItTakesElseAsInTheFile) {
  Graph g({1, 1, 2});
  const std::string a = g.add("Relu", {"x"}), unneeded = g.add("Tanh", {a}), b = g.add("Tanh", {"x"});
  const std::string sum = g.add("Add", {b, a});
  EXPECT_EQ(order_of(g, sum), (std::vector<int>{0, 2, 3}));
  EXPECT_EQ(order_of(g, unneeded), (std::vector<int>{0, 1}));
  g.proto.mutable_graph()->mutable_node()->SwapElements(0, 3);
  EXPECT_EQ(order_of(g, sum), (std::vector<int>{2, 3, 0}));
}

TEST(OnnxNeededNodes, CirclesStayAsInTheFile) {
  Graph g({1, 1, 2});
  onnx::NodeProto& first = g.node("Relu", {"x"});
  onnx::NodeProto& second = g.node("Relu", {first.output(0)});
  first.set_input(0, second.output(0));
  EXPECT_EQ(order_of(g, second.output(0)), (std::vector<int>{0, 1}));
  expect_contains(g.refusal(second.output(0)), "node \"n\" (\"Relu\"): expected a value that an earlier node computes");
}

}  // namespace
}  // namespace fer
