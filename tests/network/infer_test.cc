// Shape inference: what layers give, and what is refused.
#include <gtest/gtest.h>

#include <limits>

#include "fer/network.h"
#include "tests/support/message.h"

namespace fer {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

Shape output_of(LayerKind kind, Shape input = {9, 7, 5}) {
  Network network(input);
  network.add(std::move(kind), "it");
  return infer(network)[0].output;
}

std::string refusal(LayerKind kind, Shape input = {9, 7, 5}) {
  return message_of([&] { output_of(kind, input); });
}

TEST(Infer, GivesEveryLayersOutput) {
  EXPECT_EQ(output_of(Conv2D{.filters = 4}), (Shape{7, 5, 4}));
  EXPECT_EQ(output_of(Conv2D{.filters = 4, .kernel = {5, 1}, .strides = {2, 3}}), (Shape{3, 3, 4}));
  EXPECT_EQ(output_of(Conv2D{.filters = 4, .strides = {2, 2}, .padding = Padding::same()}), (Shape{5, 4, 4}));
  EXPECT_EQ(output_of(Conv2D{.filters = 4, .padding = Padding::on_each_side(3)}), (Shape{13, 11, 4}));
  EXPECT_EQ(output_of(MaxPool2D{}), (Shape{4, 3, 5}));
  EXPECT_EQ(output_of(MaxPool2D{.pool = {3, 3}, .strides = {2, 2}, .padding = Padding::same()}), (Shape{5, 4, 5}));
  EXPECT_EQ(output_of(AveragePool2D{.pool = {9, 7}}), (Shape{1, 1, 5}));
  EXPECT_EQ(output_of(GlobalAveragePool2D{}), (Shape{5}));
  EXPECT_EQ(output_of(BatchNorm{}), (Shape{9, 7, 5}));
  EXPECT_EQ(output_of(ActivationLayer{}), (Shape{9, 7, 5}));
  EXPECT_EQ(output_of(Dropout{}), (Shape{9, 7, 5}));
  EXPECT_EQ(output_of(Flatten{}), (Shape{315}));
  EXPECT_EQ(output_of(ZeroPad2D{2}), (Shape{13, 11, 5}));
  EXPECT_EQ(output_of(Resize{{3, 20}}), (Shape{3, 20, 5}));
}

TEST(Infer, CountsParametersAndMultiplyAddsByHand) {
  Network network({4, 4, 2});
  network.add(Conv2D{.filters = 3, .kernel = {3, 2}}, "conv")
      .add(BatchNorm{}, "bn")
      .add(Flatten{}, "flat")
      .add(Dense{.units = 5, .bias = false}, "fc");
  const std::vector<LayerInfo> infos = infer(network);
  EXPECT_EQ(infos[0].output, (Shape{2, 3, 3}));
  EXPECT_EQ(infos[0].params, 3 * 2 * 2 * 3 + 3);
  EXPECT_EQ(infos[0].macs, 2 * 3 * 3 * (3 * 2 * 2));
  EXPECT_EQ(infos[1].params, 12);
  EXPECT_EQ(infos[1].trainable, 6);
  EXPECT_EQ(infos[3].params, 18 * 5);
  EXPECT_EQ(infos[3].macs, 18 * 5);
  EXPECT_EQ(totals(network).params, 39 + 12 + 90);
  EXPECT_EQ(class_count(network), 5);
}

TEST(Infer, FrozenLayersTrainNothing) {
  Network network({4, 4, 2});
  network.add(Conv2D{.filters = 3}).add(BatchNorm{});
  for (Layer& layer : network.layers) layer.frozen = true;
  EXPECT_EQ(totals(network).trainable, 0);
  EXPECT_GT(totals(network).params, 0);
}

TEST(Infer, FollowsTheEdgesOfAGraph) {
  Network network({8, 8, 3});
  network.add(Conv2D{.filters = 3, .padding = Padding::same()}, "left")
      .add(Conv2D{.filters = 3, .padding = Padding::same()}, "right", {"input"})
      .add(Add{}, "sum", {"left", "right", "input"});
  const std::vector<LayerInfo> infos = infer(network);
  EXPECT_EQ(infos[0].inputs, (std::vector<int>{-1}));
  EXPECT_EQ(infos[1].inputs, (std::vector<int>{-1}));
  EXPECT_EQ(infos[2].inputs, (std::vector<int>{0, 1, -1}));
}

TEST(Infer, NamesLayersAsKerasDoes) {
  Network network({8, 8, 1});
  network.add(Conv2D{.filters = 1})
      .add(Conv2D{.filters = 1})
      .add(BatchNorm{})
      .add(MaxPool2D{})
      .add(Conv2D{.filters = 1});
  std::vector<std::string> names;
  for (const Layer& layer : network.layers) names.push_back(layer.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"conv2d", "conv2d_1", "batch_normalization", "max_pooling2d", "conv2d_2"}));
}

TEST(Infer, ANameOfTheUsersIsNotGivenTwice) {
  Network network({8, 8, 1});
  network.add(Conv2D{.filters = 1}, "conv2d_1").add(Conv2D{.filters = 1}).add(Conv2D{.filters = 1});
  EXPECT_EQ(network.layers[1].name, "conv2d");
  EXPECT_EQ(network.layers[2].name, "conv2d_2");
}

TEST(Infer, RefusesExtentsThatDoNotFit) {
  EXPECT_EQ(refusal(Conv2D{}), "layer 'it': filters: expected 1 to 16777216, found 0");
  EXPECT_EQ(refusal(Conv2D{.filters = 1, .kernel = {10, 1}}),
            "layer 'it': kernel [10, 1]: expected at most the padded input, found input [9, 7, 5]");
  expect_contains(refusal(Conv2D{.filters = 1, .kernel = {0, 1}}), "kernel: expected 1 to");
  expect_contains(refusal(Conv2D{.filters = 1, .strides = {1, 0}}), "strides: expected 1 to");
  expect_contains(refusal(Conv2D{.filters = 1, .padding = Padding::on_each_side(-1)}), "padding: expected 0 to");
  expect_contains(refusal(MaxPool2D{.pool = {10, 1}}), "pool [10, 1]: expected at most the padded input");
  expect_contains(refusal(MaxPool2D{.strides = {0, 1}}), "strides: expected 1 to");
  expect_contains(refusal(ZeroPad2D{-1}), "pad: expected 0 to");
  expect_contains(refusal(Resize{{0, 4}}), "size: expected 1 to");
  expect_contains(refusal(Dense{.units = 0}, {1, 1, 1}), "rank 1");
}

TEST(Infer, RefusesAPoolWindowOfPaddingAlone) {
  expect_contains(refusal(MaxPool2D{.padding = Padding::on_each_side(2)}),
                  "padding: expected less than the pool [2, 2]");
  EXPECT_EQ(output_of(AveragePool2D{.padding = Padding::on_each_side(1)}), (Shape{5, 4, 5}));
}

TEST(Infer, RefusesNumbersOutOfRange) {
  expect_contains(refusal(Dropout{1.0f}), "rate: expected a number from 0 up to, not including, 1, found 1");
  expect_contains(refusal(Dropout{-0.1f}), "rate");
  expect_contains(refusal(Dropout{kNan}), "rate");
  expect_contains(refusal(BatchNorm{.epsilon = 0}), "epsilon: expected a number above 0");
  expect_contains(refusal(BatchNorm{.momentum = 1.5f}), "momentum: expected a number from 0 to 1");
  expect_contains(refusal(ActivationLayer{Activation::kRelu, 0.1f}), "alpha: expected for leaky_relu or elu only");
  expect_contains(refusal(ActivationLayer{Activation::kElu, -1}), "alpha: expected a number of 0 or more");
  expect_contains(refusal(Conv2D{.filters = 1, .kernel_init = {Initializer::Kind::kRandomNormal, 0, -1}}),
                  "kernel_init");
  expect_contains(refusal(Conv2D{.filters = 1, .bias_init = {Initializer::Kind::kRandomUniform, 2, 1}}), "bias_init");
  expect_contains(refusal(Conv2D{.filters = 1, .kernel_regularizer = {0, -1}}), "kernel_regularizer: expected l2");
  expect_contains(refusal(Conv2D{.filters = 1, .bias_regularizer = {kNan, 0}}), "bias_regularizer: expected l1");
}

TEST(Infer, RefusesInputsOfTheWrongRank) {
  expect_contains(refusal(Dense{.units = 3}),
                  "layer 'it': expected an input of rank 1 (after flatten or a global pool)");
  Network network({4, 4, 1});
  network.add(Flatten{}, "flat").add(Conv2D{.filters = 1}, "late");
  EXPECT_EQ(message_of([&] { infer(network); }),
            "layer 'late': expected an input [height, width, channels], found [16]");
}

TEST(Infer, RefusesEdgesThatLeadNowhere) {
  Network network({4, 4, 1});
  network.add(Flatten{}, "flat", {"later"}).add(Flatten{}, "later");
  EXPECT_EQ(message_of([&] { infer(network); }),
            "layer 'flat': inputs: expected earlier layers or 'input', found 'later'");
  network.layers[0].inputs = {"flat"};
  expect_contains(message_of([&] { infer(network); }), "found 'flat'");
  network.layers[0].inputs = {""};
  expect_contains(message_of([&] { infer(network); }), "found no name");
  network.layers[0].inputs = {"input", "input"};
  expect_contains(message_of([&] { infer(network); }), "inputs: expected one for flatten, found 2");
}

TEST(Infer, RefusesALayerThatNobodyReads) {
  Network network({4, 4, 1});
  network.add(Flatten{}, "dead").add(Flatten{}, "flat", {"input"});
  EXPECT_EQ(message_of([&] { infer(network); }),
            "layer 'dead': expected a later layer that takes its output, found none");
}

TEST(Infer, RefusesSumsOfDifferentShapes) {
  Network network({4, 4, 1});
  network.add(MaxPool2D{}, "pool").add(Add{}, "sum", {"input", "pool"});
  EXPECT_EQ(message_of([&] { infer(network); }),
            "layer 'sum': expected inputs of one shape, found [4, 4, 1] and [2, 2, 1]");
  expect_contains(refusal(Add{}), "inputs: expected two or more, found 1");
}

TEST(Infer, RefusesBadNames) {
  Network network({4, 4, 1});
  network.add(Flatten{}, "a").add(Flatten{}, "a");
  expect_contains(message_of([&] { infer(network); }), "layer 'a': name: expected one that no earlier layer has");
  network.layers[1].name = "input";
  expect_contains(message_of([&] { infer(network); }), "'input' is the network's input");
  network.layers[1].name = "two\nlines";
  expect_contains(message_of([&] { infer(network); }), "layer 2: name");
  network.layers[1].name = std::string(129, 'x');
  expect_contains(message_of([&] { infer(network); }), "layer 2: name: expected 1 to 128 bytes");
  network.layers[1].name = "";
  expect_contains(message_of([&] { infer(network); }), "layer 2: name");
}

TEST(Infer, RefusesBadInputsAndNoLayers) {
  Network network({4, 4, 1});
  expect_contains(message_of([&] { infer(network); }), "expected one layer or more, found none");
  network.add(Flatten{});
  network.input = {4, 4};
  expect_contains(message_of([&] { infer(network); }), "input: expected [height, width, channels], found [4, 4]");
  network.input = {4, 0, 1};
  expect_contains(message_of([&] { infer(network); }), "input: expected extents of 1 to");
}

TEST(Infer, ClassNamesMustBeAsManyAsOutputsAndDiffer) {
  Network network({2, 2, 1}, {"a", "b", "c"});
  network.add(Flatten{}, "flat");
  EXPECT_EQ(message_of([&] { infer(network); }), "layer 'flat': output [4]: expected [3], one a class name");
  network.class_names = {"a", "b", "c", "a"};
  expect_contains(message_of([&] { infer(network); }), "class_names: expected each name once, found 'a' twice");
  network.class_names.back() = "d";
  EXPECT_EQ(infer(network).size(), 1u);
}

TEST(Infer, ClassCountWantsAVector) {
  Network network({4, 4, 1});
  network.add(MaxPool2D{}, "pool");
  expect_contains(message_of([&] { class_count(network); }), "layer 'pool': expected a last output of rank 1");
}

TEST(Infer, RefusesSizesBeyondAllSense) {
  const int64_t huge = int64_t{1} << 24;
  expect_contains(refusal(Conv2D{.filters = huge + 1}), "filters");
  expect_contains(refusal(Conv2D{.filters = std::numeric_limits<int64_t>::max()}), "filters");
  expect_contains(refusal(Conv2D{.filters = huge, .kernel = {huge, huge}, .padding = Padding::same()}), "weights");
  expect_contains(refusal(ZeroPad2D{huge}), "values");
  expect_contains(refusal(Resize{{huge, huge}}), "values");
  expect_contains(refusal(Flatten{}, {huge, huge, huge}), "input");
  Network network({1, 1, 16});
  network.add(Resize{{100000, 10000}}).add(BatchNorm{}).add(BatchNorm{}).add(Flatten{});
  expect_contains(message_of([&] { infer(network); }), "activations");
}

}  // namespace
}  // namespace fer
