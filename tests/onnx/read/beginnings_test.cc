// What a graph does first tells whether it takes pixels of 0 to 255, or fractions.
#include "tests/onnx/graph.h"

namespace fer {
namespace {

const Preprocessing kPixels = {1, 0}, kFractions = {};

// How pixels go in where nobody says.
Preprocessing guess(Graph& g, const std::string& value) {
  const std::string product = g.add("MatMul", {g.add("Flatten", {value}), g.floats({3, 2})});
  return g.read(product, {}).preprocessing;
}

// One step with a number for each of three channels.
std::string step(Graph& g, const char* op, const std::string& value, const std::vector<float>& numbers) {
  return g.add(op, {value, g.writer.floats("c", {1, 3, 1, 1}, numbers)});
}

TEST(OnnxBeginnings, ChannelMeansOfPixelsAreNotDividedBy255) {
  Graph g({3, 1, 1});
  const std::string value = step(g, "Sub", "x", {129.2f, 104.8f, 93.6f});
  EXPECT_EQ(guess(g, value), kPixels);
  const std::vector<float> identity = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  const std::string out = g.add("MatMul", {g.add("Flatten", {value}), g.writer.floats("c", {3, 3}, identity)});
  expect_near(outputs(g.read(out, {}), {130, 100, 90}), {0.8f, -4.8f, -3.6f});
}

TEST(OnnxBeginnings, ChannelMeansOfFractionsAreDividedBy255) {
  Graph g({3, 1, 1});
  const std::string value = step(g, "Sub", "x", {0.485f, 0.456f, 0.406f});
  EXPECT_EQ(guess(g, step(g, "Div", value, {0.229f, 0.224f, 0.225f})), kFractions);
  Graph product({3, 1, 1});
  const std::string scaled = step(product, "Mul", "x", {4.4f, 4.5f, 4.4f});
  EXPECT_EQ(guess(product, step(product, "Add", scaled, {-2.1f, -2.0f, -1.8f})), kFractions);
  Graph one({3, 1, 1});
  const Preprocessing found = guess(one, one.add("Div", {one.add("Sub", {"x", one.number(0.5f)}), one.number(0.5f)}));
  EXPECT_NEAR(found.scale, 2 / 255.0f, 1e-7);
  EXPECT_EQ(found.shift, -1);
}

TEST(OnnxBeginnings, ScalesOfPixelsCountTogetherWithTheMeansAfterThem) {
  Graph g({3, 1, 1});
  const std::string fraction = g.add("Div", {"x", g.number(255)});
  EXPECT_NEAR(guess(g, step(g, "Sub", fraction, {0.485f, 0.456f, 0.406f})).scale, 1 / 255.0f, 1e-7);
  Graph pixels({3, 1, 1});
  const std::string product = pixels.add("Mul", {"x", pixels.number(255)});
  EXPECT_NEAR(guess(pixels, step(pixels, "Sub", product, {129.2f, 104.8f, 93.6f})).scale, 1, 1e-6);
  Graph channels({3, 1, 1});
  EXPECT_EQ(guess(channels, step(channels, "Mul", "x", {0.02f, 0.02f, 0.01f})), kPixels);
}

TEST(OnnxBeginnings, ABatchNormTellsByItsMean) {
  const auto after_norm = [](float mean, float deviation) {
    Graph g({3, 1, 1});
    const auto numbers = [&](float value) { return g.writer.floats("c", {3}, std::vector<float>(3, value)); };
    const std::string flat[] = {numbers(1), numbers(0.1f), numbers(mean), numbers(deviation * deviation)};
    return guess(g, g.add("BatchNormalization", {"x", flat[0], flat[1], flat[2], flat[3]}));
  };
  EXPECT_EQ(after_norm(129, 65), kPixels);
  EXPECT_EQ(after_norm(0.5f, 0.25f), kFractions);
}

TEST(OnnxBeginnings, WhatOnlyMovesPixelsComesBeforeTheBeginning) {
  Graph g({3, 2, 2});
  onnx::NodeProto& resize = g.node("Resize", {"x", "", "", g.ints({1, 3, 1, 1})});
  set_attribute(resize, "mode", "linear");
  EXPECT_EQ(guess(g, step(g, "Sub", resize.output(0), {129.2f, 104.8f, 93.6f})), kPixels);
}

TEST(OnnxBeginnings, BytesArePixels) {
  Graph g({3, 1, 1});
  auto& type = *g.proto.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::UINT8);
  onnx::NodeProto& cast = g.node("Cast", {"x"});
  set_attribute(cast, "to", int64_t{onnx::TensorProto::FLOAT});
  EXPECT_EQ(guess(g, cast.output(0)), kPixels);
}

TEST(OnnxBeginnings, OtherwiseAndWhereLaterLayersScaleFractionsGoIn) {
  Graph g({3, 1, 1});
  EXPECT_EQ(guess(g, step(g, "Sub", g.add("Relu", {"x"}), {129.2f, 104.8f, 93.6f})), kFractions);
}

// What the reader makes of others' files does not matter to libfer's own, which take pixels.
TEST(OnnxBeginnings, OurOwnFilesSayWhatTheyTake) {
  Network network({1, 1, 3}, {"a", "b"});
  network.add(Flatten{}).add(Dense{.units = 2, .activation = Activation::kSoftmax}, "fc");
  Model model = random_model(network, 3);
  for (const Preprocessing& own : {Preprocessing{1, 0}, Preprocessing{1, -0.5f}, Preprocessing{2, -1}}) {
    model.preprocessing = own;
    EXPECT_EQ(onnx_file::parse_model(onnx_file::model_bytes(model, {}), {}, "m").preprocessing, own);
  }
}

}  // namespace
}  // namespace fer
