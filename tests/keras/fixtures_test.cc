// Files laid out as Keras 1, 2 and 3 lay them out (tests/make_keras_fixtures.py) give what PyTorch computes.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fer/keras.h"
#include "tests/onnx/models.h"
#include "tests/support/message.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

constexpr float kTolerance = 1e-5f;
const std::string kFolder = fer::source_dir() + "/tests/fixtures/keras/";

// A file without preprocessing of its own takes the pictures as they are.
KerasReadOptions as_they_are(const std::string& name) {
  KerasReadOptions options;
  options.preprocessing = Preprocessing{1, 0};
  if (name.starts_with("keras2_weights") || name.starts_with("keras2_half")) {
    options.config = kFolder + "keras2_weights_config.json";
  }
  return options;
}

void expect_outputs(const Model& model, const std::string& fixture_name) {
  const auto fixture = nlohmann::json::parse(content_of(kFolder + fixture_name + ".json"));
  const auto expected = fixture["outputs"].get<std::vector<float>>();
  EXPECT_LE(largest_difference(outputs(model, fixture["pictures"].get<std::vector<float>>()), expected), kTolerance);
  const auto [least, most] = std::minmax_element(expected.begin(), expected.end());
  EXPECT_GT(*most - *least, 0.05f) << "the test would see nothing";
}

class FromKeras : public testing::TestWithParam<std::string> {};

TEST_P(FromKeras, GivesTheSameProbabilities) {
  const std::string file = GetParam(), name = file.substr(0, file.find('.'));
  expect_outputs(read_keras(kFolder + file, as_they_are(name)).model,
                 name == "keras3_legacy" ? "keras3_sequential" : name);
}

INSTANTIATE_TEST_SUITE_P(Keras, FromKeras,
                         testing::Values("keras1_th.h5", "keras1_tf.h5", "keras2_sequential.h5", "keras2_functional.h5",
                                         "keras2_weights.h5", "keras2_half.h5", "keras2_13.keras",
                                         "keras2_13_windows.keras", "keras3_sequential.keras", "keras3_legacy.h5",
                                         "keras3_functional.keras", "keras3_mobile.keras"),
                         [](const auto& info) { return info.param.substr(0, info.param.find('.')); });

TEST(FromKeras, ASavedModelGivesTheSame) {
  const TemporaryFolder folder;
  KerasModel read = read_keras(kFolder + "keras2_functional.h5", as_they_are(""));
  save_model(read.model, folder / "m.safetensors");
  expect_outputs(load_model(folder / "m.safetensors"), "keras2_functional");
}

TEST(FromKeras, KeepsNamesRegularisersAndWhatIsFrozen) {
  const Model sequential = read_keras(kFolder + "keras2_sequential.h5").model;
  const auto& conv = std::get<Conv2D>(sequential.network.layers[0].kind);
  EXPECT_EQ(sequential.network.layers[0].name, "conv_a");
  EXPECT_FLOAT_EQ(conv.kernel_regularizer.l2, 0.01f);
  EXPECT_EQ(conv.kernel_init.kind, Initializer::Kind::kGlorotUniform);
  EXPECT_EQ(conv.padding, Padding::same());
  EXPECT_EQ(sequential.network.input, (Shape{8, 9, 1}));
  EXPECT_EQ(sequential.preprocessing, Preprocessing{});
  const KerasModel functional = read_keras(kFolder + "keras2_functional.h5");
  const auto layer = [&](const std::string& name) {
    for (const Layer& one : functional.model.network.layers) {
      if (one.name == name) return one;
    }
    return Layer{};
  };
  EXPECT_TRUE(layer("frozen_norm").frozen);
  EXPECT_FALSE(layer("stem").frozen);
  EXPECT_TRUE(std::holds_alternative<Conv2D>(layer("block/conv2d").kind));
  ASSERT_EQ(functional.notes.size(), 1u);
  expect_contains(functional.notes[0], "layer 'noise' (SpatialDropout2D): left out");
}

TEST(FromKeras, RescalingBecomesPreprocessing) {
  const Preprocessing found = read_keras(kFolder + "keras2_functional.h5").model.preprocessing;
  EXPECT_FLOAT_EQ(found.scale, 1 / 127.5f);
  EXPECT_FLOAT_EQ(found.shift, -1);
  const Preprocessing given = read_keras(kFolder + "keras2_functional.h5",
                                         {.preprocessing = Preprocessing{.scale = 2, .shift = 3, .equalize = true}})
                                  .model.preprocessing;
  EXPECT_FLOAT_EQ(given.scale, 2 / 127.5f);
  EXPECT_FLOAT_EQ(given.shift, 3 / 127.5f - 1);
  EXPECT_TRUE(given.equalize) << "what is done to a picture before that stays";
}

TEST(FromKeras, ClassNamesAreTheCallers) {
  const auto with = [](std::vector<std::string> names) {
    return read_keras(kFolder + "keras2_sequential.h5", {.class_names = std::move(names)}).model.network.class_names;
  };
  EXPECT_EQ(with({"a", "b", "c"}), (std::vector<std::string>{"a", "b", "c"}));
  expect_contains(message_of([&] { with({"a", "b"}); }), "class names: expected 3, one for each output, found 2");
}

TEST(FromKeras, WeightsAloneNeedANetwork) {
  const std::string path = kFolder + "keras2_weights.h5";
  expect_contains(message_of([&] { read_keras(path); }), path + ": expected a model, found weights alone");
  Network network = read_keras(path, as_they_are("keras2_weights")).model.network;
  network.class_names = {"x", "y", "z"};
  KerasReadOptions options = {.preprocessing = Preprocessing{1, 0}, .network = network};
  expect_outputs(read_keras(path, options).model, "keras2_weights");
  // Other names: by order.
  for (Layer& layer : options.network->layers) layer.name = "other_" + layer.name;
  const Model other = read_keras(path, options).model;
  expect_outputs(other, "keras2_weights");
  EXPECT_EQ(other.network.class_names, network.class_names);
  std::get<Conv2D>(options.network->layers[2].kind).kernel = {3, 3};
  expect_contains(message_of([&] { read_keras(path, options); }),
                  "layer 'other_conv2d_8' (conv2d): weights: kernel: expected shape [3, 3, 4, 2], found [2, 3, 4, 2]");
  options.network->layers.erase(options.network->layers.begin() + 2);
  std::get<Dense>(options.network->layers.back().kind).units = 3;
  expect_contains(message_of([&] { read_keras(path, options); }), "or 2 layers in all, found 3");
}

TEST(FromKeras, TheBackendCanBeSaid) {
  KerasReadOptions options = as_they_are("");
  options.theano_kernels = false;
  const Model turned_not = read_keras(kFolder + "keras1_th.h5", options).model;
  options.theano_kernels = true;
  const Model turned = read_keras(kFolder + "keras1_th.h5", options).model;
  EXPECT_NE(std::vector<float>(turned.weights.values.values().begin(), turned.weights.values.values().end()),
            std::vector<float>(turned_not.weights.values.values().begin(), turned_not.weights.values.values().end()));
  expect_outputs(turned, "keras1_th");
}

}  // namespace
}  // namespace fer
