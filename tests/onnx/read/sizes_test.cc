// Padding, resizing, and channels side by side.
#include <memory>
#include <utility>

#include "tests/onnx/graph.h"

namespace fer {
namespace {

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

TEST(OnnxSizes, ResizeTakesScalesOrSizes) {
  const auto resized = [](const char* mode, const std::vector<float>& scales, const Ints& sizes) {
    Graph g({1, 2, 2});
    const std::string by = scales.empty() ? "" : g.writer.floats("c", {static_cast<int64_t>(scales.size())}, scales);
    std::vector<std::string> inputs = {"x", "", by};
    if (!sizes.empty()) inputs.push_back(g.ints(sizes));
    onnx::NodeProto& node = g.node("Resize", inputs);
    set_attribute(node, "mode", mode);
    return infer(g.read(g.add("Flatten", {node.output(0)})).network)[0].output;
  };
  EXPECT_EQ(resized("linear", {1, 1, 2, 3.4f}, {}), (Shape{4, 6, 1}));
  EXPECT_EQ(resized("linear", {}, {1, 1, 5, 3}), (Shape{5, 3, 1}));
  const auto refusal = [&](const char* mode, const std::vector<float>& scales, const Ints& sizes) {
    return message_of([&] { resized(mode, scales, sizes); });
  };
  expect_contains(refusal("cubic", {1, 1, 2, 2}, {}), "mode: expected linear, found another");
  expect_contains(refusal("linear", {1, 2, 2, 2}, {}), "scales: expected [1, 1, height, width], found others");
  expect_contains(refusal("linear", {1, 1, 0.1f, 2}, {}), "scales: expected a size above 0");
  expect_contains(refusal("linear", {}, {1, 2, 4, 4}), "sizes: expected [n, c, height, width], found others");
}

TEST(OnnxSizes, UpsampleRepeatsOnePixel) {
  const auto gated = [](Graph& g, const std::vector<float>& scales) {
    const std::string by = g.writer.floats("c", {4}, scales);
    const std::string gate = g.add("Upsample", {g.add("GlobalAveragePool", {"x"}), by});
    return g.add("Flatten", {g.add("GlobalMaxPool", {g.add("Mul", {"x", gate})})});
  };
  Graph g({2, 1, 2}, 9), half({2, 1, 2}, 9), picture({2, 1, 2}, 9);
  expect_near(g.run(gated(g, {1, 1, 1, 2}), {10, 30, 20, 40}), {300, 1400});
  expect_contains(half.refusal(gated(half, {1, 1, 1, 1.5f})), "scales: expected whole numbers of 1 or more");
  const std::string by = picture.writer.floats("c", {4}, std::vector<float>{1, 1, 2, 2});
  expect_contains(picture.refusal(picture.add("Upsample", {"x", by})), "expected the nearest cells of one pixel");
}

}  // namespace
}  // namespace fer
