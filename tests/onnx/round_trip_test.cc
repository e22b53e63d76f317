// What is written as ONNX comes back as a model that says the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fer/onnx.h"
#include "onnx/model_bytes.h"
#include "tests/onnx/models.h"
#include "tests/support/message.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

constexpr float kTolerance = 1e-5f;

// Fewer filters and units where there are many, so that a debug build takes seconds.
Network slim(Network network) {
  while (totals(network).params > 2000000) {
    for (size_t i = 0; i + 1 < network.layers.size(); ++i) {
      LayerKind& kind = network.layers[i].kind;
      if (auto* conv = std::get_if<Conv2D>(&kind)) conv->filters /= 2;
      if (auto* dense = std::get_if<Dense>(&kind); dense && dense->activation != Activation::kSoftmax)
        dense->units /= 2;
    }
  }
  return network;
}

Model round_trip(const Model& model, const OnnxWriteOptions& options = {}, const OnnxReadOptions& reading = {}) {
  return onnx_file::parse_model(onnx_file::model_bytes(model, options), reading, "m.onnx");
}

void expect_same(const Model& model, const Model& again) {
  EXPECT_EQ(again.network.class_names, model.network.class_names);
  EXPECT_EQ(again.network.input, model.network.input);
  const std::vector<float> pixels = random_pixels(model.network, 2, 5);
  const std::vector<float> expected = outputs(model, pixels);
  EXPECT_LE(largest_difference(outputs(again, pixels), expected), kTolerance);
  const auto [least, most] = std::minmax_element(expected.begin(), expected.end());
  EXPECT_GT(*most - *least, 1e-3f) << "the test would see nothing";
}

class OfTheLibrary : public testing::TestWithParam<std::string> {};

TEST_P(OfTheLibrary, ComesBack) {
  const Model model = random_model(slim(load_network(GetParam())), 3);
  expect_same(model, round_trip(model));
  expect_same(model, round_trip(model, {.fold_batch_norm = false, .input_layout = OnnxLayout::kChannelsFirst}));
}

INSTANTIATE_TEST_SUITE_P(Onnx, OfTheLibrary, testing::ValuesIn(network_names()),
                         [](const auto& info) { return info.param; });

// Every layer and activation, in awkward sizes.
Network all_layers() {
  Network n({13, 11, 3}, {"a", "b", "c", "d"});
  n.name = "all";
  n.add(Resize{.size = {17, 14}}, "resize");
  n.add(ZeroPad2D{.pad = 2}, "pad");
  n.add(Conv2D{.filters = 6, .kernel = {3, 5}, .strides = {2, 1}, .padding = Padding::same(), .bias = false}, "conv1");
  n.add(BatchNorm{.epsilon = 0.01f}, "bn1").add(ActivationLayer{Activation::kLeakyRelu, 0.2f}, "leaky");
  n.add(MaxPool2D{.pool = {3, 2}, .strides = {1, 2}, .padding = Padding::same()}, "max");
  n.add(Conv2D{.filters = 5, .padding = Padding::on_each_side(1), .activation = Activation::kElu}, "conv2");
  n.add(BatchNorm{}, "bn2").add(Conv2D{.filters = 5, .kernel = {1, 1}, .activation = Activation::kSilu}, "conv3");
  n.add(Add{}, "sum", {"conv3", "bn2", "conv3"});
  n.add(AveragePool2D{.pool = {3, 3}, .strides = {2, 2}, .padding = Padding::same()}, "average");
  n.add(Dropout{}, "drop").add(Flatten{}, "flat").add(BatchNorm{}, "bn3");
  n.add(Dense{.units = 9, .bias = false}, "fc1")
      .add(BatchNorm{}, "bn4")
      .add(ActivationLayer{Activation::kTanh}, "tanh");
  n.add(Dense{.units = 6, .activation = Activation::kSigmoid}, "fc2");
  n.add(Dense{.units = 4, .activation = Activation::kSoftmax}, "fc3");
  return n;
}

TEST(Onnx, EveryLayerComesBack) {
  const Model model = random_model(all_layers(), 7);
  for (const bool fold : {true, false}) {
    for (const OnnxLayout layout : {OnnxLayout::kChannelsLast, OnnxLayout::kChannelsFirst}) {
      for (const bool pixels : {true, false}) {
        const Model again =
            round_trip(model, {.fold_batch_norm = fold, .opset = 21, .input_layout = layout, .pixels_in = pixels});
        expect_same(model, again);
        EXPECT_EQ(again.preprocessing, model.preprocessing);
        EXPECT_EQ(again.network.name, "all");
      }
    }
  }
}

TEST(Onnx, LayersKeepTheirNamesAndForms) {
  const Network again = round_trip(random_model(all_layers(), 7), {.fold_batch_norm = false}).network;
  std::string names;
  for (const Layer& layer : again.layers) names += layer.name + " ";
  EXPECT_EQ(
      names,
      "resize pad conv1 bn1 leaky max conv2 conv2/elu bn2 conv3 conv3/silu/sigmoid sum average flat/flatten bn3 fc1 "
      "bn4 tanh fc2 fc2/sigmoid fc3 fc3/softmax ");
  EXPECT_EQ(std::get<Conv2D>(again.layers[2].kind).padding, Padding::same());
  EXPECT_FALSE(std::get<Conv2D>(again.layers[2].kind).bias);
  EXPECT_EQ(std::get<BatchNorm>(again.layers[3].kind).epsilon, 0.01f);
}

TEST(Onnx, FoldingLeavesOutTheBatchNormsThatFollowALinearLayer) {
  const Network again = round_trip(random_model(all_layers(), 7)).network;
  std::string norms;
  for (const Layer& layer : again.layers) {
    if (std::holds_alternative<BatchNorm>(layer.kind)) norms += layer.name + " ";
  }
  EXPECT_EQ(norms, "bn2 bn3 ");
}

class OfTheField : public testing::TestWithParam<std::string> {};

TEST_P(OfTheField, ComesBack) {
  const Model model = random_model(load_network(fer::source_dir() + "/data/networks/" + GetParam() + ".json"), 3);
  for (const bool fold : {true, false}) {
    const Model again = round_trip(model, {.fold_batch_norm = fold});
    expect_same(model, again);
    if (!fold) {
      EXPECT_EQ(totals(again.network).params, totals(model.network).params);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Onnx, OfTheField,
                         testing::Values("mini_xception", "mobilenet_v2_blocks", "mobilenet_v3_blocks",
                                         "mobilefacenet_blocks"));

// Gates in every form, branches, changes of shape.
Network branches() {
  Network n({9, 7, 3}, {"a", "b", "c"});
  n.add(DepthwiseConv2D{.strides = {2, 1}, .padding = Padding::same(), .depth_multiplier = 2}, "depthwise");
  n.add(BatchNorm{}, "bn1").add(ActivationLayer{Activation::kRelu6}, "relu6");
  n.add(PRelu{}, "slope_a_channel").add(PRelu{.shared = false}, "slope_a_value");
  n.add(SeparableConv2D{.filters = 4, .kernel = {2, 3}, .activation = Activation::kHardSwish}, "separable");
  n.add(Conv2D{.filters = 2, .kernel = {1, 1}, .activation = Activation::kHardSigmoid}, "beside", {"separable"});
  n.add(Concat{}, "wide", {"separable", "beside", "separable"});
  n.add(GlobalMaxPool2D{.keepdims = true}, "max", {"wide"});
  n.add(Conv2D{.filters = 10, .kernel = {1, 1}, .activation = Activation::kSigmoid}, "gate");
  n.add(GlobalAveragePool2D{}, "mean", {"wide"}).add(Dense{.units = 10, .activation = Activation::kTanh}, "dense");
  n.add(Multiply{}, "gated", {"gate", "wide", "dense", "wide"});
  n.add(GlobalAveragePool2D{}, "mean2", {"gated"}).add(GlobalMaxPool2D{}, "max2", {"gated"});
  n.add(Concat{}, "both", {"mean2", "max2"}).add(ActivationLayer{Activation::kHardSwish}, "swish");
  n.add(Multiply{}, "product", {"swish", "both"});
  n.add(Reshape{{2, 5, 2}}, "picture").add(Conv2D{.filters = 5, .kernel = {1, 2}}, "conv");
  n.add(Reshape{{4, 2, 5}}, "other").add(DepthwiseConv2D{.kernel = {2, 2}}, "last");
  n.add(Reshape{{15}}, "row")
      .add(Reshape{{1, 1, 15}}, "pixel")
      .add(PRelu{}, "slope_a_pixel")
      .add(Flatten{}, "flat")
      .add(PRelu{}, "slope");
  n.add(Dense{.units = 3, .activation = Activation::kSoftmax}, "out");
  return n;
}

TEST(Onnx, BranchesGatesAndChangesOfShapeComeBack) {
  const Model model = random_model(branches(), 7);
  for (const bool fold : {true, false}) {
    for (const OnnxLayout layout : {OnnxLayout::kChannelsLast, OnnxLayout::kChannelsFirst}) {
      const Model again = round_trip(model, {.fold_batch_norm = fold, .opset = 21, .input_layout = layout});
      expect_same(model, again);
      EXPECT_EQ(again.preprocessing, model.preprocessing);
    }
  }
}

TEST(Onnx, LogitsBecomeProbabilities) {
  Network network({4, 4, 1}, {"a", "b"});
  network.add(Flatten{}).add(Dense{.units = 2}, "fc");
  const Model model = random_model(network, 2), again = round_trip(model);
  const std::vector<float> pixels = random_pixels(network, 3, 1);
  const std::vector<float> logits = outputs(model, pixels), probabilities = outputs(again, pixels);
  for (size_t i = 0; i < logits.size(); i += 2) {
    EXPECT_NEAR(probabilities[i], 1 / (1 + std::exp(logits[i + 1] - logits[i])), 1e-6);
  }
}

TEST(Onnx, NamesThatMeetAreKeptApart) {
  Network network({4, 4, 1}, {"a", "b"});
  network.add(Conv2D{.filters = 2}, "probabilities").add(BatchNorm{}, "pixel_scale");
  network.add(Flatten{}, "probabilities/kernel").add(Dense{.units = 2, .activation = Activation::kSoftmax}, "softmax");
  const Model model = random_model(network, 2);
  expect_same(model, round_trip(model, {.fold_batch_norm = false}));
}

TEST(Onnx, FilesAreWrittenAndRead) {
  const TemporaryFolder folder;
  const Model model = random_model(all_layers(), 7);
  write_onnx(model, folder / "m.onnx");
  EXPECT_EQ(folder.names(), std::set<std::string>{"m.onnx"});
  expect_same(model, read_onnx(folder / "m.onnx"));
  EXPECT_TRUE(has_onnx());
  EXPECT_EQ(content_of(folder / "m.onnx"), onnx_file::model_bytes(model, {}));
  expect_contains(message_of([&] { read_onnx(folder / "none"); }), "none: cannot be read: No such file");
}

TEST(Onnx, ReadersMaySayWhatAFileDoesNot) {
  const Model model = random_model(all_layers(), 7);
  const std::vector<std::string> names = {"w", "x", "y", "z"};
  EXPECT_EQ(round_trip(model, {}, {.class_names = names}).network.class_names, names);
  expect_contains(message_of([&] { round_trip(model, {}, {.class_names = {"a"}}); }),
                  "m.onnx: layer 'fc3/softmax': output");
  const OnnxWriteOptions bare = {.pixels_in = false};
  EXPECT_EQ(round_trip(model, bare, {.preprocessing = Preprocessing{2, 3}}).preprocessing, (Preprocessing{2, 3}));
}

TEST(Onnx, WhatCannotBeWrittenIsRefusedAndTheOldFileStays) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.onnx";
  put(path, "old");
  const auto refusal = [&](const Model& model, const OnnxWriteOptions& options = {}) {
    const std::string message = message_of([&] { write_onnx(model, path, options); });
    EXPECT_TRUE(message.starts_with(path + ": ")) << message;
    return message;
  };
  const Model model = random_model(all_layers(), 7);
  expect_contains(refusal(model, {.opset = 8}), "opset: expected 9 to 21, found 8");
  expect_contains(refusal(model, {.opset = 22}), "opset: expected 9 to 21, found 22");
  expect_contains(refusal(model, {.opset = 10}), "opset: expected 11 or more for layer 'resize'");
  Model nan = model;
  nan.weights.values.values()[0] = std::nanf("");
  expect_contains(refusal(nan), "tensor 'conv1/kernel': expected finite numbers");
  Model bare = model;
  bare.weights = {};
  expect_contains(refusal(bare), "weights: expected");
  Model scale = model;
  scale.preprocessing.scale = INFINITY;
  expect_contains(refusal(scale), "preprocessing: expected finite numbers");
  Model int8 = model;
  int8.int8.push_back({});
  expect_contains(refusal(int8), "expected a model in floats, found one in 8-bit integers");
  Model picture;
  picture.network = Network({4, 4, 1});
  picture.network.add(Conv2D{.filters = 2}, "conv");
  picture.weights = initialize(picture.network, 1);
  expect_contains(refusal(picture), "expected a last output of rank 1");
  EXPECT_EQ(content_of(path), "old");
}

}  // namespace
}  // namespace fer
