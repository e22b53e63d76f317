// What is understood of a model's JSON.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fer/error.h"
#include "fer/trainer.h"
#include "keras/model_bytes.h"
#include "tests/keras/tiny.h"
#include "tests/support/message.h"

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

// What becomes of pictures of one colour.
std::vector<float> of_colour(const Model& model, const std::vector<uint8_t>& colour) {
  std::vector<uint8_t> pixels;
  for (int i = 0; i < 16; ++i) pixels.insert(pixels.end(), colour.begin(), colour.end());
  Dataset data;
  data.height = data.width = 4;
  data.channels = 3;
  data.pixels = pixels;
  data.usage = {Usage::kNone};
  // (Softmax keeps differences of logarithms.)
  const Tensor p = predict_rows(model, data, std::vector<int64_t>{0});
  std::vector<float> differences;
  for (int c = 1; c < 3; ++c) differences.push_back(std::log(p.values()[c] / p.values()[0]));
  return differences;
}

void expect_close(const std::vector<float>& found, const std::vector<float>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-4) << i;
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
                  "layer 'it' (Rescaling): expected nothing to be added to zeros around the input");
}

// A graph whose layers between input and pool are operators: a call each.
Json with_operators(const std::vector<std::pair<Json, Json>>& layers_and_calls) {
  Json layers = {{{"class_name", "InputLayer"},
                  {"name", "in"},
                  {"config", {{"name", "in"}, {"batch_input_shape", {nullptr, 4, 4, 3}}}},
                  {"inbound_nodes", Json::array()}}};
  std::string last = "in";
  for (const auto& [layer, call] : layers_and_calls) {
    layers.push_back(layer);
    last = layer["config"]["name"];
    layers.back()["name"] = last;
    layers.back()["inbound_nodes"] = {call};
  }
  Json pool = keras_layer("GlobalAveragePooling2D", "pool");
  pool["name"] = "pool";
  pool["inbound_nodes"] = {{{last, 0, 0, Json::object()}}};
  layers.push_back(pool);
  return {
      {"class_name", "Functional"},
      {"config",
       {{"name", "ops"}, {"layers", layers}, {"input_layers", {{"in", 0, 0}}}, {"output_layers", {{"pool", 0, 0}}}}}};
}

Model without_weights(const Json& config) {
  Hdf5Builder builder;
  builder.text("/", "model_config", config.dump());
  builder.text("/", "keras_version", "2.11.0");
  builder.group("/model_weights/in");
  builder.texts("/model_weights", "layer_names", {"in"});
  builder.texts("/model_weights/in", "weight_names", {});
  return keras_file::parse_model(builder.content(), {}, "m.h5").model;
}

Json tensorflow(const std::string& function, const std::string& name) {
  return keras_layer("TFOpLambda", name, {{"function", function}});
}

// x / 127.5 - 1, then what MobileNetV3 has for hard_swish: x * (relu6(x + 3) * (1 / 6)).
TEST(KerasConfig, TensorFlowsOperatorsAreLayers) {
  const Model model = without_weights(
      with_operators({{tensorflow("math.truediv", "divide"), {"in", 0, 0, {{"y", 127.5}, {"name", nullptr}}}},
                      {tensorflow("math.subtract", "less"), {"divide", 0, 0, {{"y", 1.0}, {"name", nullptr}}}},
                      {tensorflow("math.multiply", "wide"), {"less", 0, 0, {{"y", {4, 5, 6}}}}},
                      {tensorflow("__operators__.add", "three"), {"wide", 0, 0, {{"y", 3.0}, {"name", nullptr}}}},
                      {keras_layer("ReLU", "six", {{"max_value", 6.0}}), {{"three", 0, 0, Json::object()}}},
                      {tensorflow("math.multiply", "sixth"), {"six", 0, 0, {{"y", 1 / 6.0}, {"name", nullptr}}}},
                      {tensorflow("math.multiply", "swish"), {"wide", 0, 0, {{"y", {"sixth", 0, 0}}}}},
                      {tensorflow("nn.relu", "relu"), {"swish", 0, 0, {{"name", nullptr}}}}}));
  EXPECT_FLOAT_EQ(model.preprocessing.scale, 1 / 127.5f);
  EXPECT_FLOAT_EQ(model.preprocessing.shift, -1);
  std::vector<double> y;
  for (const auto& [pixel, factor] : {std::pair(200, 4), {100, 5}, {250, 6}}) {
    const double x = (pixel / 127.5 - 1) * factor;
    y.push_back(std::max(0.0, x * std::clamp(x + 3, 0.0, 6.0) / 6));
  }
  expect_close(of_colour(model, {200, 100, 250}), {static_cast<float>(y[1] - y[0]), static_cast<float>(y[2] - y[0])});
}

TEST(KerasConfig, OperatorsOfKeras3AreLayers) {
  const auto tensor = [](const std::string& name) {
    return Json{{"class_name", "__keras_tensor__"}, {"config", {{"keras_history", {name, 0, 0}}}}};
  };
  const auto layer = [](const std::string& class_name, const std::string& name) {
    Json json = keras_layer(class_name, name);
    json["module"] = "keras.src.ops.numpy";
    return json;
  };
  const auto call = [](Json first, Json second) {
    return Json{{"args", {std::move(first), std::move(second)}}, {"kwargs", Json::object()}};
  };
  const Model model =
      without_weights(with_operators({{layer("Divide", "divide"), call(tensor("in"), 100)},
                                      {layer("Add", "more"), call(2, tensor("divide"))},
                                      {layer("Multiply", "square"), call(tensor("more"), tensor("more"))},
                                      {layer("Subtract", "less"), call(tensor("square"), {1, 2, 3})}}));
  const auto value = [](double pixel, double less) { return (pixel / 100 + 2) * (pixel / 100 + 2) - less; };
  expect_close(of_colour(model, {50, 100, 150}),
               {static_cast<float>(value(100, 2) - value(50, 1)), static_cast<float>(value(150, 3) - value(50, 1))});
}

TEST(KerasConfig, OperatorsOfBothKindsMakeANetwork) {
  const Network network = keras_file::parse_config(tiny_operators().dump());
  EXPECT_EQ(network.layers.size(), 5u);
  EXPECT_TRUE(std::holds_alternative<BatchNorm>(network.layers[1].kind) && network.layers[2].frozen);
}

TEST(KerasConfig, OtherOperatorsAreRefused) {
  const auto refusal = [](const Json& layer, const Json& call) {
    return message_of([&] { without_weights(with_operators({{layer, call}})); });
  };
  expect_contains(refusal(tensorflow("math.pow", "it"), {"in", 0, 0, {{"y", 2}}}), "layer 'it' (TFOpLambda):");
  expect_contains(refusal(tensorflow("nn.softmax", "it"), {"in", 0, 0, {{"axis", 1}}}),
                  "layer 'it' (TFOpLambda): expected a layer that libfer has");
  expect_contains(refusal(tensorflow("math.subtract", "it"), {"_CONSTANT_VALUE", -1, 1.0, {{"y", {"in", 0, 0}}}}),
                  "layer 'it' (TFOpLambda): inbound_nodes: expected inputs that layers give");
  expect_contains(refusal(tensorflow("math.multiply", "it"), {"in", 0, 0, {{"y", {1, 2}}}}),
                  "operand: expected one number, or 3: one per channel, found");
  expect_contains(refusal(tensorflow("math.subtract", "it"), {"in", 0, 0, {{"y", {"in", 0, 0}}}}),
                  "layer 'it' (TFOpLambda): expected a layer that libfer has, of one input");
  expect_contains(refusal(tensorflow("math.truediv", "it"), {"in", 0, 0, {{"y", 0}}}),
                  "layer 'it' (TFOpLambda): expected finite numbers");
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
