// Sums, products and what they stand for.
#include "tests/onnx/graph.h"

namespace fer {
namespace {

TEST(OnnxOperators, MatMulTakesTheSumAfterItAsItsBias) {
  Graph g({1, 1, 2});
  const std::string sum = g.add("Add", {g.floats({3}), g.add("MatMul", {g.flat(), g.floats({2, 3})})});
  expect_near(g.run(sum, {10, 20}), {0.91f, 1.22f, 1.53f});
  EXPECT_EQ(g.read(sum).network.layers.size(), 2u);
}

TEST(OnnxOperators, ASumIsNoBiasWhereTheProductIsReadTwice) {
  Graph g({1, 1, 2});
  const std::string product = g.add("MatMul", {g.flat(), g.floats({2, 3})});
  const std::string sum = g.add("Add", {product, g.add("Add", {product, g.floats({3})})});
  expect_near(g.run(sum, {10, 20}), {1.81f, 2.42f, 3.03f});
}

TEST(OnnxOperators, ConstantsScaleAndShiftChannels) {
  Graph g({2, 1, 2});
  std::string value = g.add("Relu", {"x"});
  value = g.add("Mul", {value, g.floats({2, 1, 1})});
  value = g.add("Sub", {g.number(5), value});
  value = g.add("Div", {value, g.number(2)});
  value = g.add("Add", {value, g.floats({1, 2, 1, 1})});
  // Pictures are [h, w, c] to libfer, flattened [c, h, w] by the graph: an identity shows the order.
  const std::vector<float> identity = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
  value = g.add("MatMul", {g.add("Flatten", {value}), g.writer.floats("identity", {4, 4}, identity)});
  const auto expected = [](float x, float c) { return (5 - x * c) / 2 + c; };
  expect_near(g.run(value, {10, 20, 30, 40}),
              {expected(10, 0.01f), expected(30, 0.01f), expected(20, 0.02f), expected(40, 0.02f)});
}

TEST(OnnxOperators, InputsAreScaledInAnyOrderOfSteps) {
  Graph g({1, 1, 2});
  std::string value = g.add("Sub", {"x", g.number(100)});
  value = g.add("Div", {value, g.number(50)});
  value = g.add("Mul", {g.add("Identity", {value}), g.number(3)});
  onnx::NodeProto& cast = g.node("Cast", {value});
  set_attribute(cast, "to", int64_t{onnx::TensorProto::FLOAT});
  value = g.add("MatMul", {g.add("Flatten", {cast.output(0)}), g.floats({2, 2})});
  const Model model = g.read(value);
  EXPECT_NEAR(model.preprocessing.scale, 0.06, 1e-6);
  EXPECT_NEAR(model.preprocessing.shift, -6, 1e-6);
  EXPECT_EQ(model.network.layers.size(), 2u);
}

// Squeeze-and-excite as PyTorch writes it: 1x1 convolutions of a mean, and a product that repeats them.
TEST(OnnxOperators, MulByAGate) {
  Graph g({2, 1, 2});
  const std::string mean = g.add("GlobalAveragePool", {"x"});
  const std::string gate = g.add("Conv", {mean, g.floats({2, 2, 1, 1})});
  const std::string y = g.add("Flatten", {g.add("GlobalMaxPool", {g.add("Mul", {gate, "x"})})});
  // Means 15 and 35; gates 0.01 * 15 + 0.02 * 35 = 0.85 and 0.03 * 15 + 0.04 * 35 = 1.85.
  expect_near(g.run(y, {10, 30, 20, 40}), {17, 74});
  EXPECT_TRUE(std::get<GlobalAveragePool2D>(g.read(y).network.layers[0].kind).keepdims);
  Graph plain({2, 1, 2});
  const std::string by_mean = plain.add("Mul", {"x", plain.add("GlobalAveragePool", {"x"})});
  const std::string largest = plain.add("Flatten", {plain.add("GlobalMaxPool", {by_mean})});
  expect_near(plain.run(largest, {10, 30, 20, 40}), {300, 1400});
}

TEST(OnnxOperators, MulRefusesWhatScalesNoChannels) {
  Graph g({2, 1, 2});
  const std::string rows = g.add("Flatten", {g.add("GlobalAveragePool", {"x"})});
  expect_contains(g.refusal(g.add("Mul", {"x", rows})), "expected factors with axes of one order");
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

}  // namespace
}  // namespace fer
