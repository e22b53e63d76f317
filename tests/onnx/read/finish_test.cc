// The end of a graph.
#include "network/outputs.h"
#include "tests/onnx/graph.h"

namespace fer {
namespace {

TEST(OnnxOperators, OutputsThatAreNoClassesAreRefused) {
  Graph g({3, 2, 2});
  const std::string relu = g.add("Relu", {"x"}), flat = g.add("Flatten", {relu});
  expect_contains(g.refusal(relu), "output \"n\": expected [batch, classes], found [3, 2, 2] after the batch");
  expect_contains(g.refusal(flat), "expected [batch, classes], found [12] after the batch, a flattened picture");
  expect_contains(g.refusal("x"), "expected [batch, classes]");
  expect_contains(g.refusal("nothing"), "expected a value that a node computes, found none");
}

TEST(OnnxModel, AnOutputOfOnePixelIsFlat) {
  Graph pool({2, 1, 2});
  expect_near(pool.run(pool.add("GlobalAveragePool", {"x"}), {10, 30, 20, 40}), {15, 35});
  Graph conv({2, 1, 2});
  const std::string mean = conv.add("GlobalAveragePool", {"x"});
  const Model model = conv.read(conv.add("Conv", {mean, conv.floats({3, 2, 1, 1})}));
  EXPECT_EQ(class_count(model.network), 3);
  expect_near(outputs(model, {10, 30, 20, 40}), {0.85f, 1.85f, 2.85f});
}

TEST(OnnxFinish, AGraphHasOneOutputAndItsNameIsAscii) {
  Graph g({1, 1, 2});
  const std::string y = g.add("MatMul", {g.flat(), g.floats({2, 2})});
  g.proto.mutable_graph()->set_name("caf\xc3\xa9");
  EXPECT_EQ(g.read(y).network.name, "caf__");
  g.proto.mutable_graph()->add_output()->set_name("x");
  expect_contains(message_of([&] { onnx_file::parse_model(g.proto.SerializeAsString(), {}, "m"); }),
                  "m: expected a graph with one output, found 2");
}

}  // namespace
}  // namespace fer
