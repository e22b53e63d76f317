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

// The tiny model with an activation between its layers.
KerasModel with_prelu(const Json& settings, const std::vector<hsize_t>& alpha, bool before_flatten = true) {
  Json config = tiny_config();
  layers_of(config)[0]["config"].erase("activation");
  layers_of(config).insert(layers_of(config).begin() + (before_flatten ? 1 : 2), keras_layer("PReLU", "act", settings));
  Hdf5Builder builder;
  fill_keras(builder, config);
  add_layer(builder, "act", {{"alpha", alpha}});
  builder.remove("/model_weights/conv/conv/bias:0");
  builder.floats("/model_weights/conv/conv/bias:0", {1}, {-100});  // everything is negative after it
  builder.texts("/model_weights", "layer_names", {"conv", "act", "fc"});
  return keras_file::parse_model(builder.content(), {}, "m.h5");
}

TEST(KerasConfig, APReluHasASlopeAChannelOrAValue) {
  const auto alpha = [](const Model& model) {
    for (const Parameter& p : model.weights.layout.parameters) {
      if (p.name == "act/alpha") return model.weights.of(p);
    }
    return std::span<const float>();
  };
  const Model channel = with_prelu({{"shared_axes", {1, 2}}}, {1, 1, 1}).model;
  EXPECT_TRUE(std::get<PRelu>(channel.network.layers[1].kind).shared);
  EXPECT_EQ(std::get<PRelu>(channel.network.layers[1].kind).alpha_init.kind, Initializer::Kind::kZeros);
  EXPECT_EQ(alpha(channel)[0], -1);
  const Model value = with_prelu({{"shared_axes", nullptr}}, {2, 2, 1}).model;
  EXPECT_FALSE(std::get<PRelu>(value.network.layers[1].kind).shared);
  EXPECT_EQ(alpha(value).size(), 4u);
  EXPECT_EQ(with_prelu(Json::object(), {4}, false).model.network.layers[2].kind, LayerKind(PRelu{.alpha_init = {}}));
  expect_contains(message_of([&] {
                    with_prelu({{"shared_axes", {1}}}, {1, 2, 1});
                  }),
                  "layer 'act' (PReLU): shared_axes: expected none, or those of rows and columns, found [1]");
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
