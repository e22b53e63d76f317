// The references against differences of themselves: backward functions fit their forward functions.
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "kernels/reference/batch_norm.h"
#include "kernels/reference/combine.h"
#include "kernels/reference/conv.h"
#include "kernels/reference/dense.h"
#include "kernels/reference/depthwise.h"
#include "kernels/reference/elementwise.h"
#include "kernels/reference/loss.h"
#include "kernels/reference/pool.h"
#include "kernels/reference/spatial.h"
#include "tests/kernels/depthwise/depthwise_cases.h"
#include "tests/kernels/gradient_check.h"
#include "tests/kernels/shapes.h"

namespace fer::testing {
namespace {

namespace reference = kernels::reference;
using Values = std::vector<double>;

void check_conv(const ConvCase& c) {
  const kernels::ConvShape s = conv_shape(c);
  if (s.oh < 1 || s.ow < 1) return;
  Draw draw(1);
  Values x = draw.values<double>(s.x_floats()), w = draw.values<double>(s.w_floats()), b = draw.values<double>(s.co);
  const Values dy = draw.values<double>(s.y_floats());
  check_gradients(
      "conv " + to_string(s), [&] { return weighted_sum(dy, reference::conv_forward(s, x, w, b)); },
      {{"x", &x, reference::conv_backward_data(s, dy, w)},
       {"w", &w, reference::conv_backward_weights(s, x, dy)},
       {"bias", &b, reference::column_sums(s.co, dy)}},
      1e-6, 40);
}

TEST(ReferenceGradients, OfConvolutionWithEveryPaddingAndStride) {
  for (const Padding& padding : all_paddings())
    for (int64_t stride = 1; stride <= 3; ++stride)
      for (const Pair& kernel : {Pair{1, 1}, Pair{2, 3}, Pair{3, 3}, Pair{5, 4}})
        check_conv({.n = 2,
                    .h = 6,
                    .w = 7,
                    .ci = 2,
                    .co = 3,
                    .kernel = kernel,
                    .strides = {stride, 4 - stride},
                    .padding = padding});
}

TEST(ReferenceGradients, OfDepthwiseConvolutionWithEveryPaddingAndStride) {
  for (const Padding& padding : all_paddings())
    for (int64_t stride = 1; stride <= 3; ++stride)
      for (const Pair& kernel : {Pair{1, 1}, Pair{2, 3}, Pair{3, 3}, Pair{5, 4}})
        for (const int64_t multiplier : {1, 2}) {
          const kernels::DepthwiseShape s = depthwise_shape(
              {.n = 2, .h = 6, .w = 7, .ci = 3, .kernel = kernel, .strides = {stride, 4 - stride}, .padding = padding},
              multiplier);
          if (s.oh < 1 || s.ow < 1) continue;
          Draw draw(13);
          Values x = draw.values<double>(s.x_floats()), w = draw.values<double>(s.w_floats()),
                 b = draw.values<double>(s.co());
          const Values dy = draw.values<double>(s.y_floats());
          check_gradients(
              to_string(s), [&] { return weighted_sum(dy, reference::depthwise_forward(s, x, w, b)); },
              {{"x", &x, reference::depthwise_backward_data(s, dy, w)},
               {"w", &w, reference::depthwise_backward_weights(s, x, dy)},
               {"bias", &b, reference::column_sums(s.co(), dy)}},
              1e-6, 40);
        }
}

TEST(ReferenceGradients, OfProductsByAGate) {
  constexpr int64_t kPixels = 5, kChannels = 3;
  Draw draw(14);
  Values x = draw.values<double>(2 * kPixels * kChannels), gate = draw.values<double>(2 * kChannels);
  const Values dy = draw.values<double>(2 * kPixels * kChannels);
  check_gradients("gate", [&] { return weighted_sum(dy, reference::gate_channels(kPixels, kChannels, x, gate)); },
                  {{"x", &x, reference::gate_channels(kPixels, kChannels, dy, gate)},
                   {"gate", &gate, reference::gate_gradient(kPixels, kChannels, dy, x)}});
}

TEST(ReferenceGradients, OfConcatenation) {
  const std::vector<int64_t> channels = {2, 1, 3};
  Draw draw(15);
  std::vector<Values> parts;
  for (const int64_t c : channels) parts.push_back(draw.values<double>(4 * c));
  const Values dy = draw.values<double>(24);
  const auto gradients = reference::split(dy, channels);
  std::vector<GradientArgument> arguments;
  for (size_t k = 0; k < parts.size(); ++k) arguments.push_back({std::to_string(k), &parts[k], gradients[k]});
  check_gradients(
      "concat", [&] { return weighted_sum(dy, reference::concat(parts, channels)); }, arguments);
}

TEST(ReferenceGradients, OfDense) {
  const kernels::DenseShape s{.n = 3, .inputs = 5, .units = 4};
  Draw draw(2);
  Values x = draw.values<double>(15), w = draw.values<double>(20), b = draw.values<double>(4);
  const Values dy = draw.values<double>(12);
  check_gradients("dense", [&] { return weighted_sum(dy, reference::dense_forward(s, x, w, b)); },
                  {{"x", &x, reference::dense_backward_data(s, dy, w)},
                   {"w", &w, reference::dense_backward_weights(s, x, dy)},
                   {"bias", &b, reference::column_sums(4, dy)}});
}

TEST(ReferenceGradients, OfBatchNormInTraining) {
  constexpr int64_t kChannels = 3;
  constexpr double kEpsilon = 1e-3;
  Draw draw(3);
  Values x = draw.values<double>(11 * kChannels), gamma = draw.values<double>(kChannels, 0.5, 2),
         beta = draw.values<double>(kChannels);
  const Values dy = draw.values<double>(11 * kChannels);
  const auto moments = reference::batch_norm_statistics(kChannels, x);
  const auto gradients = reference::batch_norm_backward(
      x, dy, moments.mean, reference::inverse_deviation(moments.variance, kEpsilon), gamma);
  const auto loss = [&] {
    const auto m = reference::batch_norm_statistics(kChannels, x);
    return weighted_sum(
        dy, reference::batch_norm_forward(x, m.mean, reference::inverse_deviation(m.variance, kEpsilon), gamma, beta));
  };
  check_gradients("batch_norm", loss,
                  {{"x", &x, gradients.dx}, {"gamma", &gamma, gradients.dgamma}, {"beta", &beta, gradients.dbeta}});
}

TEST(ReferenceGradients, OfBatchNormWithFixedMoments) {
  Draw draw(4);
  Values x = draw.values<double>(28), gamma = draw.values<double>(4), beta = draw.values<double>(4);
  const Values mean = draw.values<double>(4), inv_std = draw.values<double>(4, 0.5, 2), dy = draw.values<double>(28);
  const auto gradients = reference::batch_norm_backward_frozen(x, dy, mean, inv_std, gamma);
  check_gradients("frozen batch_norm",
                  [&] { return weighted_sum(dy, reference::batch_norm_forward(x, mean, inv_std, gamma, beta)); },
                  {{"x", &x, gradients.dx}, {"gamma", &gamma, gradients.dgamma}, {"beta", &beta, gradients.dbeta}});
}

void check_pools(const ConvCase& c) {
  const kernels::PoolShape s = pool_shape(c);
  if (s.oh < 1 || s.ow < 1) return;
  Draw draw(5);
  Values x = draw.distinct_values(s.x_floats());
  const Values dy = draw.values<double>(s.y_floats());
  const auto max = reference::max_pool_forward(s, x);
  check_gradients("max pool " + to_string(s), [&] { return weighted_sum(dy, reference::max_pool_forward(s, x).y); },
                  {{"x", &x, reference::max_pool_backward(s, dy, max.winner)}});
  check_gradients("average pool " + to_string(s),
                  [&] { return weighted_sum(dy, reference::average_pool_forward(s, x)); },
                  {{"x", &x, reference::average_pool_backward(s, dy)}});
}

TEST(ReferenceGradients, OfPoolsWithEveryPaddingAndStride) {
  for (const Padding& padding : {Padding::valid(), Padding::same(), Padding::on_each_side(1)})
    for (int64_t stride = 1; stride <= 3; ++stride)
      for (const Pair& pool : {Pair{2, 2}, Pair{3, 2}, Pair{3, 4}})
        check_pools(
            {.n = 2, .h = 6, .w = 7, .ci = 2, .kernel = pool, .strides = {stride, 4 - stride}, .padding = padding});
}

TEST(ReferenceGradients, OfZeroPadding) {
  const kernels::PadShape s{.n = 2, .h = 3, .w = 4, .c = 2, .pad = 2};
  Draw draw(6);
  Values x = draw.values<double>(48);
  const Values dy = draw.values<double>(2 * 7 * 8 * 2);
  check_gradients("zero_pad", [&] { return weighted_sum(dy, reference::zero_pad_forward(s, x)); },
                  {{"x", &x, reference::zero_pad_backward(s, dy)}});
}

TEST(ReferenceGradients, OfCropping) {
  const kernels::CropShape s{.n = 2, .h = 3, .w = 4, .c = 2, .top = 1, .left = 1, .right = 2};
  Draw draw(14);
  Values x = draw.values<double>(48);
  const Values dy = draw.values<double>(2 * 2 * 1 * 2);
  check_gradients("crop", [&] { return weighted_sum(dy, reference::crop_forward(s, x)); },
                  {{"x", &x, reference::crop_backward(s, dy)}});
}

TEST(ReferenceGradients, OfUpsampling) {
  const kernels::UpSampleShape s{.n = 2, .h = 3, .w = 2, .c = 2, .rows = 2, .columns = 3};
  Draw draw(15);
  Values x = draw.values<double>(24);
  const Values dy = draw.values<double>(2 * 6 * 6 * 2);
  check_gradients("upsample", [&] { return weighted_sum(dy, reference::upsample_forward(s, x)); },
                  {{"x", &x, reference::upsample_backward(s, dy)}});
}

TEST(ReferenceGradients, OfResizing) {
  for (const Pair& to : {Pair{3, 9}, Pair{7, 2}, Pair{1, 1}, Pair{5, 4}}) {
    const kernels::ResizeShape s{.n = 2, .h = 5, .w = 4, .c = 2, .oh = to[0], .ow = to[1]};
    Draw draw(7);
    Values x = draw.values<double>(80);
    const Values dy = draw.values<double>(2 * to[0] * to[1] * 2);
    check_gradients("resize", [&] { return weighted_sum(dy, reference::resize_bilinear_forward(s, x)); },
                    {{"x", &x, reference::resize_bilinear_backward(s, dy)}});
  }
}

TEST(ReferenceGradients, OfEveryActivation) {
  for (const Activation f : {Activation::kLinear, Activation::kRelu, Activation::kLeakyRelu, Activation::kElu,
                             Activation::kSilu, Activation::kTanh, Activation::kSigmoid, Activation::kSoftmax,
                             Activation::kSelu, Activation::kGelu, Activation::kGeluTanh, Activation::kMish}) {
    for (const double alpha : {0.0, 0.7}) {
      Draw draw(8);
      Values x = draw.values_off_zero(35);
      const Values dy = draw.values<double>(35);
      check_gradients(activation_name(f),
                      [&] { return weighted_sum(dy, reference::activation_forward(f, alpha, 7, x)); },
                      {{"x", &x, reference::activation_backward(f, alpha, 7, x, dy)}});
    }
  }
}

TEST(ReferenceGradients, OfActivationsThatAreStraightInPieces) {
  for (const Activation f : {Activation::kRelu6, Activation::kHardSigmoid, Activation::kHardSwish}) {
    // On every piece, and 0.01 or more off the bends at -3, 0, 3 and 6.
    Values x;
    for (double v = -7.51; v < 8; v += 0.26) x.push_back(v);
    Draw draw(12);
    const Values dy = draw.values<double>(static_cast<int64_t>(x.size()));
    check_gradients(activation_name(f), [&] { return weighted_sum(dy, reference::activation_forward(f, 0, 1, x)); },
                    {{"x", &x, reference::activation_backward(f, 0, 1, x, dy)}});
  }
  Values x = {-4, -2.51, -2.49, -1, 0.3, 2.49, 2.51, 4};
  const Values dy = {1, -2, 3, -4, 5, -6, 7, -8};
  constexpr Activation kSteep = Activation::kHardSigmoid;
  check_gradients("hard_sigmoid of Keras 2",
                  [&] { return weighted_sum(dy, reference::activation_forward(kSteep, 0.2, 1, x)); },
                  {{"x", &x, reference::activation_backward(kSteep, 0.2, 1, x, dy)}});
}

TEST(ReferenceGradients, OfPRelu) {
  Draw draw(13);
  // Off the bend at 0.
  Values x = draw.values<double>(60), alpha = draw.values<double>(5);
  for (double& v : x) v += v > 0 ? 0.01 : -0.01;
  const Values dy = draw.values<double>(60);
  const auto gradients = reference::prelu_backward(x, alpha, dy);
  check_gradients("prelu", [&] { return weighted_sum(dy, reference::prelu_forward(x, alpha)); },
                  {{"x", &x, gradients.dx}, {"alpha", &alpha, gradients.dalpha}});
}

TEST(ReferenceGradients, OfDropoutWithAMask) {
  Draw draw(9);
  std::vector<bool> kept(40);
  for (size_t i = 0; i < kept.size(); ++i) kept[i] = draw.integer(0, 2) > 0;
  Values x = draw.values<double>(40);
  const Values dy = draw.values<double>(40);
  check_gradients("dropout", [&] { return weighted_sum(dy, reference::dropout(kept, 0.3, x)); },
                  {{"x", &x, reference::dropout(kept, 0.3, dy)}});
}

TEST(ReferenceGradients, OfCrossEntropyWithSoftTargetsAndWeights) {
  for (const int64_t classes : {2, 7}) {
    Draw draw(10);
    Values logits = draw.values<double>(5 * classes, -3, 3);
    const Values targets = draw.values<double>(5 * classes, 0, 1), weight = draw.values<double>(5, 0.2, 2);
    constexpr double kScale = 0.2;
    const auto loss = [&] {
      return kScale * reference::softmax_cross_entropy(classes, logits, targets, weight, kScale).sum;
    };
    check_gradients(
        "cross-entropy", loss,
        {{"logits", &logits, reference::softmax_cross_entropy(classes, logits, targets, weight, kScale).dlogits}});
  }
}

TEST(ReferenceGradients, OfSquaredHinge) {
  for (const int64_t classes : {2, 7}) {
    for (const bool softmax : {false, true}) {
      Draw draw(12);
      Values logits = draw.values<double>(5 * classes, -2, 2);
      const Values targets = draw.values<double>(5 * classes, 0, 1), weight = draw.values<double>(5, 0.2, 2);
      constexpr double kScale = 0.2;
      const auto truth = [&] { return reference::squared_hinge(classes, softmax, logits, targets, weight, kScale); };
      check_gradients("squared hinge", [&] { return kScale * truth().sum; }, {{"logits", &logits, truth().dlogits}});
    }
  }
}

TEST(ReferenceGradients, OfSymmetricCrossEntropy) {
  for (const int64_t classes : {2, 7}) {
    for (const bool soft : {false, true}) {
      Draw draw(13);
      Values logits = draw.values<double>(5 * classes, -2, 2), targets(5 * classes);
      if (soft) targets = draw.values<double>(5 * classes, 0, 1);
      for (int64_t row = 0; row < 5; ++row) targets[row * classes + row % classes] += 1;
      const Values weight = draw.values<double>(5, 0.2, 2);
      constexpr double kScale = 0.2;
      const auto truth = [&] {
        return reference::symmetric_cross_entropy(classes, 0.3, 1.5, -4, logits, targets, weight, kScale);
      };
      check_gradients("symmetric cross-entropy", [&] { return kScale * truth().sum; },
                      {{"logits", &logits, truth().dlogits}});
    }
  }
}

TEST(ReferenceGradients, OfRegularizers) {
  Draw draw(11);
  Values w = draw.values_off_zero(20);
  check_gradients("regularizer", [&] { return reference::penalty(0.3, 0.2, w); },
                  {{"w", &w, reference::penalty_gradient(0.3, 0.2, w)}});
}

void check_wrong_gradient() {
  Values x = {0.5, -0.25};
  const auto loss = [&] { return x[0] * x[0] + 3 * x[1]; };
  check_gradients("parabola", loss, {{"x", &x, {1.0, 3.00001}}});
}

TEST(ReferenceGradients, NoticeAGradientThatIsALittleWrong) {
  EXPECT_FATAL_FAILURE(check_wrong_gradient(), "parabola: gradient by x[1] is 3.00001");
}

}  // namespace
}  // namespace fer::testing
