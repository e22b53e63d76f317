// Layers with weights.
#include <gtest/gtest.h>

#include "keras/layers/builder.h"
#include "keras/model_bytes.h"
#include "tests/keras/tiny.h"
#include "tests/support/message.h"

namespace fer {
namespace {

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

TEST(KerasWeights, WhatActsInTrainingAloneIsNoted) {
  Json config = tiny_config();
  layers_of(config)[0]["config"]["kernel_constraint"] = {{"class_name", "MaxNorm"}, {"config", Json::object()}};
  layers_of(config)[2]["config"]["bias_regularizer"] = {{"class_name", "Own"}, {"config", Json::object()}};
  const KerasModel read = keras_file::parse_model(tiny_keras(config), {}, "m.h5");
  ASSERT_EQ(read.notes.size(), 2u);
  expect_contains(read.notes[0], "layer 'conv' (Conv2D): kernel_constraint left out: it acts in training alone");
  expect_contains(read.notes[1], "layer 'fc' (Dense): bias_regularizer left out: it is neither l1 nor l2");
}

TEST(KerasWeights, ABatchNormHasKerassDefaults) {
  const auto norm = [](const Json& settings) {
    Json config = tiny_config();
    layers_of(config).insert(layers_of(config).begin() + 1, keras_layer("BatchNormalization", "norm", settings));
    return std::get<BatchNorm>(keras_file::parse_config(config.dump()).layers[1].kind);
  };
  EXPECT_FLOAT_EQ(norm(Json::object()).epsilon, 1e-3f);
  EXPECT_FLOAT_EQ(norm(Json::object()).momentum, 0.99f);
  EXPECT_FLOAT_EQ(norm({{"epsilon", 0.5}, {"momentum", 0.25}}).epsilon, 0.5f);
  EXPECT_FLOAT_EQ(norm({{"epsilon", 0.5}, {"momentum", 0.25}}).momentum, 0.25f);
  expect_contains(message_of([&] {
                    norm({{"renorm", true}});
                  }),
                  "layer 'norm' (BatchNormalization): renorm: expected none");
}

TEST(KerasWeights, LayersWithWeightsAreKnownByAllTheirNames) {
  for (const char* name : {"Conv2D", "Convolution2D", "Dense", "BatchNormalizationV1", "PReLU"}) {
    EXPECT_TRUE(keras_file::is_weighted_layer(name)) << name;
  }
  for (const char* name : {"Conv1D", "ReLU", "Rescaling", "Flatten"}) {
    EXPECT_FALSE(keras_file::is_weighted_layer(name)) << name;
  }
}

}  // namespace
}  // namespace fer
