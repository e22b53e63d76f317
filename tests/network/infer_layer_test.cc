// What one layer makes of its input, and what is refused.
#include "network/infer_layer.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/network/one_layer.h"

namespace fer {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

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
  EXPECT_EQ(output_of(Crop2D{.rows = {1, 2}, .columns = {0, 3}}), (Shape{6, 4, 5}));
  EXPECT_EQ(output_of(UpSample2D{{2, 3}}), (Shape{18, 21, 5}));
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
  expect_contains(refusal(UpSample2D{{1, 0}}), "size: expected 1 to");
  expect_contains(refusal(Crop2D{.rows = {-1, 0}}), "rows: expected 0 to 16777216, found -1");
  EXPECT_EQ(refusal(Crop2D{.columns = {3, 4}}),
            "layer 'it': columns: expected to leave some of the input's 7, found 3 and 4");
  expect_contains(refusal(Dense{.units = 0}, {1, 1, 1}), "rank 1");
}

TEST(Infer, SpreadsAKernelByItsDilation) {
  EXPECT_EQ(output_of(Conv2D{.filters = 4, .dilation = {2, 3}}), (Shape{5, 1, 4}));
  EXPECT_EQ(output_of(Conv2D{.filters = 4, .padding = Padding::same(), .dilation = {5, 5}}), (Shape{9, 7, 4}));
  EXPECT_EQ(output_of(Conv2D{.filters = 4, .strides = {2, 2}, .padding = Padding::on_each_side(2), .dilation = {2, 2}}),
            (Shape{5, 4, 4}));
  EXPECT_EQ(refusal(Conv2D{.filters = 1, .dilation = {5, 1}}),
            "layer 'it': kernel [3, 3], dilated to [11, 3]: expected at most the padded input, found input [9, 7, 5]");
  EXPECT_EQ(refusal(Conv2D{.filters = 1, .dilation = {0, 1}}), "layer 'it': dilation: expected 1 to 16777216, found 0");
}

TEST(Infer, CountsTheWeightsOfGroups) {
  Network network({9, 7, 6});
  network.add(Conv2D{.filters = 4, .dilation = {2, 2}, .groups = 2}, "it");
  const LayerInfo info = infer(network)[0];
  EXPECT_EQ(info.params, 3 * 3 * 3 * 4 + 4);
  EXPECT_EQ(info.macs, 5 * 3 * 3 * 3 * 3 * 4);
  EXPECT_EQ(refusal(Conv2D{.filters = 4, .groups = 2}),
            "layer 'it': groups: expected a divisor of the input's 5 channels, found 2");
  EXPECT_EQ(refusal(Conv2D{.filters = 4, .groups = 5}),
            "layer 'it': groups: expected a divisor of the 4 filters, found 5");
  EXPECT_EQ(refusal(Conv2D{.filters = 4, .groups = 0}), "layer 'it': groups: expected 1 to 16777216, found 0");
  EXPECT_EQ(refusal(Conv2D{.filters = 4, .groups = -5}), "layer 'it': groups: expected 1 to 16777216, found -5");
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
  expect_contains(refusal(ActivationLayer{Activation::kRelu, 0.1f}),
                  "alpha: expected for leaky_relu, elu or hard_sigmoid only");
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

TEST(Infer, RefusesSumsOfDifferentShapes) {
  Network network({4, 4, 1});
  network.add(MaxPool2D{}, "pool").add(Add{}, "sum", {"input", "pool"});
  EXPECT_EQ(message_of([&] { infer(network); }),
            "layer 'sum': expected inputs of one shape, found [4, 4, 1] and [2, 2, 1]");
  expect_contains(refusal(Add{}), "inputs: expected two or more, found 1");
}

TEST(Infer, RefusesSizesBeyondAllSense) {
  const int64_t huge = int64_t{1} << 24;
  expect_contains(refusal(Conv2D{.filters = huge + 1}), "filters");
  expect_contains(refusal(Conv2D{.filters = std::numeric_limits<int64_t>::max()}), "filters");
  expect_contains(refusal(Conv2D{.filters = huge, .kernel = {huge, huge}, .padding = Padding::same()}), "weights");
  expect_contains(refusal(ZeroPad2D{huge}), "values");
  expect_contains(refusal(UpSample2D{{huge, huge}}), "values");
  expect_contains(refusal(Resize{{huge, huge}}), "values");
  expect_contains(refusal(Flatten{}, {huge, huge, huge}), "input");
  Network network({1, 1, 16});
  network.add(Resize{{100000, 10000}}).add(BatchNorm{}).add(BatchNorm{}).add(Flatten{});
  expect_contains(message_of([&] { infer(network); }), "activations");
}

}  // namespace
}  // namespace fer
