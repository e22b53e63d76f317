#include "kernels/update/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kernels/reference/optimizer.h"
#include "tests/kernels/on_targets.h"

namespace fer::testing {
namespace {

namespace reference = kernels::reference;

// Lengths around whole vectors, and beyond one piece of a parallel loop.
const std::vector<int64_t> kCounts = {1, 3, 4, 5, 15, 16, 17, 33, 16384 + 5};

void check_adam(const kernels::AdamStep& step) {
  for (const int64_t count : kCounts) {
    Draw draw(600);
    const std::vector<float> w = draw.values(count), g = draw.values(count), m = draw.values(count),
                             v = draw.values(count, 0.01, 1);
    auto tw = as_doubles(w), tm = as_doubles(m), tv = as_doubles(v);
    reference::adam_update(step, tw, as_doubles(g), tm, tv);
    std::vector<double> bound;
    for (size_t i = 0; i < w.size(); ++i) {
      // The change is at most (|m| + |g|) / sqrt(v) steps; it takes about ten roundings.
      const double t = static_cast<double>(step.t);
      const double rate =
          step.learning_rate * std::sqrt(1 - std::pow(double{step.beta2}, t)) / (1 - std::pow(double{step.beta1}, t));
      bound.push_back(kRounding *
                      (3 * std::fabs(w[i]) + 12 * rate * (std::fabs(m[i]) + std::fabs(g[i])) / std::sqrt(tv[i])));
    }
    on_every_target(
        "adam", 0,
        [&] {
          Results r = {w, m, v};
          kernels::adam_update(step, r[0], g, r[1], r[2]);
          return r;
        },
        [&](const Results& r) {
          expect_within(r[0], tw, bound, "w of adam");
          expect_rounded(r[1], tm, 3, 1, "m of adam");
          expect_rounded(r[2], tv, 4, 0, "v of adam");
        });
  }
}

TEST(Optimizer, AdamAgreesAtTheFirstAndAtLaterSteps) {
  check_adam({.t = 1});
  check_adam({.learning_rate = 0.01f, .beta1 = 0.8f, .beta2 = 0.99f, .epsilon = 1e-4f, .t = 7});
  check_adam({.t = 100000});
}

TEST(Optimizer, AdamWAgrees) { check_adam({.learning_rate = 0.01f, .decay = 4e-5f, .t = 3}); }

TEST(Optimizer, AdamTakesAStepOfTheLearningRateAtFirst) {
  // With m = v = 0 the first step is learning_rate * g / |g|, whatever g.
  std::vector<float> w = {1, 1}, m(2), v(2);
  const std::vector<float> g = {0.3f, -20};
  kernels::adam_update({.learning_rate = 0.125f, .epsilon = 0}, w, g, m, v);
  EXPECT_NEAR(w[0], 0.875, 1e-6);
  EXPECT_NEAR(w[1], 1.125, 1e-6);
}

TEST(Optimizer, AdamLeavesGapsOfZerosAtZero) {
  std::vector<float> w(20), g(20), m(20), v(20);
  for (int64_t t = 1; t < 4; ++t) kernels::adam_update({.decay = 0.1f, .t = t}, w, g, m, v);
  EXPECT_EQ(w, std::vector<float>(20));
}

void check_sgd(const kernels::SgdStep& step, bool with_velocity) {
  for (const int64_t count : kCounts) {
    Draw draw(601);
    const std::vector<float> w = draw.values(count), g = draw.values(count),
                             velocity = with_velocity ? draw.values(count) : std::vector<float>();
    auto tw = as_doubles(w), tv = as_doubles(velocity);
    reference::sgd_update(step, tw, as_doubles(g), tv);
    on_every_target(
        "sgd", 0,
        [&] {
          Results r = {w, velocity};
          kernels::sgd_update(step, r[0], g, r[1]);
          return r;
        },
        [&](const Results& r) {
          expect_rounded(r[0], tw, 8, 2, "w of sgd");
          expect_rounded(r[1], tv, 6, 2, "velocity of sgd");
        });
  }
}

TEST(Optimizer, SgdAgreesPlain) { check_sgd({.learning_rate = 0.1f}, false); }
TEST(Optimizer, SgdAgreesWithMomentum) { check_sgd({.learning_rate = 0.1f, .momentum = 0.9f}, true); }
TEST(Optimizer, SgdAgreesWithNesterovAndDecay) {
  check_sgd({.learning_rate = 0.1f, .momentum = 0.8f, .weight_decay = 0.01f, .nesterov = true}, true);
}

void check_rmsprop(const kernels::RmsPropStep& step, bool centered) {
  for (const int64_t count : kCounts) {
    Draw draw(603);
    const std::vector<float> w = draw.values(count), g = draw.values(count), square = draw.values(count, 1, 2);
    const std::vector<float> mean = centered ? draw.values(count, -0.5, 0.5) : std::vector<float>(),
                             velocity = step.momentum > 0 ? draw.values(count) : std::vector<float>();
    auto tw = as_doubles(w), ts = as_doubles(square), tm = as_doubles(mean), tv = as_doubles(velocity);
    reference::rmsprop_update(step, tw, as_doubles(g), ts, tm, tv);
    on_every_target(
        "rmsprop", 0,
        [&] {
          Results r = {w, square, mean, velocity};
          kernels::rmsprop_update(step, r[0], g, {r[1], r[2], r[3]});
          return r;
        },
        [&](const Results& r) {
          // Mean squares are 0.9 or more and means below 0.6, so that rounding grows at most twofold in the variance.
          expect_rounded(r[0], tw, 16, 2, "w of rmsprop");
          expect_rounded(r[1], ts, 4, 0, "mean square of rmsprop");
          expect_rounded(r[2], tm, 3, 1, "mean gradient of rmsprop");
          expect_rounded(r[3], tv, 16, 2, "velocity of rmsprop");
        });
  }
}

TEST(Optimizer, RmsPropAgreesInEveryForm) {
  for (const bool in_root : {false, true}) {
    for (const bool centered : {false, true}) {
      for (const float momentum : {0.0f, 0.8f}) {
        check_rmsprop({.learning_rate = 0.1f, .momentum = momentum, .epsilon = 0.01f, .epsilon_in_root = in_root},
                      centered);
      }
    }
  }
}

TEST(Optimizer, RmsPropOfKerasByHand) {
  // r = 0.1 * 16 = 1.6, step = 0.5 * 4 / (sqrt(1.6) + 0.1); then r = 1.44 + 0.1 * 4.
  std::vector<float> w = {1}, square = {0};
  kernels::rmsprop_update({.learning_rate = 0.5f, .epsilon = 0.1f}, w, std::vector<float>{4}, {square});
  EXPECT_NEAR(w[0], 1 - 2 / (std::sqrt(1.6) + 0.1), 1e-6);
  kernels::rmsprop_update({.learning_rate = 0.5f, .epsilon = 0.1f}, w, std::vector<float>{-2}, {square});
  EXPECT_NEAR(square[0], 1.84, 1e-6);
  EXPECT_NEAR(w[0], 1 - 2 / (std::sqrt(1.6) + 0.1) + 1 / (std::sqrt(1.84) + 0.1), 1e-6);
}

TEST(Optimizer, RmsPropOfTensorFlow1ByHand) {
  // From a mean square of 1: r = 0.9 + 0.1 * 16 = 2.5; the velocity 0.5 * 4 / sqrt(2.5 + 0.25), then with momentum.
  std::vector<float> w = {1}, square = {1}, velocity = {0};
  const kernels::RmsPropStep step{.learning_rate = 0.5f, .momentum = 0.5f, .epsilon = 0.25f, .epsilon_in_root = true};
  kernels::rmsprop_update(step, w, std::vector<float>{4}, {square, {}, velocity});
  const double first = 2 / std::sqrt(2.75);
  EXPECT_NEAR(w[0], 1 - first, 1e-6);
  kernels::rmsprop_update(step, w, std::vector<float>{0}, {square, {}, velocity});
  EXPECT_NEAR(w[0], 1 - 1.5 * first, 1e-6);
  EXPECT_NEAR(square[0], 2.25, 1e-6);
}

TEST(Optimizer, CenteredRmsPropOfAConstantGradientStaysFinite) {
  // The mean square falls to the mean's square: rounding must not take the root of less than nothing.
  std::vector<float> w(33), square(33), mean(33);
  const std::vector<float> g(33, 0.3f);
  for (int t = 0; t < 300; ++t) kernels::rmsprop_update({.epsilon = 1e-3f}, w, g, {square, mean});
  for (const float value : w) EXPECT_TRUE(std::isfinite(value));
}

TEST(Optimizer, RmsPropLeavesGapsOfZerosAtZero) {
  std::vector<float> w(20), square(20, 1), velocity(20);
  kernels::rmsprop_update({.momentum = 0.9f, .epsilon = 1e-10f, .epsilon_in_root = true}, w, std::vector<float>(20),
                          {square, {}, velocity});
  EXPECT_EQ(w, std::vector<float>(20));
}

TEST(Optimizer, AverageAgrees) {
  for (const int64_t count : kCounts) {
    Draw draw(602);
    const std::vector<float> w = draw.values(count), average = draw.values(count);
    std::vector<double> expected;
    for (size_t i = 0; i < w.size(); ++i) expected.push_back(double{0.99f} * average[i] + (1 - double{0.99f}) * w[i]);
    on_every_target(
        "average", 0,
        [&] {
          Results r = {average};
          kernels::average_update(0.99f, w, r[0]);
          return r;
        },
        [&](const Results& r) { expect_rounded(r[0], expected, 3, 1, "average"); });
  }
}

}  // namespace
}  // namespace fer::testing
