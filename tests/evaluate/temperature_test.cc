#include "evaluate/temperature.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/random.h"

namespace fer::evaluation {
namespace {

struct Sample {
  std::vector<float> logits;
  std::vector<uint8_t> labels;
};

// Logits from -4 to 4 of three classes, and labels drawn as softmax(logits / temperature) says.
Sample sample(double temperature, int64_t rows = 4000) {
  const RandomStream stream{.seed = 3, .use = RandomUse::kSynthetic};
  Sample s;
  for (int64_t i = 0; i < rows; ++i) {
    double weights[3], sum = 0;
    for (int64_t k = 0; k < 3; ++k) {
      s.logits.push_back(8 * random_unit(stream, 4 * i + k) - 4);
      sum += weights[k] = std::exp(s.logits.back() / temperature);
    }
    double drawn = random_unit(stream, 4 * i + 3) * sum;
    uint8_t label = 0;
    while (label < 2 && drawn >= weights[label]) drawn -= weights[label++];
    s.labels.push_back(label);
  }
  return s;
}

double loss_of(const Sample& s, double temperature) {
  std::vector<float> p = s.logits;
  soften(temperature, 3, p);
  double loss = 0;
  for (size_t i = 0; i < s.labels.size(); ++i) loss -= std::log(static_cast<double>(p[3 * i + s.labels[i]]));
  return loss / static_cast<double>(s.labels.size());
}

TEST(Temperature, IsTheOneThatTheLabelsWereDrawnWith) {
  for (const double temperature : {0.5, 1.0, 2.5}) {
    EXPECT_NEAR(fit_temperature(sample(temperature).logits, 3, sample(temperature).labels).temperature, temperature,
                0.08 * temperature);
  }
}

TEST(Temperature, HasTheSmallestLoss) {
  const Sample s = sample(1.7, 300);
  const FittedTemperature fitted = fit_temperature(s.logits, 3, s.labels);
  EXPECT_NEAR(fitted.loss, loss_of(s, fitted.temperature), 1e-6);
  for (const double factor : {0.5, 0.9, 0.98, 1.02, 1.1, 2.0}) {
    EXPECT_LT(fitted.loss, loss_of(s, factor * fitted.temperature)) << factor;
  }
}

TEST(Temperature, OfTwoAnswersIsTheOneWorkedOutByHand) {
  // Sure by a logit of 4 and right in three of four cases: exp(4 / T) = 3.
  const std::vector<float> logits = {4, 0, 4, 0, 4, 0, 4, 0};
  const FittedTemperature fitted = fit_temperature(logits, 2, std::vector<uint8_t>{0, 0, 1, 0});
  EXPECT_NEAR(fitted.temperature, 4 / std::log(3.0), 1e-7);
  EXPECT_NEAR(fitted.loss, -(3 * std::log(0.75) + std::log(0.25)) / 4, 1e-12);
}

TEST(Temperature, AConstantPerRowChangesNothing) {
  const Sample s = sample(2, 200);
  std::vector<float> p = s.logits;
  soften(1, 3, p);
  const FittedTemperature of_logits = fit_temperature(s.logits, 3, s.labels),
                          of_probabilities = fit_temperature(log_probabilities(p), 3, s.labels);
  EXPECT_NEAR(of_logits.temperature, of_probabilities.temperature, 1e-5);
  EXPECT_NEAR(of_logits.loss, of_probabilities.loss, 1e-6);
}

TEST(Temperature, StaysWithinItsRange) {
  const std::vector<float> logits = {3, 0, 0, 3};
  EXPECT_DOUBLE_EQ(fit_temperature(logits, 2, std::vector<uint8_t>{0, 1}).temperature, 1 / kLargestTemperature);
  EXPECT_DOUBLE_EQ(fit_temperature(logits, 2, std::vector<uint8_t>{1, 0}).temperature, kLargestTemperature);
  EXPECT_EQ(fit_temperature({}, 2, {}).temperature, 1);
  const std::vector<float> broken = {std::numeric_limits<float>::quiet_NaN(), 0};
  EXPECT_EQ(fit_temperature(broken, 2, std::vector<uint8_t>{1}).temperature, 1);
  EXPECT_TRUE(std::isnan(fit_temperature(broken, 2, std::vector<uint8_t>{1}).loss));
}

TEST(Temperature, SoftensRowsApart) {
  std::vector<float> rows = {2, 0, 1000, 0};
  soften(2, 2, rows);
  EXPECT_NEAR(rows[0], std::exp(1) / (std::exp(1) + 1), 1e-7);
  EXPECT_NEAR(rows[0] + rows[1], 1, 1e-7);
  EXPECT_EQ(rows[2], 1);
  EXPECT_EQ(log_probabilities(std::vector<float>{1, 0})[0], 0);
  EXPECT_TRUE(std::isfinite(log_probabilities(std::vector<float>{1, 0})[1]));
}

}  // namespace
}  // namespace fer::evaluation
