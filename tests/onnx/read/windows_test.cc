// Padding in its many forms, and ceilings.
#include "tests/onnx/graph.h"

namespace fer {
namespace {

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
  expect_contains(negative.refusal(padded(negative, {INT64_MIN, 0, 0, 0})),
                  "pads: expected cells before and after rows");
  Graph none({1, 1, 2});
  EXPECT_EQ(none.read(none.add("Flatten", {padded(none, {0, 0, 0, 0})})).network.layers.size(), 1u);
}

// Two taps two cells apart see three cells: so the padding is counted.
TEST(OnnxOperators, ADilationSpreadsAConvolution) {
  const auto convolution = [](const char* kind, const Ints& pads) {
    Graph g({1, 1, 4});
    onnx::NodeProto& conv = g.node("Conv", {"x", g.floats({1, 1, 1, 2})});
    set_attribute(conv, "dilations", Ints{1, 2});
    set_attribute(conv, "auto_pad", kind);
    if (!pads.empty()) set_attribute(conv, "pads", pads);
    const std::string y = g.add("Flatten", {conv.output(0)});
    return std::pair(g.run(y, {10, 20, 30, 40}), std::get<Conv2D>(g.read(y).network.layers[0].kind));
  };
  const auto [inside, valid] = convolution("NOTSET", {0, 0, 0, 0});
  expect_near(inside, {0.1f + 0.6f, 0.2f + 0.8f});
  EXPECT_EQ(valid, (Conv2D{.filters = 1, .kernel = {1, 2}, .dilation = {1, 2}, .bias = false}));
  for (const auto& [around, same] : {convolution("NOTSET", {0, 1, 0, 1}), convolution("SAME_UPPER", {})}) {
    expect_near(around, {0.4f, 0.1f + 0.6f, 0.2f + 0.8f, 0.3f});
    EXPECT_EQ(same.padding, Padding::same());
  }
}

TEST(OnnxWindows, OtherWindowsAreRefused) {
  const auto refusal = [](const char* attribute, const Ints& numbers) {
    Graph g({1, 4, 4});
    onnx::NodeProto& conv = g.node("Conv", {"x", g.floats({1, 1, 2, 2})});
    set_attribute(conv, attribute, numbers);
    return g.refusal(conv.output(0));
  };
  expect_contains(refusal("dilations", {0, 2}), "dilations: expected 2 numbers of 1 to 16777216, found [0, 2]");
  expect_contains(refusal("dilations", {1, 4}), "kernel [2, 2], dilated to [2, 5]: expected at most the padded input");
  Graph pool({1, 4, 4});
  onnx::NodeProto& max = pool.node("MaxPool", {"x"});
  set_attribute(max, "kernel_shape", Ints{2, 2});
  set_attribute(max, "dilations", Ints{2, 2});
  expect_contains(pool.refusal(max.output(0)), "dilations: expected [1, 1], found [");
  expect_contains(refusal("strides", {1, 2, 1}), "strides: expected 2 numbers of 1 to 16777216, found [1, 2, 1]");
  expect_contains(refusal("pads", {1, 1}), "pads: expected 4 numbers of 0 to 16777216, found [1, 1]");
  expect_contains(refusal("kernel_shape", {3, 3}), "kernel_shape: expected the kernel's [");
}

}  // namespace
}  // namespace fer
