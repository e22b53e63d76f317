// Values in the order of the file, and what their scale tells of pixels.
#include "onnx/read/value.h"

#include "tests/onnx/graph.h"

namespace fer {
namespace {

TEST(OnnxBeginnings, ChannelMeansOfPixelsAreNotDividedBy255) {
  Graph g({3, 1, 1});
  const std::string value = channel_step(g, "Sub", "x", {129.2f, 104.8f, 93.6f});
  EXPECT_EQ(guessed_preprocessing(g, value), kPixels);
  const std::vector<float> identity = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  const std::string out = g.add("MatMul", {g.add("Flatten", {value}), g.writer.floats("c", {3, 3}, identity)});
  expect_near(outputs(g.read(out, {}), {130, 100, 90}), {0.8f, -4.8f, -3.6f});
}

TEST(OnnxBeginnings, ChannelMeansOfFractionsAreDividedBy255) {
  Graph g({3, 1, 1});
  const std::string value = channel_step(g, "Sub", "x", {0.485f, 0.456f, 0.406f});
  EXPECT_EQ(guessed_preprocessing(g, channel_step(g, "Div", value, {0.229f, 0.224f, 0.225f})), kFractions);
  Graph product({3, 1, 1});
  const std::string scaled = channel_step(product, "Mul", "x", {4.4f, 4.5f, 4.4f});
  EXPECT_EQ(guessed_preprocessing(product, channel_step(product, "Add", scaled, {-2.1f, -2.0f, -1.8f})), kFractions);
  Graph one({3, 1, 1});
  const Preprocessing found =
      guessed_preprocessing(one, one.add("Div", {one.add("Sub", {"x", one.number(0.5f)}), one.number(0.5f)}));
  EXPECT_NEAR(found.scale, 2 / 255.0f, 1e-7);
  EXPECT_EQ(found.shift, -1);
}

TEST(OnnxBeginnings, ScalesOfPixelsCountTogetherWithTheMeansAfterThem) {
  Graph g({3, 1, 1});
  const std::string fraction = g.add("Div", {"x", g.number(255)});
  EXPECT_NEAR(guessed_preprocessing(g, channel_step(g, "Sub", fraction, {0.485f, 0.456f, 0.406f})).scale, 1 / 255.0f,
              1e-7);
  Graph pixels({3, 1, 1});
  const std::string product = pixels.add("Mul", {"x", pixels.number(255)});
  EXPECT_NEAR(guessed_preprocessing(pixels, channel_step(pixels, "Sub", product, {129.2f, 104.8f, 93.6f})).scale, 1,
              1e-6);
  Graph channels({3, 1, 1});
  EXPECT_EQ(guessed_preprocessing(channels, channel_step(channels, "Mul", "x", {0.02f, 0.02f, 0.01f})), kPixels);
}

TEST(OnnxValue, ExtentsAreThoseOfTheFile) {
  using onnx_file::Dims;
  using onnx_file::Value;
  const auto dims = [](Value::Axes axes, const Shape& shape, size_t rank) {
    Value x;
    x.axes = axes;
    x.shape = shape;
    x.rank = rank;
    return onnx_file::file_dims(x);
  };
  EXPECT_EQ(dims(Value::Axes::kUndecided, {2, 3, 4}, 4), (Dims{2, 3, 4}));
  EXPECT_EQ(dims(Value::Axes::kChannelsFirst, {2, 3, 4}, 4), (Dims{4, 2, 3}));
  EXPECT_EQ(dims(Value::Axes::kChannelsLast, {2, 3, 4}, 4), (Dims{2, 3, 4}));
  EXPECT_EQ(dims(Value::Axes::kChannelsLast, {2, 3, 4}, 3), (Dims{6, 4}));
  EXPECT_EQ(dims(Value::Axes::kFlat, {7}, 2), Dims{7});
  EXPECT_EQ(dims(Value::Axes::kFlat, {7}, 4), (Dims{7, 1, 1}));
}

// A picture [h, w, c] = [2, 3, 4] that lies in the file as [c, h, w].
TEST(OnnxValue, FlattenedPicturesLieInTheFilesOrder) {
  for (int64_t y = 0; y < 2; ++y) {
    for (int64_t x = 0; x < 3; ++x) {
      for (int64_t c = 0; c < 4; ++c) {
        EXPECT_EQ(onnx_file::file_index({2, 3, 4}, (y * 3 + x) * 4 + c), (c * 2 + y) * 3 + x);
      }
    }
  }
  EXPECT_EQ(onnx_file::file_index({}, 5), 5);
}

TEST(OnnxValue, ScalesFollowOneAnother) {
  EXPECT_EQ(onnx_file::after({2, 3}, {5, 7}), (Preprocessing{10, 22}));
  const auto pixels = [](float scale, float shift) { return onnx_file::takes_pixels({scale, shift}); };
  EXPECT_TRUE(pixels(1, -129) && pixels(1, 2) && pixels(0.01f, 0) && pixels(-0.01f, 1));
  EXPECT_FALSE(pixels(1, 0) || pixels(1, -1) || pixels(4, -2) || pixels(-2, 1) || pixels(3, 0));
}

}  // namespace
}  // namespace fer
