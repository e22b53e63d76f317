// NaN gets through every kernel to the loss: a broken weight must not hide behind a relu.
#include <gtest/gtest.h>

#include <cmath>

#include "fer/activation.h"
#include "kernels/loss/softmax.h"
#include "kernels/values/elementwise.h"
#include "tests/kernels/conv/conv_epilogue_cases.h"
#include "tests/kernels/conv/dense_cases.h"
#include "tests/kernels/depthwise/depthwise_cases.h"
#include "tests/kernels/norm/batch_norm_cases.h"
#include "tests/kernels/window/pool_cases.h"

namespace fer::testing {
namespace {

template <class F>
void for_each_target(const F& f) {
  const Settings restore;
  for (const std::string& target : kernels::available_targets()) {
    kernels::set_target(target);
    SCOPED_TRACE(target);
    f();
  }
}

// NaN in channel `channel` of `channels`, numbers elsewhere.
void expect_nan_in_channel(const std::vector<float>& y, size_t channel, size_t channels, const std::string& what) {
  for (size_t i = 0; i < y.size(); ++i)
    ASSERT_EQ(std::isnan(y[i]), i % channels == channel) << what << ": " << y[i] << " at " << i;
}

TEST(Nan, PassesEveryActivation) {
  for_each_target([] {
    for (const Activation f :
         {Activation::kLinear, Activation::kRelu, Activation::kLeakyRelu, Activation::kElu, Activation::kSilu,
          Activation::kTanh, Activation::kSigmoid, Activation::kRelu6, Activation::kHardSigmoid, Activation::kHardSwish,
          Activation::kSelu, Activation::kGelu, Activation::kGeluTanh, Activation::kMish})
      for (size_t place = 0; place < 19; ++place)
        for (const float nan : {kNan, -kNan}) {
          std::vector<float> x(19, -0.5f), y = unwritten(19);
          x[place] = nan;
          kernels::activation_forward(f, 0, 1, x, y);
          expect_nan_in_channel(y, place, 19, std::string(activation_name(f)));
        }
  });
}

TEST(Nan, MakesARowOfSoftmaxAndItsLossNan) {
  for (size_t place = 0; place < 3; ++place) {
    std::vector<float> x = {1, 2, 3}, y = unwritten(3);
    x[place] = kNan;
    kernels::activation_forward(Activation::kSoftmax, 0, 3, x, y);
    for (const float p : y) EXPECT_TRUE(std::isnan(p)) << place;
    for (size_t label = 0; label < 3; ++label) {
      std::vector<float> target = {0, 0, 0};
      target[label] = 1;
      EXPECT_TRUE(std::isnan(kernels::softmax_cross_entropy(3, x, target, {}, 1, {}).loss_sum)) << place << label;
    }
  }
}

// One weight, a bias, or the scale after it: the channel's outputs are NaN, all the others numbers.
TEST(Nan, PassesConvolutionsWithRelu) {
  const ConvTruth good(conv_shape({.n = 2, .h = 7, .w = 8, .ci = 5, .co = 19, .padding = Padding::same()}));
  constexpr size_t kChannel = 17;
  const std::vector<float> ones(19, 1.0f);
  for_each_target([&] {
    for (const ConvAlgorithm algorithm : all_conv_algorithms()) {
      if (!kernels::conv_supports(algorithm, good.s)) continue;
      const std::string name = kernels::conv_algorithm_name(algorithm);
      ConvTruth t = good;
      t.w[22 * 19 + kChannel] = kNan;  // in the middle of the kernel, so that it meets every output
      for (const float* scale : {static_cast<const float*>(nullptr), ones.data()}) {
        const kernels::ConvEpilogue e{.bias = t.bias.data(), .relu = true, .scale = scale, .shift = scale};
        expect_nan_in_channel(run_prepared(t, algorithm, e), kChannel, 19, name + ", weight");
        expect_nan_in_channel(run_unprepared(t, algorithm, e), kChannel, 19, name + ", weight, unprepared");
      }
      expect_nan_in_channel(run_prepared(t, algorithm, {.bias = t.bias.data()}), kChannel, 19, name + ", no relu");
      t.bias[3] = kNan;
      expect_nan_in_channel(run_prepared(good, algorithm, {.bias = t.bias.data(), .relu = true}), 3, 19,
                            name + ", bias");
    }
  });
}

TEST(Nan, PassesDepthwiseConvolutionsWithRelu) {
  for (const size_t channels : {5, 19}) {
    const DepthwiseTruth good(
        depthwise_shape({.n = 2, .h = 7, .w = 8, .ci = static_cast<int64_t>(channels), .padding = Padding::same()}, 1));
    const size_t channel = channels - 2;
    for_each_target([&] {
      DepthwiseTruth t = good;
      t.w[4 * channels + channel] = kNan;  // in the middle of the kernel
      expect_nan_in_channel(run_depthwise_forward(t, {.bias = t.bias.data(), .relu = true}), channel, channels,
                            "weight");
      t.bias[3] = kNan;
      expect_nan_in_channel(run_depthwise_forward(good, {.bias = t.bias.data(), .relu = true}), 3, channels, "bias");
    });
  }
}

TEST(Nan, PassesDenseLayersWithRelu) {
  DenseTruth t({.n = 3, .inputs = 30, .units = 19});
  t.w[12 * 19 + 18] = kNan;
  for_each_target([&] { expect_nan_in_channel(run_dense(t)[1], 18, 19, "dense"); });
}

TEST(Nan, PassesBatchNorms) {
  constexpr int64_t kRows = 50, kChannels = 21;
  Draw draw(1300);
  std::vector<float> x = draw.values(kRows * kChannels);
  const std::vector<float> scale = draw.values(kChannels), shift = draw.values(kChannels);
  for (int64_t row = 0; row < kRows; ++row) x[static_cast<size_t>(row * kChannels + 20)] = kNan;
  for_each_target([&] {
    std::vector<float> y = unwritten(kRows * kChannels), mean = unwritten(kChannels), variance = unwritten(kChannels);
    for (const bool relu : {false, true}) {
      kernels::scale_shift(kRows, kChannels, x, scale, shift, relu, y);
      expect_nan_in_channel(y, 20, kChannels, "scale_shift");
    }
    ScratchMemory scratch(kernels::batch_norm_scratch_floats(kRows, kChannels));
    kernels::batch_norm_statistics(kRows, kChannels, x, mean, variance, scratch.span());
    expect_nan_in_channel(mean, 20, kChannels, "mean");
    expect_nan_in_channel(variance, 20, kChannels, "variance");
  });
}

// Wherever in the window it stands, also where a norm and a relu come before the pool.
TEST(Nan, WinsInMaxPools) {
  constexpr size_t kChannels = 18;
  const kernels::PoolShape s = pool_shape({.n = 1, .h = 2, .w = 2, .ci = kChannels, .kernel = {2, 2}});
  const std::vector<float> scale(kChannels, -2.0f), shift(kChannels, 0.5f);
  for_each_target([&] {
    for (size_t place = 0; place < 4; ++place) {
      std::vector<float> x(4 * kChannels);
      for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 5);
      x[place * kChannels + 16] = kNan;
      for (const kernels::NormedPool& norm :
           {kernels::NormedPool{}, kernels::NormedPool{scale, shift, false}, kernels::NormedPool{scale, shift, true}}) {
        std::vector<float> y = unwritten(kChannels);
        std::vector<uint8_t> winner(kChannels, 255);
        kernels::max_pool_forward(s, x, y, winner, norm);
        expect_nan_in_channel(y, 16, kChannels, "max pool");
        EXPECT_EQ(winner[16], place);
      }
    }
  });
}

TEST(Nan, IsNotMadeOfZerosAndInfinitiesByRelu) {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> x = {0.0f, -0.0f, infinity, -infinity, 1, -1}, one = {1}, zero = {0};
  for_each_target([&] {
    std::vector<float> y = unwritten(6);
    kernels::activation_forward(Activation::kRelu, 0, 1, x, y);
    EXPECT_EQ(y, (std::vector<float>{0, 0, infinity, 0, 1, 0}));
    kernels::scale_shift(6, 1, x, one, zero, true, y);
    EXPECT_EQ(y, (std::vector<float>{0, 0, infinity, 0, 1, 0}));
    kernels::scale_shift(6, 1, x, one, zero, false, y);
    EXPECT_EQ(y, x);
  });
}

}  // namespace
}  // namespace fer::testing
