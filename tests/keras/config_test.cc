// What is understood of a model's JSON.
#include <gtest/gtest.h>

#include "fer/error.h"
#include "keras/model_bytes.h"
#include "tests/keras/tiny.h"
#include "tests/network/message.h"

namespace fer {
namespace {

Json sequential(const std::string& name, const Json& layers) {
  return {{"class_name", "Sequential"}, {"config", {{"name", name}, {"layers", layers}}}};
}

// The tiny model around one that holds its layers but the last.
Json nested(Json inner_layers) {
  const Json dense = inner_layers.back();
  inner_layers.erase(inner_layers.size() - 1);
  return sequential("outer", Json::array({sequential("inner", inner_layers), dense}));
}

TEST(KerasConfig, TheShapeOfTheInputMayStandInAModelThatComesFirst) {
  const Json layers = tiny_config()["config"]["layers"];
  EXPECT_EQ(keras_file::parse_config(nested(layers).dump()).input, (Shape{4, 4, 1}));
  const Json deeper = sequential("deeper", Json::array({sequential("middle", Json::array({nested(layers)}))}));
  EXPECT_EQ(keras_file::parse_config(deeper.dump()).layers.front().name, "middle/outer/inner/conv");
  // Keras 2.0 had a list for a Sequential's settings.
  Json list = nested(layers);
  list["config"] = list["config"]["layers"];
  EXPECT_EQ(keras_file::parse_config(list.dump()).input, (Shape{4, 4, 1}));
  // A graph with an input of its own.
  Json graph = tiny_graph();
  EXPECT_EQ(keras_file::parse_config(sequential("outer", Json::array({graph})).dump()).input, (Shape{4, 4, 1}));
  layers_of(graph)[0]["config"].erase("batch_input_shape");
  expect_contains(message_of([&] { keras_file::parse_config(sequential("outer", Json::array({graph})).dump()); }),
                  "model: expected the shape of its input, found none");
}

TEST(KerasConfig, WhatStandsOutsideComesBeforeWhatTheModelInsideSays) {
  Json config = nested(tiny_config()["config"]["layers"]);
  layers_of(layers_of(config)[0])[0]["config"]["batch_input_shape"] = {nullptr, nullptr, nullptr, 1};
  expect_contains(message_of([&] { keras_file::parse_config(config.dump()); }), "expected fixed extents");
  config["config"]["build_input_shape"] = {nullptr, 4, 4, 1};
  EXPECT_EQ(keras_file::parse_config(config.dump()).input, (Shape{4, 4, 1}));
}

TEST(KerasConfig, MessagesNameTheSettingThatIsThere) {
  const auto refusal = [](const std::string& class_name, const Json& settings) {
    Json config = tiny_config();
    layers_of(config).insert(layers_of(config).begin() + 1, keras_layer(class_name, "odd", settings));
    return message_of([&] { keras_file::parse_config(config.dump()); });
  };
  expect_contains(refusal("LeakyReLU", {{"alpha", "x"}}),
                  "layer 'odd' (LeakyReLU): alpha: expected a number, found \"x\"");
  expect_contains(refusal("LeakyReLU", {{"negative_slope", "x"}}), "negative_slope: expected a number");
  expect_contains(refusal("ReLU", {{"theta", 1}}), "theta: expected 0");
  expect_contains(refusal("MaxPooling2D", {{"border_mode", "full"}}), "border_mode: expected valid or same");
  expect_contains(refusal("Convolution2D", {{"nb_filter", "x"}, {"nb_row", 1}, {"nb_col", 1}}),
                  "nb_filter: expected a whole number below 2^63, found \"x\"");
  expect_contains(refusal("Conv2D", {{"kernel_size", 1}}), "filters: expected a whole number, found none");
}

}  // namespace
}  // namespace fer
