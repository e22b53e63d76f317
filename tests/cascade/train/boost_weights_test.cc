// Boosting against numbers worked out by hand.
#include "cascade/train/boost_weights.h"

#include <gtest/gtest.h>

#include <cmath>

namespace fer::cascade {
namespace {

// Four samples, + + - -; a stump puts the first three on one side.
const std::vector<int8_t> kLabels = {1, 1, -1, -1};

Weighted sum_of(const BoostWeights& weights, const std::vector<size_t>& members) {
  Weighted sum;
  for (const size_t i : members) {
    sum.w += weights.samples()[i].w;
    sum.wy += weights.samples()[i].wy;
  }
  return sum;
}

void expect_weights(const BoostWeights& weights, const std::vector<double>& expected) {
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(weights.samples()[i].w, expected[i], 1e-7) << i;
}

TEST(BoostWeights, GentleTakesTheMeanOfAClass) {
  BoostWeights weights(BoostType::kGentle, kLabels, 0);
  expect_weights(weights, {0.25, 0.25, 0.25, 0.25});
  // Left: (1 + 1 - 1) / 3; right: -1.
  EXPECT_NEAR(weights.leaf(sum_of(weights, {0, 1, 2})), 1.0 / 3, 1e-12);
  EXPECT_NEAR(weights.leaf(sum_of(weights, {3})), -1, 1e-12);
  const float left = 1.0F / 3;
  EXPECT_EQ(weights.update(std::vector<float>{left, left, left, -1}), 1);
  // e^(-1/3), e^(-1/3), e^(1/3), e^(-1), over their sum.
  const double a = std::exp(-1.0 / 3), b = std::exp(1.0 / 3), c = std::exp(-1.0), sum = 2 * a + b + c;
  expect_weights(weights, {a / sum, a / sum, b / sum, c / sum});
  EXPECT_NEAR(weights.samples()[2].wy, -b / sum, 1e-7);
}

TEST(BoostWeights, DiscreteRaisesWhatWasWrong) {
  BoostWeights weights(BoostType::kDiscrete, kLabels, 0);
  EXPECT_EQ(weights.criterion(), Criterion::kErrors);
  EXPECT_EQ(weights.leaf(sum_of(weights, {0, 1, 2})), 1);
  EXPECT_EQ(weights.leaf(sum_of(weights, {3})), -1);
  // A quarter is wrong: c = log(3); the third sample weighs 3 against 1 each.
  EXPECT_NEAR(weights.update(std::vector<float>{1, 1, 1, -1}), std::log(3), 1e-12);
  expect_weights(weights, {1.0 / 6, 1.0 / 6, 0.5, 1.0 / 6});
}

TEST(BoostWeights, RealTakesHalfTheLogOfTheOdds) {
  BoostWeights weights(BoostType::kReal, kLabels, 0);
  EXPECT_NEAR(weights.leaf(sum_of(weights, {0, 1, 2})), 0.5 * std::log(2), 1e-12);
  // A share of 0 counts as 1e-5.
  EXPECT_NEAR(weights.leaf(sum_of(weights, {3})), 0.5 * std::log(1e-5 / (1 - 1e-5)), 1e-9);
}

TEST(BoostWeights, LogitFitsTheWorkingResponse) {
  BoostWeights weights(BoostType::kLogit, kLabels, 0);
  EXPECT_NEAR(weights.samples()[0].wy, 0.25 * 2, 1e-12);  // 1 / p with p = 1/2
  EXPECT_NEAR(weights.leaf(sum_of(weights, {0, 1, 2})), 2.0 / 3, 1e-12);
  weights.update(std::vector<float>{1, 1, 1, -2});
  const double p = 1 / (1 + std::exp(-1.0)), q = 1 / (1 + std::exp(2.0));
  const double sum = 3 * p * (1 - p) + q * (1 - q);
  expect_weights(weights, {p * (1 - p) / sum, p * (1 - p) / sum, p * (1 - p) / sum, q * (1 - q) / sum});
  EXPECT_NEAR(weights.samples()[2].wy / weights.samples()[2].w, -1 / (1 - p), 1e-6);
}

TEST(BoostWeights, TrimmingLetsTheLightestSitOut) {
  BoostWeights weights(BoostType::kDiscrete, kLabels, 0.81);
  weights.update(std::vector<float>{1, 1, 1, -1});  // 1/6, 1/6, 1/2, 1/6: 0.19 of the weight may go
  // Two of a sixth are needed to reach 0.19, and all sixths are alike: what weighs as much stays.
  expect_weights(weights, {1.0 / 6, 1.0 / 6, 0.5, 1.0 / 6});
  weights.update(std::vector<float>{1, -1, -1, -1});  // the second is wrong: 5/6 against 1/6: c = log 5
  // 1/6, 5/6, 1/2, 1/6 over 10/6: 0.1, 0.5, 0.3, 0.1. The lightest two reach 0.19.
  expect_weights(weights, {0, 0.5, 0.3, 0});
}

}  // namespace
}  // namespace fer::cascade
