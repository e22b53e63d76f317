// Transposes, flattening, reshaping and squeezing.
#include <cmath>
#include <memory>
#include <utility>

#include "tests/onnx/graph.h"

namespace fer {
namespace {

// Of a value [n, h, w, c] by its perm, or of pixels without channels by their shape.
TEST(OnnxOperators, InputsMayHaveChannelsLastOrNone) {
  Graph last({2, 3, 4});
  onnx::NodeProto& transpose = last.node("Transpose", {"x"});
  set_attribute(transpose, "perm", Ints{0, 3, 1, 2});
  const std::string mean = last.add("GlobalAveragePool", {transpose.output(0)});
  const Model of_last = last.read(last.add("Squeeze", {mean, last.ints({2, 3})}));
  EXPECT_EQ(of_last.network.input, (Shape{2, 3, 4}));

  Graph none({6});
  const std::string picture = none.add("Reshape", {"x", none.ints({-1, 1, 2, 3})});
  const Model of_none = none.read(none.add("Flatten", {picture}));
  EXPECT_EQ(of_none.network.input, (Shape{2, 3, 1}));

  Graph moved({2, 3, 1});
  const std::string again = moved.add("Reshape", {"x", moved.ints({-1, 1, 2, 3})});
  EXPECT_EQ(moved.read(moved.add("Flatten", {again})).network.input, (Shape{2, 3, 1}));

  Graph torn({2, 3, 4});
  const std::string mixed = torn.add("Reshape", {"x", torn.ints({-1, 4, 2, 3})});
  expect_contains(torn.refusal(torn.add("Flatten", {mixed})), "shape: expected the input's extents ");
}

TEST(OnnxOperators, ReshapesFlattenAndNothingElse) {
  const auto after_relu = [](const Ints& shape) {
    Graph g({1, 2, 6});
    return g.refusal(g.add("Reshape", {g.add("Relu", {"x"}), g.ints(shape)}));
  };
  expect_contains(after_relu({-1, 3, 4}), "shape: expected to flatten, found [3, 4] of [1, 2, 6]");
  expect_contains(after_relu({-1, 11}), "expected the batch and then 12 values, found [-1, 11]");
  expect_contains(after_relu({0, -1, -1}), "expected the batch and then 12 values");
  expect_contains(after_relu({-1, INT64_MAX, 4}), "expected the batch and then 12 values");
  expect_contains(after_relu({3, -1}), "expected the batch and then 12 values");
  expect_contains(after_relu({12}), "expected the batch and then 12 values");
  Graph g({2, 2, 3});
  const std::string flat = g.add("Reshape", {g.add("Relu", {"x"}), g.ints({0, -1})});
  EXPECT_EQ(g.read(g.add("MatMul", {flat, g.floats({12, 2})})).network.layers.size(), 3u);
}

TEST(OnnxIdioms, SqueezesOfOneAxisOrOfAll) {
  const std::vector<float> x = {10, 20, 30, 40}, expected = {15, 35};
  Graph all({2, 1, 2});
  expect_near(all.run(all.add("Squeeze", {all.add("GlobalAveragePool", {"x"})}), {10, 30, 20, 40}), expected);
  for (const auto& [first, second] : {std::pair<int64_t, int64_t>{3, 2}, {-1, -1}, {2, 2}}) {
    Graph g({2, 1, 2});
    const std::string one = g.add("Squeeze", {g.add("GlobalAveragePool", {"x"}), g.ints({first})});
    const std::string scaled = g.add("Mul", {one, g.floats({1, 2, 1})});
    expect_near(g.run(g.add("Squeeze", {scaled, g.ints({second})}), {10, 30, 20, 40}), {0.15f, 0.7f});
  }
  Graph pixel({2, 1, 1});
  expect_near(pixel.run(pixel.add("Squeeze", {pixel.add("Relu", {"x"})}), {10, 20}), {10, 20});
}

TEST(OnnxIdioms, OtherSqueezesAreRefused) {
  const auto squeezed = [](const Ints& input, const Ints& axes) {
    Graph g(input);
    return g.refusal(g.add("Squeeze", {g.add("Relu", {"x"}), g.ints(axes)}));
  };
  const char* const kRefusal = "expected axes of extent 1 after a global pool, found [";
  expect_contains(squeezed({2, 1, 1}, {1}), kRefusal);
  expect_contains(squeezed({2, 1, 1}, {2, 2}), kRefusal);
  expect_contains(squeezed({2, 1, 1}, {0}), kRefusal);
  expect_contains(squeezed({2, 1, 1}, {4}), kRefusal);
  expect_contains(squeezed({2, 1, 2}, {2}), kRefusal);
  Graph one({1, 1, 1});
  expect_contains(one.refusal(one.add("Squeeze", {one.add("Relu", {"x"})})), kRefusal);
  Graph half({2, 1, 1});
  const std::string row = half.add("Squeeze", {half.add("Relu", {"x"}), half.ints({2})});
  expect_contains(half.refusal(row), "expected [batch, classes], found");
}

TEST(OnnxModel, ABatchNormOfOneMoreAxis) {
  for (const std::vector<int64_t>& axes : {Ints{2}, Ints{2, 3}, Ints{-1}}) {
    Graph g({1, 1, 2});
    const auto of = [&](float a, float b) { return g.writer.floats("c", {2}, std::vector<float>{a, b}); };
    const std::string x = g.add("Unsqueeze", {g.flat(), g.ints(axes)});
    onnx::NodeProto& norm = g.node("BatchNormalization", {x, of(2, 3), of(1, 1), of(0, 0), of(1, 1)});
    set_attribute(norm, "epsilon", 1e-9f);
    const std::string y = g.add("Squeeze", {norm.output(0), g.ints(axes)});
    const Model model = g.read(g.add("Softmax", {y}));
    EXPECT_EQ(model.network.layers.size(), 3u);
    const float e = std::exp(2 * 0.1f + 1) / (std::exp(2 * 0.1f + 1) + std::exp(3 * 0.2f + 1));
    expect_near(outputs(model, {0.1f, 0.2f}), {e, 1 - e});
  }
  Graph picture({1, 2, 2});
  expect_contains(picture.refusal(picture.add("Unsqueeze", {picture.add("Relu", {"x"}), picture.ints({1})})),
                  "axes: expected some after [n, k], found [");
}

// As PyTorch's newer exporter writes them: opset 15's Shape, and a Reshape that would copy nothing anyway.
TEST(OnnxConstants, PartsOfShapesAndZerosThatAreZeros) {
  const auto reshaped = [](int64_t start, int64_t end, const Ints& rest) {
    auto g = std::make_unique<Graph>(Ints{2, 1, 2}, 18);
    onnx::NodeProto& part = g->node("Shape", {"x"});
    set_attribute(part, "start", start);
    set_attribute(part, "end", end);
    onnx::NodeProto& shape = g->node("Concat", {part.output(0), g->ints(rest)});
    set_attribute(shape, "axis", int64_t{0});
    onnx::NodeProto& reshape = g->node("Reshape", {g->add("Relu", {"x"}), shape.output(0)});
    set_attribute(reshape, "allowzero", int64_t{1});
    const std::string out = g->add("MatMul", {reshape.output(0), g->floats({4, 2})});
    return std::pair(std::move(g), out);
  };
  for (const auto& [start, end] : {std::pair<int64_t, int64_t>{0, 1}, {-4, -3}, {-9, 1}}) {
    const auto good = reshaped(start, end, {4});
    EXPECT_EQ(good.first->read(good.second).network.layers.size(), 3u) << start << " " << end;
  }
  const auto zero = reshaped(0, 1, {0, 4});
  expect_contains(zero.first->refusal(zero.second), "allowzero: expected 0, or a shape without 0, found [n, 0, 4]");
  const auto none = reshaped(3, 1, {-1, 4});
  EXPECT_EQ(none.first->read(none.second).network.layers.size(), 3u);
}

}  // namespace
}  // namespace fer
