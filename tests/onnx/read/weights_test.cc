// Convolutions, dense layers, batch norms and slopes as other exporters write them.
#include <utility>

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

TEST(OnnxOperators, ConvWithAGroupForEachChannel) {
  Graph g({2, 1, 1});  // channels first
  onnx::NodeProto& conv = g.node("Conv", {"x", g.floats({4, 1, 1, 1})});
  set_attribute(conv, "group", int64_t{2});
  const std::string y = g.add("Flatten", {conv.output(0)});
  expect_near(g.run(y, {10, 20}), {0.1f, 0.2f, 0.6f, 0.8f});
  EXPECT_TRUE(std::holds_alternative<DepthwiseConv2D>(g.read(y).network.layers[0].kind));
}

TEST(OnnxOperators, ConvInGroupsOfSeveralChannels) {
  Graph pairs({4, 1, 1});
  onnx::NodeProto& grouped = pairs.node("Conv", {"x", pairs.floats({4, 2, 1, 1})});
  set_attribute(grouped, "group", int64_t{2});
  const Model model = pairs.read(pairs.add("Flatten", {grouped.output(0)}));
  // Filters 0 and 1 see channels 0 and 1, the others 2 and 3: [co, ci] = 0.01 * {{1, 2}, {3, 4}, {5, 6}, {7, 8}}.
  expect_near(outputs(model, {10, 20, 30, 40}), {0.1f + 0.4f, 0.3f + 0.8f, 1.5f + 2.4f, 2.1f + 3.2f});
  EXPECT_EQ(std::get<Conv2D>(model.network.layers[0].kind),
            (Conv2D{.filters = 4, .kernel = {1, 1}, .groups = 2, .bias = false}));
  const auto refusal = [](int64_t groups, const Ints& kernel) {
    Graph g({4, 1, 1});
    onnx::NodeProto& conv = g.node("Conv", {"x", g.floats(kernel)});
    set_attribute(conv, "group", groups);
    return g.refusal(conv.output(0));
  };
  expect_contains(refusal(3, {3, 1, 1, 1}), "group: expected a divisor of the input's 4 channels, found 3");
  expect_contains(refusal(0, {4, 4, 1, 1}), "group: expected a divisor of the input's 4 channels, found 0");
  expect_contains(refusal(-2, {4, 2, 1, 1}), "group: expected a divisor of the input's 4 channels, found -2");
  expect_contains(refusal(2, {3, 2, 1, 1}), "input 2: expected a kernel for 4 channels in 2 groups, found 2");
}

// libfer's depthwise layer has no dilation: a group for each channel has.
TEST(OnnxOperators, ConvWithAGroupForEachChannelAndADilation) {
  Graph g({2, 1, 3});
  onnx::NodeProto& conv = g.node("Conv", {"x", g.floats({2, 1, 1, 2})});
  set_attribute(conv, "group", int64_t{2});
  set_attribute(conv, "dilations", Ints{1, 2});
  const std::string y = g.add("Flatten", {conv.output(0)});
  // Pixels [h, w, c]: channel 0 has 1, 3, 5, channel 1 2, 4, 6.
  expect_near(g.run(y, {1, 2, 3, 4, 5, 6}), {0.01f + 0.02f * 5, 0.03f * 2 + 0.04f * 6});
  EXPECT_EQ(std::get<Conv2D>(g.read(y).network.layers[0].kind).groups, 2);
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

TEST(OnnxBeginnings, ABatchNormTellsByItsMean) {
  const auto after_norm = [](float mean, float deviation) {
    Graph g({3, 1, 1});
    const auto numbers = [&](float value) { return g.writer.floats("c", {3}, std::vector<float>(3, value)); };
    const std::string flat[] = {numbers(1), numbers(0.1f), numbers(mean), numbers(deviation * deviation)};
    return guessed_preprocessing(g, g.add("BatchNormalization", {"x", flat[0], flat[1], flat[2], flat[3]}));
  };
  EXPECT_EQ(after_norm(129, 65), kPixels);
  EXPECT_EQ(after_norm(0.5f, 0.25f), kFractions);
}

std::string last_axis(Graph& g, const std::string& x) {
  onnx::NodeProto& node = g.node("Transpose", {x});
  set_attribute(node, "perm", Ints{0, 2, 3, 1});
  return node.output(0);
}

// A dense layer of every pixel in the three ways of writing it: a product of [n, h, w, c], of [n, h * w, c], and of the
// pixels of all pictures.
TEST(OnnxModel, ADenseLayerOfEveryPixelIsAConvolution) {
  const std::vector<float> pixels = {1, 5, 2, 6, 3, 7, 4, 8};
  Graph whole({2, 2, 2});
  const auto end = [](Graph& g, const std::string& x) {
    return g.add("MatMul", {g.add("Flatten", {g.add("Relu", {x})}), g.floats({12, 2})});
  };
  const auto product = [](Graph& g, const std::string& x) {
    return g.add("Add", {g.add("MatMul", {x, g.floats({2, 3})}), g.floats({3})});
  };
  const std::vector<float> expected = whole.run(end(whole, product(whole, last_axis(whole, "x"))), pixels);
  // By hand: pixel [1, 5] gives 0.01 + 0.01 * 1 + 0.04 * 5, ...
  float first = 0;
  for (int p = 0; p < 4; ++p) {
    for (int u = 0; u < 3; ++u) {
      const float y = 0.01f * (u + 1) + pixels[2 * p] * 0.01f * (u + 1) + pixels[2 * p + 1] * 0.01f * (u + 4);
      first += y * 0.01f * (2 * (3 * p + u) + 1);
    }
  }
  EXPECT_NEAR(expected[0], first, 1e-5);
  Graph rows({2, 2, 2});
  const std::string three = rows.add("Reshape", {last_axis(rows, "x"), rows.ints({0, -1, 2})});
  expect_near(rows.run(end(rows, product(rows, three)), pixels), expected);
  Graph merged({2, 2, 2});
  const std::string all = merged.add("Reshape", {last_axis(merged, "x"), merged.ints({-1, 2})});
  const std::string back = merged.add("Reshape", {product(merged, all), merged.ints({-1, 2, 2, 3})});
  expect_near(merged.run(end(merged, back), pixels), expected);
  expect_contains(merged.refusal(merged.add("MatMul", {all, merged.floats({2, 3})})),
                  "expected a dense layer, and a Reshape that gives the batch back");
}

}  // namespace
}  // namespace fer
