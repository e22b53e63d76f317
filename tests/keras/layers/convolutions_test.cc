// Convolutions of every kind, and their weights.
#include <gtest/gtest.h>

#include "keras/model_bytes.h"
#include "tests/keras/tiny.h"
#include "tests/support/message.h"

namespace fer {
namespace {

// The tiny model's network with other settings of its convolution.
Conv2D tiny_conv(const Json& settings) {
  Json config = tiny_config();
  layers_of(config)[0]["config"].update(settings);
  return std::get<Conv2D>(keras_file::parse_config(config.dump()).layers[0].kind);
}

TEST(KerasConvolutions, SettingsOfAConvolutionAreTakenByEveryVersionsNames) {
  const Conv2D conv = tiny_conv({{"filters", 5},
                                 {"kernel_size", {2, 3}},
                                 {"strides", 2},
                                 {"padding", "same"},
                                 {"use_bias", false},
                                 {"activation", "elu"},
                                 {"kernel_initializer", "he_uniform"},
                                 {"kernel_regularizer", "l2"}});
  EXPECT_EQ(conv.filters, 5);
  EXPECT_EQ(conv.kernel, (Pair{2, 3}));
  EXPECT_EQ(conv.strides, (Pair{2, 2}));
  EXPECT_EQ(conv.padding, Padding::same());
  EXPECT_FALSE(conv.bias);
  EXPECT_EQ(conv.activation, Activation::kElu);
  EXPECT_EQ(conv.kernel_init.kind, Initializer::Kind::kHeUniform);
  EXPECT_EQ(conv.kernel_regularizer, (Regularizer{0, 0.01f}));
  const Conv2D old = tiny_conv({{"nb_row", 2}, {"nb_col", 1}, {"subsample", {1, 2}}, {"border_mode", "same"}});
  EXPECT_EQ(old.kernel, (Pair{2, 1}));
  EXPECT_EQ(old.strides, (Pair{1, 2}));
  EXPECT_EQ(old.padding, Padding::same());
  EXPECT_TRUE(old.bias);
}

// A model of one convolution on [h, w, c], its weights as Keras shapes them, and a dense layer of two outputs.
Model convolved(const std::string& type, const Json& settings, const std::vector<int64_t>& input,
                const std::vector<std::pair<std::string, std::vector<hsize_t>>>& weights, hsize_t flat) {
  Json config = {{"kernel_size", {3, 3}}, {"batch_input_shape", {nullptr, input[0], input[1], input[2]}}};
  config.update(settings);
  const Json layers = {keras_layer(type, "conv", config), keras_layer("Flatten", "flat"),
                       keras_layer("Dense", "fc", {{"units", 2}, {"activation", "softmax"}})};
  Hdf5Builder builder;
  builder.text("/", "model_config", sequential("tiny", layers).dump());
  builder.text("/", "keras_version", "2.11.0");
  add_layer(builder, "conv", weights);
  add_layer(builder, "fc", {{"kernel", {flat, 2}}, {"bias", {2}}});
  builder.texts("/model_weights", "layer_names", {"conv", "fc"});
  return keras_file::parse_model(builder.content(), {}, "m.h5").model;
}

// What the file of `convolved` has: Hdf5Builder's numbers.
float stored(size_t i) { return static_cast<float>(i * 7 % 13) / 6.5f - 1; }

std::vector<float> values_of(const Model& model, const std::string& name) {
  for (const Parameter& p : model.weights.layout.parameters) {
    if (p.name != name) continue;
    const auto values = model.weights.of(p);
    return {values.begin(), values.end()};
  }
  return {};
}

void expect_as_stored(const std::vector<float>& values, size_t count) {
  ASSERT_EQ(values.size(), count);
  for (size_t i = 0; i < count; ++i) EXPECT_EQ(values[i], stored(i)) << i;
}

TEST(KerasConvolutions, Keras1sAtrousConvolutionIsADilatedOne) {
  const Json settings = {{"nb_filter", 3},        {"nb_row", 3},         {"nb_col", 2}, {"atrous_rate", {2, 1}},
                         {"border_mode", "same"}, {"subsample", {1, 1}}, {"bias", true}};
  const Model model =
      convolved("AtrousConvolution2D", settings, {6, 5, 2}, {{"kernel", {3, 2, 2, 3}}, {"bias", {3}}}, 6 * 5 * 3);
  EXPECT_EQ(std::get<Conv2D>(model.network.layers[0].kind),
            (Conv2D{.filters = 3, .kernel = {3, 2}, .padding = Padding::same(), .dilation = {2, 1}}));
  expect_as_stored(values_of(model, "conv/kernel"), 3 * 2 * 2 * 3);
  Json strided = settings;
  strided["subsample"] = {2, 2};
  expect_contains(message_of([&] {
                    convolved("AtrousConvolution2D", strided, {6, 5, 2}, {{"kernel", {3, 2, 2, 3}}, {"bias", {3}}}, 27);
                  }),
                  "layer 'conv' (AtrousConvolution2D): atrous_rate: expected 1 beside strides [2, 2], found [2, 1]: "
                  "docs/keras.md lists the forms that libfer reads");
}

TEST(KerasConvolutions, ADilationIsTheLayers) {
  const Model model = convolved("Conv2D", {{"filters", 3}, {"dilation_rate", {2, 1}}, {"padding", "same"}}, {6, 5, 2},
                                {{"kernel", {3, 3, 2, 3}}, {"bias", {3}}}, 6 * 5 * 3);
  const auto& conv = std::get<Conv2D>(model.network.layers[0].kind);
  EXPECT_EQ(conv, (Conv2D{.filters = 3, .padding = Padding::same(), .dilation = {2, 1}}));
  expect_as_stored(values_of(model, "conv/kernel"), 3 * 3 * 2 * 3);
  EXPECT_EQ(tiny_conv({{"dilation_rate", 1}}).dilation, (Pair{1, 1}));
  EXPECT_EQ(tiny_conv({{"dilation_rate", 3}, {"padding", "same"}}).dilation, (Pair{3, 3}));
}

TEST(KerasConvolutions, GroupsHaveTheirShareOfTheChannelsInTheKernel) {
  const Model model = convolved("Conv2D", {{"filters", 6}, {"groups", 2}, {"dilation_rate", 2}}, {6, 5, 4},
                                {{"kernel", {3, 3, 2, 6}}, {"bias", {6}}}, 2 * 1 * 6);
  const auto& conv = std::get<Conv2D>(model.network.layers[0].kind);
  EXPECT_EQ(conv, (Conv2D{.filters = 6, .dilation = {2, 2}, .groups = 2}));
  expect_as_stored(values_of(model, "conv/kernel"), 3 * 3 * 2 * 6);
  expect_contains(message_of([&] {
                    convolved("Conv2D", {{"filters", 5}, {"groups", 2}}, {6, 5, 4}, {{"kernel", {3, 3, 2, 5}}}, 12);
                  }),
                  "layer 'conv' (Conv2D): groups: expected a divisor of the 5 filters, found 2");
}

// libfer's depthwise layer has no dilation: a group for each channel has.
TEST(KerasConvolutions, ADepthwiseConvolutionWithADilationIsOneInGroups) {
  const Model model =
      convolved("DepthwiseConv2D",
                {{"depth_multiplier", 2}, {"dilation_rate", {2, 2}}, {"padding", "same"}, {"activation", "relu"}},
                {6, 5, 3}, {{"depthwise_kernel", {3, 3, 3, 2}}, {"bias", {6}}}, 6 * 5 * 6);
  EXPECT_EQ(
      std::get<Conv2D>(model.network.layers[0].kind),
      (Conv2D{
          .filters = 6, .padding = Padding::same(), .dilation = {2, 2}, .groups = 3, .activation = Activation::kRelu}));
  expect_as_stored(values_of(model, "conv/kernel"), 3 * 3 * 3 * 2);
  expect_as_stored(values_of(model, "conv/bias"), 6);
}

TEST(KerasConvolutions, ASeparableConvolutionWithADilationIsTwo) {
  const Model model =
      convolved("SeparableConv2D", {{"filters", 4}, {"dilation_rate", 2}, {"activation", "elu"}}, {6, 5, 3},
                {{"depthwise_kernel", {3, 3, 3, 1}}, {"pointwise_kernel", {1, 1, 3, 4}}, {"bias", {4}}}, 2 * 1 * 4);
  ASSERT_EQ(model.network.layers.size(), 4u);
  EXPECT_EQ(model.network.layers[0].name, "conv/depthwise");
  EXPECT_EQ(std::get<Conv2D>(model.network.layers[0].kind),
            (Conv2D{.filters = 3, .dilation = {2, 2}, .groups = 3, .bias = false}));
  EXPECT_EQ(model.network.layers[1].name, "conv");
  EXPECT_EQ(std::get<Conv2D>(model.network.layers[1].kind),
            (Conv2D{.filters = 4, .kernel = {1, 1}, .activation = Activation::kElu}));
  expect_as_stored(values_of(model, "conv/depthwise/kernel"), 3 * 3 * 3);
  expect_as_stored(values_of(model, "conv/kernel"), 3 * 4);
  expect_as_stored(values_of(model, "conv/bias"), 4);
}

// Keras itself has no strides beside a dilation.
TEST(KerasConvolutions, DilationsThatKerasHasNotAreRefused) {
  expect_contains(message_of([&] {
                    tiny_conv({{"dilation_rate", {2, 2}}, {"strides", {2, 1}}, {"padding", "same"}});
                  }),
                  "layer 'conv' (Conv2D): dilation_rate: expected 1 beside strides [2, 1], found [2, 2]");
  expect_contains(message_of([&] { tiny_conv({{"dilation_rate", 0}}); }), "dilation_rate: expected 1 to 16777216");
  expect_contains(message_of([&] {
                    convolved("DepthwiseConv2D", {{"groups", 2}}, {6, 5, 4}, {{"depthwise_kernel", {3, 3, 4, 1}}}, 8);
                  }),
                  "layer 'conv' (DepthwiseConv2D): groups: expected 1, found 2");
}

// As MobileNet has them.
TEST(KerasConvolutions, ZerosBeforeAConvolutionBecomeItsPadding) {
  const auto with_strides = [](int strides) {
    Json config = tiny_config();
    Json& layers = layers_of(config);
    Json conv = layers[0];
    conv["config"].erase("batch_input_shape");
    conv["config"]["strides"] = strides;
    layers[0] =
        keras_layer("ZeroPadding2D", "pad", {{"padding", {{0, 1}, {0, 1}}}, {"batch_input_shape", {nullptr, 4, 4, 1}}});
    layers.insert(layers.begin() + 1, conv);
    return keras_file::parse_config(config.dump());
  };
  const Network network = with_strides(2);
  EXPECT_EQ(network.layers.size(), 3u);
  EXPECT_EQ(std::get<Conv2D>(network.layers[0].kind).padding, Padding::same());
  expect_contains(message_of([&] { with_strides(1); }),
                  "layer 'conv' (Conv2D): expected the same zeros on all four sides before it");
}

}  // namespace
}  // namespace fer
