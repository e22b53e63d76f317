// Rescaling and Normalization, in front of a network and within it.
#include <gtest/gtest.h>

#include "keras/model_bytes.h"
#include "tests/keras/colours.h"
#include "tests/keras/tiny.h"
#include "tests/support/message.h"

namespace fer {
namespace {

// A model that begins with these layers, on 3 channels, then pools and has logits.
KerasModel beginning_with(std::vector<Json> layers, std::vector<float> mean = {}, std::vector<float> variance = {}) {
  layers[0]["config"]["batch_input_shape"] = {nullptr, 4, 4, 3};
  layers.push_back(keras_layer("GlobalAveragePooling2D", "pool"));
  Json config = sequential("scaled", layers);
  Hdf5Builder builder;
  builder.text("/", "model_config", config.dump());
  builder.text("/", "keras_version", "2.11.0");
  builder.group("/model_weights");
  if (mean.empty()) {
    builder.texts("/model_weights", "layer_names", {"pool"});
    builder.group("/model_weights/pool");
    builder.texts("/model_weights/pool", "weight_names", {});
  } else {
    builder.texts("/model_weights", "layer_names", {"norm"});
    builder.floats("/model_weights/norm/mean:0", {3}, mean);
    builder.floats("/model_weights/norm/variance:0", {3}, variance);
    builder.floats("/model_weights/norm/count:0", {}, {0}, H5T_STD_I64LE);
    builder.texts("/model_weights/norm", "weight_names", {"mean:0", "variance:0", "count:0"});
  }
  return keras_file::parse_model(builder.content(), {}, "m.h5");
}

// As EfficientNet begins: pixels / 255, less the mean, by the deviation, and once more by its root.
TEST(KerasConfig, ANormalizationIsAFrozenNorm) {
  const Json divide = keras_layer("Rescaling", "divide", {{"scale", 1 / 255.0}, {"offset", 0}});
  const Json root = keras_layer("Rescaling", "root", {{"scale", {2, 3, 4}}});
  const std::vector<float> mean = {0.5f, 0.4f, 0.3f}, variance = {0.04f, 0.09f, 0.25f};
  const auto expected = [](double r, double g, double b) {
    const double x = (r / 255 - 0.5) / 0.2 * 2, y = (g / 255 - 0.4) / 0.3 * 3, z = (b / 255 - 0.3) / 0.5 * 4;
    return std::vector<float>{static_cast<float>(y - x), static_cast<float>(z - x)};
  };
  const Model stored =
      beginning_with({divide, keras_layer("Normalization", "norm", {{"axis", {3}}}), root}, mean, variance).model;
  expect_close(of_colour(stored, {200, 100, 50}), expected(200, 100, 50));
  EXPECT_TRUE(stored.network.layers[0].frozen);
  const Json given =
      keras_layer("Normalization", "norm",
                  {{"axis", -1},
                   {"mean", {{"class_name", "__numpy__"}, {"config", {{"value", mean}, {"dtype", "float32"}}}}},
                   {"variance", {{{variance}}}}});
  expect_close(of_colour(beginning_with({divide, given, root}).model, {20, 120, 250}), expected(20, 120, 250));
}

TEST(KerasConfig, WhatStandsFirstTellsWhatPixelsItTakes) {
  const Json norm = keras_layer("Normalization", "norm", {{"axis", -1}});
  const std::vector<float> variance = {1, 4, 9};
  const Preprocessing as_they_are = {1, 0};
  EXPECT_EQ(beginning_with({norm}, {120, 110, 100}, variance).model.preprocessing, as_they_are);
  EXPECT_EQ(beginning_with({norm}, {0.5f, 0.5f, 0.5f}, variance).model.preprocessing, Preprocessing{});
  const Model colours = beginning_with({keras_layer("Rescaling", "it", {{"scale", {0.01, 0.02, 0.03}}})}).model;
  EXPECT_EQ(colours.preprocessing, as_they_are);
  expect_close(of_colour(colours, {100, 100, 50}), {1, 0.5f});
}

// (Pixels are divided once, wherever that stands.)
TEST(KerasConfig, PixelsThatWereOnlyMovedAreScaledAsThoseOfTheInput) {
  const Json resize = keras_layer("Resizing", "resize", {{"height", 8}, {"width", 8}});
  const Json scale = keras_layer("Rescaling", "scale", {{"scale", 0.01}, {"offset", -1}});
  const Model model = beginning_with({resize, scale}).model;
  EXPECT_EQ(model.preprocessing, (Preprocessing{1, 0}));
  expect_close(of_colour(model, {100, 200, 250}), {1, 1.5f});
  const Json norm = keras_layer("Normalization", "norm", {{"axis", -1}});
  EXPECT_EQ(beginning_with({resize, norm}, {0, 0, 120}, {1, 1, 1}).model.preprocessing, (Preprocessing{1, 0}));
  const Json one = keras_layer("Rescaling", "scale", {{"scale", 1}});
  EXPECT_EQ(beginning_with({one, resize}).model.preprocessing, (Preprocessing{1, 0}));
}

TEST(KerasConfig, NumbersThatAreNotOfChannelsAreRefused) {
  const auto refusal = [](const Json& scale) {
    return message_of([&] { beginning_with({keras_layer("Rescaling", "it", {{"scale", scale}})}); });
  };
  expect_contains(refusal({{1}, {2}, {3}}), "scale: expected one number, or 3: one per channel, found [[1], [2], [3]]");
  expect_contains(refusal({{{1}}, {{2}}, {{3}}}), "scale: expected one number, or 3: one per channel");
  EXPECT_NO_THROW(beginning_with({keras_layer("Rescaling", "it", {{"scale", {{{1, 2, 3}}}}})}));
  const Json pad = keras_layer("ZeroPadding2D", "pad", {{"padding", {{0, 1}, {0, 1}}}});
  expect_contains(message_of([&] {
                    beginning_with({pad, keras_layer("Rescaling", "it", {{"scale", 1}, {"offset", -1}})});
                  }),
                  "layer 'it' (Rescaling): offset: expected 0 where zeros lie around the input, found -1");
}

}  // namespace
}  // namespace fer
