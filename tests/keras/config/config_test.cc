// What is understood of a model's JSON: layers, the models in it, and its input.
#include <gtest/gtest.h>

#include "keras/model_bytes.h"
#include "tests/keras/tiny.h"
#include "tests/support/message.h"

namespace fer {
namespace {

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

}  // namespace
}  // namespace fer
