// Pools and means.
#include "tests/onnx/graph.h"

namespace fer {
namespace {

TEST(OnnxOperators, ZerosThatCountInAnAverageArePaddedBefore) {
  Graph g({1, 1, 2});
  onnx::NodeProto& pool = g.node("AveragePool", {"x"});
  set_attribute(pool, "kernel_shape", Ints{3, 3});
  set_attribute(pool, "pads", Ints{1, 1, 1, 1});
  set_attribute(pool, "count_include_pad", int64_t{1});
  expect_near(g.run(g.add("Flatten", {pool.output(0)}), {9, 18}), {3, 3});
}

std::string mean(Graph& g, const std::string& value, int64_t axis, int64_t keeps) {
  onnx::NodeProto& node = g.node("ReduceMean", {value});
  set_attribute(node, "axes", Ints{axis});
  set_attribute(node, "keepdims", keeps);
  return node.output(0);
}

TEST(OnnxIdioms, AMeanOverOneAxisAndThenTheOther) {
  struct Case {
    int64_t first, first_keeps, second, second_keeps;
  };
  for (const Case& c : {Case{3, 0, 2, 0}, {2, 0, 2, 0}, {-1, 1, -2, 1}, {2, 1, 3, 0}, {3, 0, -1, 1}, {-2, 1, 3, 1}}) {
    SCOPED_TRACE(testing::Message() << c.first << c.first_keeps << c.second << c.second_keeps);
    Graph g({2, 2, 2});
    const std::string both = mean(g, mean(g, "x", c.first, c.first_keeps), c.second, c.second_keeps);
    expect_near(g.run(g.add("Flatten", {both}), {1, 5, 2, 6, 3, 7, 4, 8}), {2.5f, 6.5f});
    EXPECT_EQ(g.read(g.add("Flatten", {both})).network.layers.size(), 1u);
  }
  Graph last({2, 2, 2});
  onnx::NodeProto& transpose = last.node("Transpose", {"x"});
  set_attribute(transpose, "perm", Ints{0, 2, 3, 1});
  expect_near(last.run(mean(last, mean(last, transpose.output(0), 1, 0), 1, 0), {1, 5, 2, 6, 3, 7, 4, 8}),
              {2.5f, 6.5f});
}

TEST(OnnxIdioms, OtherMeansAreRefused) {
  const auto twice = [](int64_t first, int64_t keeps, int64_t second) {
    Graph g({2, 2, 2});
    return g.refusal(mean(g, mean(g, "x", first, keeps), second, 0));
  };
  expect_contains(twice(3, 1, 3),
                  "axes: expected [2] for the mean over height and width, found [3]: docs/onnx.md lists");
  expect_contains(twice(3, 0, 1), "axes: expected [2] for the mean over height and width, found [1]");
  expect_contains(twice(1, 0, 2), "axes: expected [2, 3] for the mean over height and width, found [1]");
  Graph g({2, 2, 2});
  expect_contains(g.refusal(g.add("Relu", {mean(g, "x", 3, 1)})), "expected the mean over height and width, found");
  expect_contains(g.refusal(mean(g, "x", 3, 1)), "output \"n_3\": expected the mean over height and width");
}

TEST(OnnxPools, MaximaAreThoseOfTheirWindows) {
  Graph g({1, 2, 4});
  onnx::NodeProto& pool = g.node("MaxPool", {"x"});
  set_attribute(pool, "kernel_shape", Ints{2, 2});
  set_attribute(pool, "strides", Ints{1, 2});
  expect_near(g.run(g.add("Flatten", {pool.output(0)}), {1, 8, 3, 4, 5, 6, 7, 2}), {8, 7});
  Graph bare({1, 2, 2});
  expect_contains(bare.refusal(bare.add("MaxPool", {"x"})), "kernel_shape: expected 2 numbers, found none");
}

TEST(OnnxPools, ZerosThatCountAreTheSameOnAllSides) {
  Graph g({1, 2, 2});
  onnx::NodeProto& pool = g.node("AveragePool", {"x"});
  set_attribute(pool, "kernel_shape", Ints{2, 2});
  set_attribute(pool, "pads", Ints{0, 0, 1, 1});
  set_attribute(pool, "count_include_pad", int64_t{1});
  expect_contains(g.refusal(pool.output(0)), "count_include_pad: expected 0, or the same padding on all four sides");
}

}  // namespace
}  // namespace fer
