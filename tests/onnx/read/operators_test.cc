// Operators as other exporters use them, one small graph each.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "tests/onnx/graph.h"

namespace fer {
namespace {

TEST(OnnxOperators, GemmScalesAndTransposes) {
  Graph g({1, 1, 2});
  onnx::NodeProto& gemm = g.node("Gemm", {g.flat(), g.floats({3, 2}), g.floats({1, 3})});
  set_attribute(gemm, "alpha", 2.0f);
  set_attribute(gemm, "beta", -1.0f);
  set_attribute(gemm, "transB", int64_t{1});
  // y[u] = 2 (x0 (2u + 1) + x1 (2u + 2)) / 100 - (u + 1) / 100
  expect_near(g.run(gemm.output(0), {10, 20}), {0.99f, 2.18f, 3.37f});
}

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

// Slopes are spread over the input from its last axis on. Pictures are [h, w, c] to libfer, [c, h, w] to the graph.
TEST(OnnxOperators, SlopesOfAPReluAreOneAChannelOrOneAValueOrOne) {
  const auto layers = [](const Ints& dims) {
    Graph g({2, 1, 2});
    const std::string negative = g.add("Mul", {g.add("Relu", {"x"}), g.number(-1)});
    const std::string flat = g.add("Flatten", {g.add("PRelu", {negative, g.floats(dims)})});
    const std::vector<float> identity = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
    const std::string y = g.add("MatMul", {flat, g.writer.floats("identity", {4, 4}, identity)});
    // Pixels of [h, w, c]: channel 0 has 10 and 30.
    return std::pair(g.run(y, {10, 20, 30, 40}), g.read(y).network);
  };
  const auto [of_channels, network] = layers({2, 1, 1});
  expect_near(of_channels, {-0.1f, -0.3f, -0.4f, -0.8f});
  EXPECT_TRUE(std::get<PRelu>(network.layers[2].kind).shared);
  expect_near(layers({1, 2, 1, 1}).first, {-0.1f, -0.3f, -0.4f, -0.8f});
  expect_near(layers({2, 1, 2}).first, {-0.1f, -0.6f, -0.6f, -1.6f});
  expect_near(layers({2}).first, {-0.1f, -0.6f, -0.2f, -0.8f});  // along the last axis, the columns
  EXPECT_FALSE(std::get<PRelu>(layers({2}).second.layers[2].kind).shared);
  const auto [of_one, leaky] = layers({1});
  expect_near(of_one, {-0.1f, -0.3f, -0.2f, -0.4f});
  EXPECT_EQ(std::get<ActivationLayer>(leaky.layers[2].kind).function, Activation::kLeakyRelu);
}

TEST(OnnxOperators, SlopesOfFlatValuesFollowTheFilesOrder) {
  Graph g({2, 1, 2});
  const std::string flat = g.add("Flatten", {g.add("Mul", {g.add("Relu", {"x"}), g.number(-1)})});
  const std::vector<float> identity = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
  const std::string y =
      g.add("MatMul", {g.add("PRelu", {flat, g.floats({4})}), g.writer.floats("identity", {4, 4}, identity)});
  expect_near(g.run(y, {10, 20, 30, 40}), {-0.1f, -0.6f, -0.6f, -1.6f});
}

TEST(OnnxOperators, SlopesOfAnotherShapeAreRefused) {
  Graph g({2, 1, 2});
  expect_contains(g.refusal(g.add("Flatten", {g.add("PRelu", {g.add("Relu", {"x"}), g.floats({3, 1, 1})})})),
                  "input 2: expected slopes for [2, 1, 2], found [3, 1, 1]");
  expect_contains(g.refusal(g.add("Flatten", {g.add("PRelu", {g.add("Relu", {"x"}), g.ints({1})})})),
                  "input 2: expected floats, found int64");
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

TEST(OnnxOperators, AnInputTakenInTwoFormsIsRefused) {
  Graph g({1, 1, 2});
  const std::string half = g.add("Relu", {g.add("Mul", {"x", g.number(0.5f)})});
  const std::string sum = g.add("Add", {half, g.add("Relu", {"x"})});
  expect_contains(g.refusal(g.add("Flatten", {sum})), "expected the graph's input to be taken in one form, found two");
}

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
  expect_contains(torn.refusal(torn.add("Flatten", {mixed})), "shape: expected the input's extents, found others");
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

TEST(OnnxOperators, AutoPadIsSameUpper) {
  const auto padding = [](const char* kind, int64_t extent) {
    Graph g({1, extent, extent});
    onnx::NodeProto& pool = g.node("MaxPool", {"x"});
    set_attribute(pool, "kernel_shape", Ints{2, 2});
    set_attribute(pool, "strides", Ints{2, 2});
    set_attribute(pool, "auto_pad", kind);
    return std::get<MaxPool2D>(g.read(g.add("Flatten", {pool.output(0)})).network.layers[0].kind).padding;
  };
  EXPECT_EQ(padding("SAME_UPPER", 5), Padding::same());
  EXPECT_EQ(padding("SAME_LOWER", 4), Padding::same());
  EXPECT_EQ(padding("VALID", 5), Padding::valid());
  EXPECT_EQ(padding("NOTSET", 5), Padding::valid());
  expect_contains(message_of([&] { padding("SAME_LOWER", 5); }), "auto_pad: expected the odd cell after");
}

TEST(OnnxOperators, ZerosThatCountInAnAverageArePaddedBefore) {
  Graph g({1, 1, 2});
  onnx::NodeProto& pool = g.node("AveragePool", {"x"});
  set_attribute(pool, "kernel_shape", Ints{3, 3});
  set_attribute(pool, "pads", Ints{1, 1, 1, 1});
  set_attribute(pool, "count_include_pad", int64_t{1});
  expect_near(g.run(g.add("Flatten", {pool.output(0)}), {9, 18}), {3, 3});
}

TEST(OnnxOperators, PadIsForZerosOnAllFourSides) {
  const auto padded = [](const Ints& pads, float value) {
    auto g = std::make_unique<Graph>(Ints{1, 2, 2});
    const std::string out = g->add("Pad", {"x", g->ints(pads), g->number(value)});
    const std::string flat = g->add("Flatten", {out});
    return std::pair(std::move(g), flat);
  };
  const auto good = padded({0, 0, 1, 1, 0, 0, 1, 1}, 0);
  EXPECT_EQ(infer(good.first->read(good.second).network)[0].output, (Shape{4, 4, 1}));
  const auto uneven = padded({0, 0, 1, 1, 0, 0, 0, 0}, 0);
  expect_contains(uneven.first->refusal(uneven.second),
                  "expected the same zeros on all four sides, or before a convolution");
  const auto ones = padded({0, 0, 1, 1, 0, 0, 1, 1}, 1);
  expect_contains(ones.first->refusal(ones.second), "expected to pad with 0, found another value");
}

TEST(OnnxOperators, CeilingsAreTakenWhereTheyChangeNothing) {
  const auto ceiling = [](int64_t extent, const Ints& pads) {
    Graph g({1, extent, extent});
    onnx::NodeProto& pool = g.node("MaxPool", {"x"});
    set_attribute(pool, "kernel_shape", Ints{3, 3});
    set_attribute(pool, "strides", Ints{2, 2});
    set_attribute(pool, "pads", pads);
    set_attribute(pool, "ceil_mode", int64_t{1});
    return g.read(g.add("Flatten", {pool.output(0)}));
  };
  ceiling(5, {0, 0, 0, 0});
  ceiling(5, {1, 1, 1, 1});
  expect_contains(message_of([&] {
                    ceiling(6, {1, 1, 1, 1});
                  }),
                  "ceil_mode: expected 0, or windows that fill the input");
  // One cell beyond the end, which never wins.
  const Model beyond = ceiling(6, {0, 0, 0, 0});
  EXPECT_EQ(std::get<MaxPool2D>(beyond.network.layers[0].kind).padding, Padding::same());
  std::vector<float> pixels(36);
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = -static_cast<float>(i + 1);
  expect_near(outputs(beyond, pixels), {-1, -3, -5, -13, -15, -17, -25, -27, -29});
}

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

TEST(OnnxOperators, NodesThatTheOutputDoesNotNeedAreLeftOut) {
  Graph g({1, 1, 2});
  g.add("Shape", {"x"});
  g.add("NonMaxSuppression", {"x"});
  EXPECT_EQ(g.read(g.add("MatMul", {g.flat(), g.floats({2, 2})})).network.layers.size(), 2u);
}

TEST(OnnxOperators, OutputsThatAreNoClassesAreRefused) {
  Graph g({3, 2, 2});
  const std::string relu = g.add("Relu", {"x"}), flat = g.add("Flatten", {relu});
  expect_contains(g.refusal(relu), "output \"n\": expected [batch, classes], found a picture or a flattened one");
  expect_contains(g.refusal(flat), "expected [batch, classes], found a picture or a flattened one");
  expect_contains(g.refusal("x"), "expected [batch, classes]");
  expect_contains(g.refusal("nothing"), "expected a value that a node computes, found none");
}

TEST(OnnxOperators, SoftmaxRunsOverTheClasses) {
  const auto softmax = [](int64_t opset, int64_t axis) {
    Graph g({1, 1, 2}, opset);
    onnx::NodeProto& node = g.node("Softmax", {g.add("MatMul", {g.flat(), g.floats({2, 2})})});
    set_attribute(node, "axis", axis);
    return g.run(node.output(0), {0, 100});
  };
  const float e = 1 / (1 + std::exp(1.0f));
  expect_near(softmax(13, -1), {e, 1 - e});
  expect_near(softmax(9, 1), {e, 1 - e});
  expect_contains(message_of([&] { softmax(13, 0); }), "axis: expected that of the channels, found 0 of 2 axes");
}

TEST(OnnxOperators, ClipAtSixAndAtNothing) {
  Graph g({1, 1, 4});
  const std::vector<float> x = {-1, 2, 7, 0.5f};
  expect_near(g.run(g.add("Clip", {g.flat(), g.number(0), g.number(6)}), x), {0, 2, 6, 0.5f});
  Graph open({1, 1, 4});
  expect_near(open.run(open.add("Clip", {open.flat(), open.number(0)}), x), {0, 2, 7, 0.5f});
  Graph old({1, 1, 4}, 10);
  onnx::NodeProto& clip = old.node("Clip", {old.flat()});
  set_attribute(clip, "min", 0.0f);
  set_attribute(clip, "max", 6.0f);
  expect_near(old.run(clip.output(0), x), {0, 2, 6, 0.5f});
  Graph other({1, 1, 4});
  expect_contains(other.refusal(other.add("Clip", {other.flat(), other.number(-1), other.number(1)})),
                  "expected to clip at 0, or at 0 and 6, found at -1 and 1");
}

TEST(OnnxOperators, HardSwishAndHardSigmoid) {
  Graph g({1, 1, 4}, 14);
  expect_near(g.run(g.add("HardSwish", {g.flat()}), {-4, -1, 2, 7}), {0, -1.0f / 3, 5.0f / 3, 7});
  Graph gate({1, 1, 3});
  onnx::NodeProto& sigmoid = gate.node("HardSigmoid", {gate.flat()});
  set_attribute(sigmoid, "alpha", 0.1666666716337204f);
  expect_near(gate.run(sigmoid.output(0), {-4, 0, 1.5f}), {0, 0.5f, 0.75f});
  Graph keras2({1, 1, 3});
  expect_contains(keras2.refusal(keras2.add("HardSigmoid", {keras2.flat()})),
                  "expected alpha 1/6 and beta 1/2, found 0.2");
}

TEST(OnnxOperators, ConvWithAGroupForEachChannel) {
  Graph g({2, 1, 1});  // channels first
  onnx::NodeProto& conv = g.node("Conv", {"x", g.floats({4, 1, 1, 1})});
  set_attribute(conv, "group", int64_t{2});
  const std::string y = g.add("Flatten", {conv.output(0)});
  expect_near(g.run(y, {10, 20}), {0.1f, 0.2f, 0.6f, 0.8f});
  EXPECT_TRUE(std::holds_alternative<DepthwiseConv2D>(g.read(y).network.layers[0].kind));
  Graph pairs({4, 1, 1});
  onnx::NodeProto& grouped = pairs.node("Conv", {"x", pairs.floats({4, 2, 1, 1})});
  set_attribute(grouped, "group", int64_t{2});
  expect_contains(pairs.refusal(grouped.output(0)), "group: expected 1, or 4: one per channel, found 2");
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

TEST(OnnxOperators, ConcatPutsChannelsSideBySide) {
  Graph g({1, 1, 2});
  onnx::NodeProto& concat = g.node("Concat", {"x", "x", "x"});
  set_attribute(concat, "axis", int64_t{1});
  const std::string y = g.add("Flatten", {g.add("GlobalAveragePool", {concat.output(0)})});
  EXPECT_TRUE(std::holds_alternative<Concat>(g.read(y).network.layers[0].kind));
  expect_near(g.run(y, {10, 20}), {15, 15, 15});
  Graph rows({1, 1, 2});
  onnx::NodeProto& below = rows.node("Concat", {"x", "x"});
  set_attribute(below, "axis", int64_t{2});
  expect_contains(rows.refusal(below.output(0)), "axis: expected that of the channels, 1, found 2");
}

}  // namespace
}  // namespace fer
