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
  expect_contains(ones.first->refusal(ones.second), "expected to pad with 0, found 1");
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

// What a graph of one picture [1, 2, 3], 1 to 6, makes of it where `out` is a picture.
std::vector<float> cells_of(Graph& g, const std::string& out) {
  return g.run(g.add("Flatten", {out}), {1, 2, 3, 4, 5, 6});
}

TEST(OnnxSizes, NegativePadsCutOff) {
  const auto padded = [](const Ints& pads) {
    Graph g({1, 2, 3});
    return cells_of(g, g.add("Pad", {"x", g.ints(pads)}));
  };
  expect_near(padded({0, 0, -1, 0, 0, 0, 0, -1}), {4, 5});
  expect_near(padded({0, 0, 0, -1, 0, 0, 0, 0}), {2, 3, 5, 6});
  // Cut and padded: where both happen, on different sides.
  Graph g({1, 2, 3});
  const std::string out = g.add("Pad", {"x", g.ints({0, 0, -1, 1, 0, 0, 0, 0})});
  const std::string kernel = g.writer.floats("k", {1, 1, 1, 2}, std::vector<float>{1, 10});
  onnx::NodeProto& conv = g.node("Conv", {out, kernel});
  expect_contains(g.refusal(g.add("Flatten", {conv.output(0)})), "pads: expected the same on all four sides");
}

TEST(OnnxSizes, SliceCutsRowsAndColumnsOff) {
  const auto sliced = [](const Ints& starts, const Ints& ends, const Ints& axes, const Ints& steps = {}) {
    Graph g({1, 2, 3});
    std::vector<std::string> inputs = {"x", g.ints(starts), g.ints(ends), g.ints(axes)};
    if (!steps.empty()) inputs.push_back(g.ints(steps));
    return cells_of(g, g.add("Slice", inputs));
  };
  expect_near(sliced({1, -2}, {INT64_MAX, INT64_MAX}, {2, 3}), {5, 6});
  expect_near(sliced({0}, {-1}, {3}), {1, 2, 4, 5});
  expect_near(sliced({-2}, {3}, {-1}, {1}), {2, 3, 5, 6});
  expect_near(sliced({0, 0, 0, 1}, {INT64_MAX, 1, INT32_MAX, 2}, {0, 1, 2, 3}), {2, 5});
  Graph old({1, 2, 3}, 9);
  onnx::NodeProto& node = old.node("Slice", {"x"});
  set_attribute(node, "axes", Ints{3});
  set_attribute(node, "starts", Ints{0});
  set_attribute(node, "ends", Ints{1});
  expect_near(cells_of(old, node.output(0)), {1, 4});
  Graph last({2, 3, 1});
  const std::string turned = last.add("Slice", {"x", last.ints({1, 1}), last.ints({2, 3}), last.ints({1, 2})});
  onnx::NodeProto& transpose = last.node("Transpose", {turned});
  set_attribute(transpose, "perm", Ints{0, 3, 1, 2});
  expect_near(cells_of(last, transpose.output(0)), {5, 6});
  expect_contains(message_of([&] { sliced({0}, {2}, {3}, {2}); }), "steps of 1, found [0], [2], [3] and [2]");
  expect_contains(message_of([&] { sliced({1}, {2}, {0}); }),
                  "axes: expected those of rows and columns, 2 and 3, found 0");
  expect_contains(message_of([&] { sliced({0}, {0}, {1}); }),
                  "expected to cut rows and columns off, found channels 0 to 0 of 1");
  expect_contains(message_of([&] { sliced({2}, {1}, {3}); }), "columns: expected to leave some of the input's 3");
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
  expect_contains(refusal("cubic", {1, 1, 2, 2}, {}), "mode: expected nearest or linear, found \"cubic\"");
  expect_contains(refusal("linear", {1, 2, 2, 2}, {}), "scales: expected [1, 1, height, width], found [1, 2, 2, 2]");
  expect_contains(refusal("linear", {1, 1, 0.1f, 2}, {}),
                  "scales: expected a size of 1 to 16777216, found 2 times 0.1");
  expect_contains(refusal("linear", {}, {1, 2, 4, 4}), "sizes: expected [n, 1, height, width], found [1, 2, 4, 4]");
}

TEST(OnnxSizes, UpsampleRepeatsOnePixel) {
  const auto gated = [](Graph& g, const std::vector<float>& scales) {
    const std::string by = g.writer.floats("c", {4}, scales);
    const std::string gate = g.add("Upsample", {g.add("GlobalAveragePool", {"x"}), by});
    return g.add("Flatten", {g.add("GlobalMaxPool", {g.add("Mul", {"x", gate})})});
  };
  Graph g({2, 1, 2}, 9), half({2, 1, 2}, 9);
  expect_near(g.run(gated(g, {1, 1, 1, 2}), {10, 30, 20, 40}), {300, 1400});
  expect_contains(half.refusal(gated(half, {1, 1, 1, 1.5f})),
                  "scales: expected whole numbers of 1 to 16777216, found [1, 1, 1, 1.5]");
}

TEST(OnnxSizes, UpsampleRepeatsCells) {
  Graph g({1, 1, 2}, 9), old({1, 1, 2}, 8), pixel({2, 1, 2}, 9), linear({1, 1, 2}, 9);
  const std::string by = g.writer.floats("c", {4}, std::vector<float>{1, 1, 2, 1});
  expect_near(g.run(g.add("Flatten", {g.add("Upsample", {"x", by})}), {1, 2}), {1, 2, 1, 2});
  onnx::NodeProto& node = old.node("Upsample", {"x"});
  onnx::AttributeProto& scales = *node.add_attribute();
  scales.set_name("scales");
  scales.set_type(onnx::AttributeProto::FLOATS);
  for (const float scale : {1, 1, 1, 2}) scales.add_floats(scale);
  expect_near(old.run(old.add("Flatten", {node.output(0)}), {1, 2}), {1, 1, 2, 2});
  // One pixel that no product takes.
  const std::string two = pixel.writer.floats("c", {4}, std::vector<float>{1, 1, 1, 2});
  const std::string wide = pixel.add("Upsample", {pixel.add("GlobalMaxPool", {"x"}), two});
  const std::string mean = pixel.add("Flatten", {pixel.add("GlobalAveragePool", {wide})});
  EXPECT_EQ(pixel.read(mean).network.layers[1].kind, LayerKind(UpSample2D{{1, 2}}));
  expect_near(pixel.run(mean, {1, 10, 2, 20}), {2, 20});
  onnx::NodeProto& other =
      linear.node("Upsample", {"x", linear.writer.floats("c", {4}, std::vector<float>{1, 1, 2, 1})});
  set_attribute(other, "mode", "linear");
  expect_contains(linear.refusal(other.output(0)), "mode: expected nearest, found \"linear\"");
}

TEST(OnnxSizes, ResizeOfTheNearestCellsIsARepetitionOrRefused) {
  const auto resized = [](const char* centres, const char* rounding, float scale, const Ints& sizes = {}) {
    Graph g({1, 1, 2});
    const std::string by = g.writer.floats("c", {4}, std::vector<float>{1, 1, 1, scale});
    std::vector<std::string> inputs = {"x", "", sizes.empty() ? by : ""};
    if (!sizes.empty()) inputs.push_back(g.ints(sizes));
    onnx::NodeProto& node = g.node("Resize", inputs);
    if (centres != nullptr) set_attribute(node, "coordinate_transformation_mode", centres);
    if (rounding != nullptr) set_attribute(node, "nearest_mode", rounding);
    return g.run(g.add("Flatten", {node.output(0)}), {1, 2});
  };
  const std::vector<float> thrice = {1, 1, 1, 2, 2, 2};
  expect_near(resized("asymmetric", "floor", 3), thrice);
  expect_near(resized(nullptr, nullptr, 3), thrice);
  expect_near(resized("pytorch_half_pixel", "round_prefer_ceil", 3), thrice);
  expect_near(resized("tf_half_pixel_for_nn", "floor", 3), thrice);
  expect_near(resized("asymmetric", "round_prefer_floor", 2), {1, 1, 2, 2});
  expect_near(resized("asymmetric", "floor", 0, {1, 1, 1, 6}), thrice);
  for (const auto& [centres, rounding] : {std::pair("asymmetric", "round_prefer_floor"),
                                          {"half_pixel", "floor"},
                                          {"align_corners", "floor"},
                                          {"asymmetric", "ceil"}}) {
    expect_contains(message_of([&, c = centres, r = rounding] { resized(c, r, 3); }),
                    "expected what repeats each cell");
  }
  expect_contains(message_of([&] { resized("asymmetric", "floor", 1.5f); }), "scales: expected whole numbers of 1");
  expect_contains(message_of([&] {
                    resized("asymmetric", "floor", 0, {1, 1, 1, 5});
                  }),
                  "multiples of the input's, found [1, 1, 1, 5]");
}

}  // namespace
}  // namespace fer
