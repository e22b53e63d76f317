// Layers of mini-Xception, MobileNets and squeeze-and-excite, and such networks as files.
#include <gtest/gtest.h>

#include "fer/classes.h"
#include "fer/model.h"
#include "fer/network.h"
#include "tests/network/one_layer.h"
#include "tests/support/message.h"
#include "tests/support/paths.h"

namespace fer {
namespace {

Network file(const std::string& name) { return load_network(fer::source_dir() + "/data/networks/" + name + ".json"); }

// Of layers on a value [9, 7, 5] and a value [5].
std::string refusal_of_two(LayerKind kind, LayerKind other) {
  Network network({9, 7, 5});
  network.add(std::move(other), "other").add(std::move(kind), "it", {"input", "other"});
  return message_of([&] { infer(network); });
}

TEST(FieldLayers, GiveTheirShapes) {
  EXPECT_EQ(output_of(DepthwiseConv2D{}), (Shape{7, 5, 5}));
  EXPECT_EQ(output_of(DepthwiseConv2D{.strides = {2, 2}, .padding = Padding::same(), .depth_multiplier = 3}),
            (Shape{5, 4, 15}));
  EXPECT_EQ(output_of(SeparableConv2D{.filters = 8, .padding = Padding::on_each_side(1)}), (Shape{9, 7, 8}));
  EXPECT_EQ(output_of(GlobalAveragePool2D{.keepdims = true}), (Shape{1, 1, 5}));
  EXPECT_EQ(output_of(GlobalMaxPool2D{}), (Shape{5}));
  EXPECT_EQ(output_of(GlobalMaxPool2D{.keepdims = true}), (Shape{1, 1, 5}));
  EXPECT_EQ(output_of(Reshape{{3, 3, 35}}), (Shape{3, 3, 35}));
  EXPECT_EQ(output_of(Reshape{{315}}), (Shape{315}));
  EXPECT_EQ(output_of(Concat{}), (Shape{9, 7, 5}));
  Network network({9, 7, 5});
  network.add(GlobalMaxPool2D{}, "gate").add(Multiply{}, "product", {"gate", "input", "gate"});
  network.add(Concat{}, "wide", {"product", "input", "input"});
  EXPECT_EQ(infer(network)[1].output, (Shape{9, 7, 5}));
  EXPECT_EQ(infer(network)[2].output, (Shape{9, 7, 15}));
}

TEST(FieldLayers, CountParametersAndMultiplyAddsByHand) {
  Network network({9, 7, 5});
  network.add(DepthwiseConv2D{.kernel = {3, 2}, .depth_multiplier = 2}, "depthwise");
  network.add(SeparableConv2D{.filters = 4, .kernel = {3, 3}, .depth_multiplier = 3, .bias = false}, "separable");
  network.layers[1].frozen = true;
  const std::vector<LayerInfo> infos = infer(network);
  EXPECT_EQ(infos[0].params, 3 * 2 * 10 + 10);
  EXPECT_EQ(infos[0].macs, 7 * 6 * 10 * 3 * 2);
  EXPECT_EQ(infos[1].params, 3 * 3 * 30 + 30 * 4);
  EXPECT_EQ(infos[1].trainable, 0);
  EXPECT_EQ(infos[1].macs, 5 * 4 * (30 * 9 + 30 * 4));
  std::string parameters;
  for (const Parameter& p : parameter_layout(network).parameters) parameters += p.name + p.shape.to_string() + " ";
  EXPECT_EQ(parameters,
            "depthwise/kernel[3, 2, 5, 2] depthwise/bias[10] separable/depthwise_kernel[3, 3, 10, 3] "
            "separable/pointwise_kernel[1, 1, 30, 4] ");
}

TEST(FieldLayers, APReluHasASlopeAChannelOrAValue) {
  Network network({9, 7, 5});
  network.add(PRelu{}, "channel").add(PRelu{.shared = false}, "value").add(Flatten{}).add(PRelu{}, "flat");
  network.layers[1].frozen = true;
  const std::vector<LayerInfo> infos = infer(network);
  EXPECT_EQ(infos[0].output, (Shape{9, 7, 5}));
  EXPECT_EQ(infos[0].params, 5);
  EXPECT_EQ(infos[0].trainable, 5);
  EXPECT_EQ(infos[1].params, 315);
  EXPECT_EQ(infos[1].trainable, 0);
  EXPECT_EQ(infos[3].params, 315);
  const Weights weights = initialize(network, 1);
  EXPECT_EQ(weights.of(weights.layout.parameters[0])[4], 0.25f) << "He et al. 2015";
}

TEST(FieldLayers, RefuseWhatDoesNotFit) {
  EXPECT_EQ(refusal(DepthwiseConv2D{.depth_multiplier = 0}),
            "layer 'it': depth_multiplier: expected 1 to 16777216, found 0");
  expect_contains(refusal(DepthwiseConv2D{.depth_multiplier = 1 << 24}), "depth_multiplier: expected at most 16777216");
  expect_contains(refusal(DepthwiseConv2D{.kernel = {10, 1}}), "kernel [10, 1]: expected at most the padded input");
  expect_contains(refusal(DepthwiseConv2D{}, {1, 1, 1}), "layer 'it': kernel");
  expect_contains(refusal(SeparableConv2D{}), "filters: expected 1 to 16777216, found 0");
  expect_contains(refusal(SeparableConv2D{.filters = 3, .alpha = 0.1f}),
                  "alpha: expected for leaky_relu, elu or hard_sigmoid only");
  expect_contains(refusal(SeparableConv2D{.filters = 3, .pointwise_regularizer = {.l2 = -1}}), "pointwise_regularizer");
  EXPECT_EQ(refusal(Reshape{{3, 3, 34}}), "layer 'it': shape [3, 3, 34]: expected the input's 315 values, found 306");
  expect_contains(refusal(Reshape{{15, 21}}), "shape: expected [values] or [height, width, channels], found [15, 21]");
  expect_contains(refusal(Reshape{{int64_t{1} << 24, int64_t{1} << 24, int64_t{1} << 24}}),
                  "found more than a layer has");
  expect_contains(refusal(Reshape{{-315}}), "shape: expected 1 to");
  expect_contains(refusal(PRelu{.alpha_init = {Initializer::Kind::kRandomNormal, 0, -1}}), "alpha_init: stddev");
  expect_contains(refusal(Multiply{}), "inputs: expected two or more, found 1");
  EXPECT_EQ(refusal_of_two(Multiply{}, DepthwiseConv2D{.depth_multiplier = 2}),
            "layer 'it': expected inputs of shape [7, 5, 10], or [10] or [1, 1, 10], found [9, 7, 5]");
  EXPECT_EQ(refusal_of_two(Concat{}, MaxPool2D{}),
            "layer 'it': expected inputs that differ in their channels only, found [9, 7, 5] and [4, 3, 5]");
  expect_contains(refusal_of_two(Concat{}, GlobalMaxPool2D{}), "found [9, 7, 5] and [5]");
}

TEST(FieldNetworks, MiniXceptionHasTheParametersOfItsPaper) {
  // Two convolutions; four modules of a 1x1 convolution and two separable ones; seven classes; norms have four numbers.
  int64_t params = 9 * 8 + 4 * 8 + 9 * 8 * 8 + 4 * 8, from = 8;
  for (const int64_t f : {16, 32, 64, 128}) {
    params += from * f + 4 * f + (9 * from + from * f) + 4 * f + (9 * f + f * f) + 4 * f;
    from = f;
  }
  params += 9 * 128 * 7 + 7;
  EXPECT_EQ(params, 58423);
  EXPECT_EQ(totals(file("mini_xception")).params, params);
  EXPECT_EQ(totals(file("mini_xception")).trainable, params - 2 * (8 + 8 + 3 * (16 + 32 + 64 + 128)));
}

TEST(FieldNetworks, ResnextBlocksHaveTheParametersOfTheirGroups) {
  // A 3x3 convolution of 32 channels in 8 groups has 4 inputs for each filter. Norms have four numbers.
  const int64_t groups = 9 * 4 * 32, norms = 4 * (16 + 2 * (32 + 32 + 64) + 64);
  const int64_t params =
      9 * 16 + 16 * 32 + groups + 32 * 64 + 16 * 64 + 64 * 32 + groups + 32 * 64 + norms + 64 * 7 + 7;
  EXPECT_EQ(totals(file("resnext_blocks")).params, params);
}

TEST(FieldNetworks, OtherClassesGoThroughSlopesToTheConvolutionBefore) {
  Network network({9, 7, 5}, {"a", "b"});
  network.add(Conv2D{.filters = 2}, "conv").add(PRelu{}, "prelu").add(GlobalAveragePool2D{}, "mean");
  EXPECT_EQ(std::get<Conv2D>(with_classes(network, {"a", "b", "c"}).layers[0].kind).filters, 3);
}

TEST(FieldNetworks, ComeBackFromTheirText) {
  for (const char* name : {"mini_xception", "mobilenet_v2_blocks", "mobilenet_v3_blocks", "mobilefacenet_blocks",
                           "resnext_blocks", "convmixer_blocks", "attention_blocks"}) {
    const Network network = file(name);
    EXPECT_EQ(network_from_json(network_to_json(network), name), network);
    EXPECT_EQ(class_count(network), 7);
  }
  Network odd({6, 6, 2});
  odd.add(DepthwiseConv2D{.kernel = {2, 3}, .padding = Padding::on_each_side(1), .depth_multiplier = 2, .bias = false});
  odd.add(SeparableConv2D{.filters = 3, .depth_multiplier = 2, .pointwise_init = {Initializer::Kind::kHeNormal}});
  odd.add(PRelu{}).add(PRelu{.shared = false, .alpha_init = {}, .alpha_regularizer = {.l2 = 0.1f}});
  odd.add(GlobalAveragePool2D{.keepdims = true}).add(Reshape{{3}}).add(Concat{});
  EXPECT_EQ(network_from_json(network_to_json(odd), "odd"), odd);
}

}  // namespace
}  // namespace fer
