// Layers without weights that keep the shape, and joins.
#include <gtest/gtest.h>

#include "keras/layers/builder.h"
#include "keras/model_bytes.h"
#include "tests/keras/tiny.h"
#include "tests/support/message.h"

namespace fer {
namespace {

// The tiny model with one layer more after its convolution.
KerasModel with_layer(const std::string& class_name, const Json& settings = Json::object()) {
  Json config = tiny_config();
  layers_of(config).insert(layers_of(config).begin() + 1, keras_layer(class_name, "odd", settings));
  return keras_file::parse_model(tiny_keras(config), {}, "m.h5");
}

// The graph whose sum is another layer of two inputs, or of one.
Network joined_by(const std::string& class_name, const Json& settings, bool two_inputs = true) {
  Json model = tiny_graph();
  Json& join = layers_of(model)[3];
  join["class_name"] = class_name;
  join["config"].update(settings);
  if (!two_inputs) join["inbound_nodes"] = {{{"conv", 0, 0, Json::object()}}};
  return keras_file::parse_config(model.dump());
}

TEST(KerasConvert, LayersThatActInTrainingAloneAreLeftOutAndNoted) {
  for (const char* type : {"GaussianNoise", "SpatialDropout2D", "RandomFlip", "ActivityRegularization"}) {
    const KerasModel read = with_layer(type);
    EXPECT_EQ(read.model.network.layers.size(), 3u) << type;
    ASSERT_EQ(read.notes.size(), 1u) << type;
    expect_contains(read.notes[0], std::string("layer 'odd' (") + type + "): left out: it acts in training alone");
  }
}

TEST(KerasConvert, DropoutKeepsItsRateUnlessItsNoiseHasAShape) {
  const auto rate = [](const Json& settings) {
    return std::get<Dropout>(with_layer("Dropout", settings).model.network.layers[1].kind).rate;
  };
  EXPECT_FLOAT_EQ(rate({{"rate", 0.25}}), 0.25f);
  EXPECT_FLOAT_EQ(rate({{"p", 0.75}}), 0.75f);
  const KerasModel shaped = with_layer("Dropout", {{"rate", 0.25}, {"noise_shape", {1, 1, 1}}});
  EXPECT_EQ(shaped.model.network.layers.size(), 3u);
  expect_contains(shaped.notes.at(0), "layer 'odd' (Dropout): left out, for its noise_shape");
}

TEST(KerasConvert, FunctionsAreLayersButTheLinearOne) {
  EXPECT_EQ(with_layer("Activation", {{"activation", "linear"}}).model.network.layers.size(), 3u);
  const Network network = with_layer("LeakyReLU", {{"alpha", 0.5}}).model.network;
  ASSERT_EQ(network.layers.size(), 4u);
  EXPECT_EQ(network.layers[1].kind, LayerKind(ActivationLayer{Activation::kLeakyRelu, 0.5f}));
  EXPECT_EQ(with_layer("Softmax").model.network.layers[1].kind, LayerKind(ActivationLayer{Activation::kSoftmax}));
}

TEST(KerasConvert, HardSigmoidsHaveTheSlopeOfTheirKeras) {
  const Network two = with_layer("Activation", {{"activation", "hard_sigmoid"}}).model.network;
  EXPECT_EQ(two.layers[1].kind, LayerKind(ActivationLayer{Activation::kHardSigmoid, 0.2f}));
  Json config = tiny_config();
  layers_of(config)[0]["config"]["activation"] = "hard_sigmoid";
  const Network inside = keras_file::parse_model(tiny_keras(config), {}, "m.h5").model.network;
  EXPECT_EQ(std::get<Conv2D>(inside.layers[0].kind).alpha, 0.2f);
  const keras_file::Dialect three = {.keras_3 = true};
  EXPECT_EQ(keras_file::Builder(three).meant({Activation::kHardSigmoid}).alpha, 0);
}

TEST(KerasConvert, LayersOfTwoInputsJoinThem) {
  const auto join = [](const std::string& class_name, const Json& settings = Json::object()) {
    return joined_by(class_name, settings).layers[2].kind;
  };
  EXPECT_TRUE(std::holds_alternative<Add>(join("Add")));
  EXPECT_TRUE(std::holds_alternative<Multiply>(join("Multiply")));
  EXPECT_TRUE(std::holds_alternative<Concat>(join("Concatenate", {{"axis", 3}})));
  EXPECT_TRUE(std::holds_alternative<Concat>(join("Concatenate", {{"axis", -1}})));
  EXPECT_TRUE(std::holds_alternative<Add>(join("Merge")));
  EXPECT_TRUE(std::holds_alternative<Multiply>(join("Merge", {{"mode", "mul"}})));
  EXPECT_TRUE(std::holds_alternative<Concat>(join("Merge", {{"mode", "concat"}, {"concat_axis", -1}})));
}

TEST(KerasConvert, OtherJoinsAreRefused) {
  expect_contains(message_of([] {
                    joined_by("Concatenate", {{"axis", 1}});
                  }),
                  "layer 'sum' (Concatenate): axis: expected 3, the channels', found 1");
  expect_contains(message_of([] { joined_by("Add", Json::object(), false); }),
                  "layer 'sum' (Add): expected two inputs or more, found 1");
  expect_contains(message_of([] { joined_by("ReLU", Json::object()); }),
                  "layer 'sum' (ReLU): expected a layer that libfer has, of one input, found 2 inputs");
}

TEST(KerasConvert, ClassesOfEveryGroupAreKnown) {
  for (const char* name : {"Conv2D", "Flatten", "Rescaling", "Merge", "TFOpLambda", "AlphaDropout"}) {
    EXPECT_TRUE(keras_file::is_known(name)) << name;
  }
  for (const char* name : {"LSTM", "Lambda", "", "conv2d"}) EXPECT_FALSE(keras_file::is_known(name)) << name;
}

}  // namespace
}  // namespace fer
