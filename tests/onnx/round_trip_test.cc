// What is written as ONNX comes back as a model that says the same.
#include "tests/onnx/round_trip.h"

#include <gtest/gtest.h>

#include "tests/support/message.h"
#include "tests/support/paths.h"

namespace fer {
namespace {

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

class OfTheLibrary : public testing::TestWithParam<std::string> {};

TEST_P(OfTheLibrary, ComesBack) {
  const Model model = random_model(slim(load_network(GetParam())), 3);
  expect_same(model, round_trip(model));
  expect_same(model, round_trip(model, {.fold_batch_norm = false, .input_layout = OnnxLayout::kChannelsFirst}));
}

INSTANTIATE_TEST_SUITE_P(Onnx, OfTheLibrary, testing::ValuesIn(network_names()),
                         [](const auto& info) { return info.param; });

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

TEST(Onnx, ThatTheInputIsTheCentreComesBack) {
  Model model = random_model(all_layers(), 7);
  EXPECT_FALSE(round_trip(model).preprocessing.resize.given());
  model.preprocessing.resize = {48, 50};
  for (const bool pixels : {true, false}) {
    EXPECT_EQ(round_trip(model, {.pixels_in = pixels}).preprocessing.resize, (PictureSize{48, 50}));
  }
}

// It divides the logits before the softmax, so that every reader's probabilities have it.
TEST(Onnx, ATemperatureIsWrittenIntoTheGraph) {
  Model model = random_model(all_layers(), 7);
  model.temperature = 0.4;
  const std::vector<float> pixels = random_pixels(model.network, 2, 5), plain = outputs(model, pixels);
  // p^(1/T), scaled to a sum of 1: the softmax of the logits divided by T.
  std::vector<float> sharpened = plain;
  for (auto row = sharpened.begin(); row != sharpened.end(); row += class_count(model.network)) {
    const auto end = row + class_count(model.network);
    float sum = 0;
    std::for_each(row, end, [&](float& p) { sum += p = std::pow(p, 1 / 0.4f); });
    std::for_each(row, end, [&](float& p) { p /= sum; });
  }
  ASSERT_GT(largest_difference(sharpened, plain), 1e-3f) << "the test would see nothing";
  for (const Activation last : {Activation::kSoftmax, Activation::kLinear}) {
    std::get<Dense>(model.network.layers.back().kind).activation = last;
    const Model again = round_trip(model);
    EXPECT_EQ(again.temperature, 1) << "what is read has it in its layers";
    EXPECT_LE(largest_difference(outputs(again, pixels), sharpened), 1e-5f);
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
                                         "mobilefacenet_blocks", "resnext_blocks", "convmixer_blocks",
                                         "attention_blocks"));

// Gates in every form, branches, changes of shape.
Network branches() {
  Network n({9, 7, 3}, {"a", "b", "c"});
  n.add(DepthwiseConv2D{.strides = {2, 1}, .padding = Padding::same(), .depth_multiplier = 2}, "depthwise");
  n.add(BatchNorm{}, "bn1").add(ActivationLayer{Activation::kRelu6}, "relu6");
  n.add(PRelu{}, "slope_a_channel").add(PRelu{.shared = false}, "slope_a_value");
  n.add(SeparableConv2D{.filters = 4, .kernel = {2, 3}, .activation = Activation::kHardSwish}, "separable");
  n.add(Conv2D{.filters = 2, .kernel = {1, 1}, .activation = Activation::kHardSigmoid}, "beside", {"separable"});
  n.add(UpSample2D{{2, 3}}, "large", {"beside"}).add(Crop2D{{3, 1}, {4, 6}}, "inside");
  n.add(GlobalMaxPool2D{.keepdims = true}, "point").add(UpSample2D{{4, 5}}, "spread");
  n.add(Concat{}, "wide", {"separable", "spread", "separable"});
  n.add(GlobalMaxPool2D{.keepdims = true}, "max", {"wide"});
  n.add(Conv2D{.filters = 10, .kernel = {1, 1}, .activation = Activation::kSigmoid}, "gate");
  n.add(GlobalAveragePool2D{}, "mean", {"wide"}).add(Dense{.units = 10, .activation = Activation::kTanh}, "dense");
  n.add(Multiply{}, "gated", {"gate", "wide", "dense", "wide"});
  n.add(GlobalAveragePool2D{}, "mean2", {"gated"}).add(GlobalMaxPool2D{}, "max2", {"gated"});
  n.add(Concat{}, "both", {"mean2", "max2"}).add(ActivationLayer{Activation::kHardSwish}, "swish");
  n.add(Multiply{}, "product", {"swish", "both"});
  n.add(ActivationLayer{Activation::kGelu}, "gelu").add(ActivationLayer{Activation::kSelu}, "selu");
  n.add(ActivationLayer{Activation::kGeluTanh}, "gelu_tanh").add(ActivationLayer{Activation::kMish}, "mish");
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

TEST(Onnx, DilationsAndGroupsComeBack) {
  Network n({11, 9, 4}, {"a", "b", "c"});
  n.add(Conv2D{.filters = 6, .padding = Padding::same(), .dilation = {2, 3}, .groups = 2, .bias = false}, "both");
  n.add(BatchNorm{}, "bn").add(ActivationLayer{Activation::kRelu}, "relu");
  n.add(Conv2D{.filters = 4, .strides = {2, 1}, .padding = Padding::on_each_side(1), .dilation = {2, 2}}, "dilated");
  n.add(Conv2D{.filters = 8, .kernel = {2, 1}, .padding = Padding::same(), .groups = 4}, "channels");
  n.add(Conv2D{.filters = 8, .padding = Padding::same(), .dilation = {1, 2}, .groups = 8}, "dilated_channels");
  n.add(Flatten{}, "flat").add(Dense{.units = 3, .activation = Activation::kSoftmax}, "out");
  const Model model = random_model(n, 9);
  for (const bool fold : {true, false}) {
    for (const int opset : {kOldestWrittenOnnxOpset, kNewestWrittenOnnxOpset}) {
      const Model again = round_trip(model, {.fold_batch_norm = fold, .opset = opset});
      expect_same(model, again);
      const auto& layers = again.network.layers;
      if (!fold) {
        EXPECT_EQ(std::get<Conv2D>(layers[0].kind), std::get<Conv2D>(n.layers[0].kind));
      }
      for (const Layer& layer : layers) {
        if (layer.name == "dilated") {
          EXPECT_EQ(layer.kind, n.layers[3].kind);
        }
        if (layer.name == "channels") {
          EXPECT_TRUE(std::holds_alternative<DepthwiseConv2D>(layer.kind));
        }
        if (layer.name == "dilated_channels") {
          EXPECT_EQ(layer.kind, n.layers[5].kind);
        }
      }
    }
  }
}

TEST(Onnx, ReadersMaySayWhatAFileDoesNot) {
  const Model model = random_model(all_layers(), 7);
  const std::vector<std::string> names = {"w", "x", "y", "z"};
  EXPECT_EQ(round_trip(model, {}, {.class_names = names}).network.class_names, names);
  expect_contains(message_of([&] { round_trip(model, {}, {.class_names = {"a"}}); }),
                  "m.onnx: layer 'fc3/softmax': class names: expected 4, one for each output, found 1");
  const OnnxWriteOptions bare = {.pixels_in = false};
  EXPECT_EQ(round_trip(model, bare, {.preprocessing = Preprocessing{2, 3}}).preprocessing, (Preprocessing{2, 3}));
}

}  // namespace
}  // namespace fer
