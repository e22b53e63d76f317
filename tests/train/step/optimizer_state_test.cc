#include "train/step/optimizer_state.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/train/small_run.h"

namespace fer::train {
namespace {

// All weights 1, all gradients `gradient`, one step.
Weights after_one_step(const Optimizer& optimizer, float gradient) {
  Weights weights(small_network());
  for (const Parameter& p : weights.layout.parameters) {
    for (float& w : weights.of(p)) w = 1;
  }
  const std::vector<float> gradients(weights.layout.trainable_floats, gradient);
  OptimizerState state(optimizer, weights.layout);
  state.step(learning_rate_of(optimizer), 1, weights.values.values(), gradients);
  return weights;
}

TEST(OptimizerState, AdamWDecaysKernelsOnly) {
  const Weights weights = after_one_step(AdamW{.learning_rate = 0.125f, .weight_decay = 0.5f}, 0);
  for (const Parameter& p : weights.layout.parameters) {
    for (float w : weights.of(p)) EXPECT_EQ(w, p.name.ends_with("/kernel") ? 1 - 0.125f * 0.5f : 1) << p.name;
  }
}

TEST(OptimizerState, SgdDecaysKernelsOnly) {
  const Weights weights = after_one_step(Sgd{.learning_rate = 0.125f, .weight_decay = 0.5f}, 0);
  for (const Parameter& p : weights.layout.parameters) {
    for (float w : weights.of(p)) EXPECT_EQ(w, p.name.ends_with("/kernel") ? 1 - 0.125f * 0.5f : 1) << p.name;
  }
}

TEST(OptimizerState, DecaysNormsAndBiasesWhereThatIsAsked) {
  const auto expect_decays = [](const Optimizer& optimizer, double kernel, double norm, double bias) {
    const Weights weights = after_one_step(optimizer, 0);
    for (const Parameter& p : weights.layout.parameters) {
      const double decay = !p.trainable                 ? 0
                           : p.name.ends_with("kernel") ? kernel
                           : p.name.ends_with("bias")   ? bias
                                                        : norm;
      for (float w : weights.of(p)) EXPECT_EQ(w, static_cast<float>(1 - 0.125 * decay)) << p.name;
    }
  };
  expect_decays(AdamW{.learning_rate = 0.125f, .weight_decay = 0.5f, .norm_weight_decay = 0.25f}, 0.5, 0.25, 0);
  expect_decays(AdamW{.learning_rate = 0.125f, .weight_decay = 0, .bias_weight_decay = 0.25f}, 0, 0, 0.25);
  expect_decays(Sgd{.learning_rate = 0.125f, .norm_weight_decay = 0.5f, .bias_weight_decay = 0.25f}, 0, 0.5, 0.25);
}

TEST(OptimizerState, ALayerThatIsTrainedLaterBeginsThenAsANewOne) {
  for (const Optimizer& optimizer : {Optimizer(Adam{}), Optimizer(AdamW{}), Optimizer(Sgd{.momentum = 0.9f})}) {
    const std::vector<int64_t> first = {5, 0, 0, 0, 0};  // conv, bn, dropout, flatten, dense
    Weights weights(small_network()), fresh(small_network());
    std::vector<float> gradients(weights.layout.trainable_floats, 0.5f);
    OptimizerState later(optimizer, weights.layout, {}, first), from_the_start(optimizer, fresh.layout);
    for (int64_t t = 1; t <= 5; ++t) later.step(0.1f, t, weights.values.values(), gradients);
    const std::span<const float> conv = weights.of(weights.layout.parameters[0]);
    EXPECT_TRUE(std::all_of(conv.begin(), conv.end(), [](float w) { return w == 0; })) << "not even decayed";
    for (int64_t t = 6; t <= 8; ++t) later.step(0.1f, t, weights.values.values(), gradients);
    for (int64_t t = 1; t <= 3; ++t) from_the_start.step(0.1f, t, fresh.values.values(), gradients);
    EXPECT_TRUE(same_bits(conv, fresh.of(fresh.layout.parameters[0])));
    EXPECT_NE(weights.of(weights.layout.parameters[2])[0], 0) << "the others moved all along";
  }
}

TEST(OptimizerState, MultipliesTheRateLayerByLayer) {
  // conv, bn, dropout, flatten, dense
  const std::vector<float> rates = {0.5f, 1, 1, 1, 0};
  Weights weights(small_network());
  for (const Parameter& p : weights.layout.parameters) {
    for (float& w : weights.of(p)) w = 1;
  }
  OptimizerState state(Sgd{.learning_rate = 0.25f}, weights.layout, rates);
  state.step(0.25f, 1, weights.values.values(), std::vector<float>(weights.layout.trainable_floats, 1.0f));
  for (const Parameter& p : weights.layout.parameters) {
    const float expected = p.trainable ? 1 - 0.25f * rates[static_cast<size_t>(p.layer)] : 1;
    for (float w : weights.of(p)) EXPECT_EQ(w, expected) << p.name;
  }
}

TEST(OptimizerState, AdamMovesEveryTrainableWeightByAboutTheRateAtFirst) {
  const Weights weights = after_one_step(Adam{.learning_rate = 0.125f}, 3);
  for (const Parameter& p : weights.layout.parameters) {
    for (float w : weights.of(p)) EXPECT_NEAR(w, p.trainable ? 0.875f : 1.0f, 1e-5) << p.name;
  }
}

TEST(OptimizerState, KeepsAsManyMomentsAsTheOptimizerHas) {
  const ParameterLayout layout = parameter_layout(small_network());
  EXPECT_EQ(OptimizerState(Adam{}, layout).arrays().size(), 2u);
  EXPECT_EQ(OptimizerState(AdamW{}, layout).arrays().size(), 2u);
  EXPECT_EQ(OptimizerState(Sgd{.momentum = 0.9f}, layout).arrays().size(), 1u);
  EXPECT_EQ(OptimizerState(Sgd{}, layout).arrays().size(), 0u);
  EXPECT_EQ(OptimizerState(RmsProp{}, layout).arrays().size(), 1u);
  EXPECT_EQ(OptimizerState(RmsProp{.momentum = 0.5f, .centered = true}, layout).arrays().size(), 3u);
}

TEST(OptimizerState, RmsPropBeginsAtZeroAndTensorFlow1sAtOne) {
  // Mean squares of 0.1 * 9 and 0.9 + 0.1 * 9.
  for (const auto& [optimizer, change] : {std::pair<Optimizer, double>{RmsProp{.learning_rate = 0.125f}, 0.9},
                                          {RmsPropTf1{.learning_rate = 0.125f}, 1.8}}) {
    const Weights weights = after_one_step(optimizer, 3);
    for (const Parameter& p : weights.layout.parameters) {
      for (float w : weights.of(p)) {
        EXPECT_NEAR(w, p.trainable ? 1 - 0.375 / std::sqrt(change) : 1.0, 1e-6) << p.name;
      }
    }
  }
}

TEST(ClipGradient, ByNormScalesTheWholeGradient) {
  std::vector<float> g = {3, 0, -4};
  EXPECT_DOUBLE_EQ(clip_gradient({.norm = 10}, g), 5);
  EXPECT_EQ(g, (std::vector<float>{3, 0, -4}));
  EXPECT_DOUBLE_EQ(clip_gradient({.norm = 2.5f}, g), 5);
  EXPECT_EQ(g, (std::vector<float>{1.5f, 0, -2}));
}

TEST(ClipGradient, ByValueCutsEachElement) {
  std::vector<float> g = {3, 0.5f, -4};
  clip_gradient({.value = 1}, g);
  EXPECT_EQ(g, (std::vector<float>{1, 0.5f, -1}));
}

TEST(ClipGradient, TellsOfWhatIsNotFiniteAndLeavesIt) {
  std::vector<float> g = {1, std::numeric_limits<float>::infinity()};
  EXPECT_FALSE(std::isfinite(clip_gradient({.value = 1}, g)));
  EXPECT_TRUE(std::isinf(g[1]));
}

}  // namespace
}  // namespace fer::train
