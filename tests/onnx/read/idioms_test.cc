// Several nodes that libfer has one layer for, as PyTorch and others write them.
#include <cmath>

#include "tests/onnx/graph.h"

namespace fer {
namespace {

// Zeros [top, left, bottom, right] around the input.
std::string padded(Graph& g, const Ints& cells) {
  return g.add("Pad", {"x", g.ints({0, 0, cells[0], cells[1], 0, 0, cells[2], cells[3]})});
}

std::string convolved(Graph& g, const std::string& value, int64_t kernel, int64_t stride) {
  onnx::NodeProto& conv = g.node("Conv", {value, g.floats({1, 1, kernel, kernel})});
  set_attribute(conv, "strides", Ints{stride, stride});
  return g.add("Flatten", {conv.output(0)});
}

TEST(OnnxIdioms, ZerosBeforeAConvolutionThatAreThoseOfSame) {
  Graph g({1, 2, 2});
  const std::string out = convolved(g, padded(g, {0, 0, 1, 1}), 2, 1);
  expect_near(g.run(out, {10, 20, 30, 40}), {0.1f + 0.4f + 0.9f + 1.6f, 0.2f + 1.2f, 0.3f + 0.8f, 0.4f});
  const Model model = g.read(out);
  EXPECT_EQ(std::get<Conv2D>(model.network.layers[0].kind).padding, Padding::same());
  EXPECT_EQ(model.network.layers.size(), 2u);
}

TEST(OnnxIdioms, ZerosBeforeAConvolutionAndItsOwnAddUp) {
  Graph g({1, 4, 4});
  onnx::NodeProto& conv = g.node("Conv", {padded(g, {0, 0, 1, 1}), g.floats({1, 1, 4, 4})});
  set_attribute(conv, "pads", Ints{1, 1, 1, 1});
  const Model model = g.read(g.add("Flatten", {conv.output(0)}));
  EXPECT_EQ(std::get<Conv2D>(model.network.layers[0].kind).padding, Padding::same());
}

TEST(OnnxIdioms, OtherZerosAreRefused) {
  Graph before({1, 4, 4});
  expect_contains(before.refusal(convolved(before, padded(before, {1, 1, 0, 0}), 2, 2)),
                  "as in Keras's \"same\", found [1, 1, 0, 0]");
  Graph automatic({1, 4, 4});
  onnx::NodeProto& conv = automatic.node("Conv", {padded(automatic, {0, 0, 1, 1}), automatic.floats({1, 1, 2, 2})});
  set_attribute(conv, "auto_pad", "SAME_UPPER");
  expect_contains(automatic.refusal(conv.output(0)), "auto_pad: expected NOTSET or VALID of a padded input");
  Graph other({1, 4, 4});
  expect_contains(other.refusal(other.add("Relu", {padded(other, {0, 0, 1, 1})})),
                  "expected the same zeros on all four sides, or before a convolution");
  Graph negative({1, 4, 4});
  expect_contains(negative.refusal(padded(negative, {-1, -1, -1, -1})), "pads: expected cells before and after rows");
  Graph none({1, 1, 2});
  EXPECT_EQ(none.read(none.add("Flatten", {padded(none, {0, 0, 0, 0})})).network.layers.size(), 1u);
}

// Squeeze-and-excite with y.expand_as(x), of a dense layer and of a convolution.
TEST(OnnxIdioms, ExpandBeforeAProduct) {
  for (const bool dense : {true, false}) {
    Graph g({2, 1, 2});
    std::string gate = g.add("GlobalAveragePool", {"x"});
    if (dense) {
      gate = g.add("MatMul", {g.add("Flatten", {gate}), g.floats({2, 2})});
      gate = g.add("Reshape", {gate, g.ints({-1, 2, 1, 1})});
    } else {
      gate = g.add("Conv", {gate, g.floats({2, 2, 1, 1})});
    }
    gate = g.add("Expand", {gate, g.add("Shape", {"x"})});
    const std::string out = g.add("Flatten", {g.add("GlobalMaxPool", {g.add("Mul", {"x", gate})})});
    // Means 15 and 35; gates of [2, 2] 0.01 * 15 + 0.03 * 35 and 0.02 * 15 + 0.04 * 35, else as of rows.
    const std::vector<float> gates = dense ? std::vector<float>{1.2f, 1.7f} : std::vector<float>{0.85f, 1.85f};
    expect_near(g.run(out, {10, 30, 20, 40}), {20 * gates[0], 40 * gates[1]});
  }
}

TEST(OnnxIdioms, OtherExpansionsAreRefused) {
  const auto expanded = [](Graph& g, const Ints& dims) {
    return g.add("Expand", {g.add("GlobalAveragePool", {"x"}), g.ints(dims)});
  };
  Graph sum({2, 1, 2});
  expect_contains(sum.refusal(sum.add("Add", {"x", expanded(sum, {1, 2, 1, 2})})),
                  "expected a product with a picture after Expand");
  Graph elsewhere({2, 1, 2});
  expect_contains(elsewhere.refusal(elsewhere.add("Mul", {"x", expanded(elsewhere, {1, 2, 2, 2})})),
                  "expected factors with axes of one order");
  Graph twice({2, 1, 2});
  const std::string gate = expanded(twice, {1, 2, 1, 2});
  expect_contains(twice.refusal(twice.add("Mul", {gate, twice.add("GlobalAveragePool", {"x"})})),
                  "expected factors with axes of one order");
  for (const Ints& dims : {Ints{1, 4, 1, 2}, Ints{3, 2, 1, 2}, Ints{2, 1, 2}, Ints{1, 2, -1, 2}, Ints{1, 2, 0, 2}}) {
    Graph g({2, 1, 2});
    expect_contains(g.refusal(expanded(g, dims)), "shape: expected a number of each channel over a picture");
  }
  Graph picture({1, 1, 2});
  expect_contains(picture.refusal(picture.add("Expand", {"x", picture.ints({1, 3, 1, 2})})),
                  "shape: expected a number");
  Graph same({2, 1, 2});
  const std::string mean = same.add("GlobalAveragePool", {same.add("Expand", {"x", same.ints({1, 2, 1, 1})})});
  EXPECT_EQ(same.read(same.add("Flatten", {mean})).network.layers.size(), 1u);
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
  expect_contains(twice(3, 1, 3), "axes: expected height and width, found others");
  expect_contains(twice(3, 0, 1), "axes: expected height and width, found others");
  expect_contains(twice(1, 0, 2), "axes: expected height and width, found others");
  Graph g({2, 2, 2});
  expect_contains(g.refusal(g.add("Relu", {mean(g, "x", 3, 1)})), "expected the mean over height and width, found");
  expect_contains(g.refusal(mean(g, "x", 3, 1)), "output \"n_3\": expected the mean over height and width");
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
  const char* const kRefusal = "expected axes of extent 1 after a global pool, found others";
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

TEST(OnnxIdioms, LogarithmsOfProbabilitiesAtTheEnd) {
  Graph g({1, 1, 2});
  onnx::NodeProto& log = g.node("LogSoftmax", {g.add("MatMul", {g.flat(), g.floats({2, 2})})});
  const float e = 1 / (1 + std::exp(1.0f));
  expect_near(g.run(g.add("Identity", {log.output(0)}), {0, 100}), {e, 1 - e});
  expect_contains(g.refusal(g.add("Mul", {log.output(0), g.number(2)})), "expected LogSoftmax to be the last, found");
}

TEST(OnnxIdioms, UnknownOperatorsAreNamedInShort) {
  Graph g({1, 1, 2});
  EXPECT_EQ(g.refusal(g.add("GroupNormalization", {"x"})),
            "m: node \"n\" (\"GroupNormalization\"): expected an operator that docs/onnx.md lists, found "
            "\"GroupNormalization\"");
}

}  // namespace
}  // namespace fer
