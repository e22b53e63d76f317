#include "evaluate/calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace fer::evaluation {
namespace {

TEST(Calibration, ErrorIsTheOneWorkedOutByHand) {
  // Two answers of 0.9 (bin 14: above 13/15 = 0.867), one right; two of 0.6 (bin 9: above 8/15 to 9/15), both right.
  const std::vector<float> p = {0.9f, 0.1f, 0.9f, 0.1f, 0.6f, 0.4f, 0.4f, 0.6f};
  const Calibration c = calibration_of(p, 2, std::vector<uint8_t>{0, 1, 0, 1});
  ASSERT_EQ(c.bins.size(), 15u);
  EXPECT_EQ(c.bins[13].count, 2);
  EXPECT_NEAR(c.bins[13].confidence, 0.9, 1e-7);
  EXPECT_EQ(c.bins[13].accuracy, 0.5);
  int64_t others = 0;
  for (size_t i : {8u, 9u}) others += c.bins[i].count;  // (0.6f is a little more than 9/15)
  EXPECT_EQ(others, 2);
  EXPECT_NEAR(c.error, 0.5 * std::abs(0.5 - 0.9) + 0.5 * std::abs(1 - 0.6), 1e-7);
}

TEST(Calibration, ABinHasItsUpperEndAndNotItsLowerOne) {
  const Calibration c = calibration_of(std::vector<float>{1, 0, 0.2f, 0.2f}, 2, std::vector<uint8_t>{0, 0});
  EXPECT_EQ(c.bins[14].count, 1);
  EXPECT_EQ(c.bins[14].high, 1);
  EXPECT_EQ(c.bins[2].count + c.bins[3].count, 1);
  EXPECT_EQ(c.bins[0].low, 0);
  EXPECT_DOUBLE_EQ(c.bins[2].high, 0.2);
}

TEST(Calibration, WhoIsTooSureIsCooledByTheBestTemperature) {
  // Sure by a logit of 4 and right in three of four cases: exp(4 / T) = 3 makes the confidence 0.75.
  std::vector<float> p;
  for (int i = 0; i < 8; ++i) {
    const double sure = 1 / (1 + std::exp(-4.0));
    p.push_back(static_cast<float>(sure));
    p.push_back(static_cast<float>(1 - sure));
  }
  const Calibration c = calibration_of(p, 2, std::vector<uint8_t>{0, 0, 1, 0, 0, 0, 1, 0});
  EXPECT_NEAR(c.error, 1 / (1 + std::exp(-4.0)) - 0.75, 1e-6);
  EXPECT_NEAR(c.best_temperature, 4 / std::log(3.0), 1e-4);
  EXPECT_NEAR(c.best_loss, -(0.75 * std::log(0.75) + 0.25 * std::log(0.25)), 1e-6);
  EXPECT_NEAR(c.best_error, 0, 1e-5);
}

TEST(Calibration, OfNothingOrOfNoNumbersIsSaidSo) {
  EXPECT_TRUE(calibration_of({}, 2, {}).bins.empty());
  const std::vector<float> p = {std::numeric_limits<float>::quiet_NaN(), 0.5f, 0.75f, 0.25f};
  const Calibration c = calibration_of(p, 2, std::vector<uint8_t>{0, 0});
  EXPECT_TRUE(std::isnan(c.error));
  EXPECT_TRUE(std::isnan(c.best_loss));
  EXPECT_EQ(c.best_temperature, 1);
}

}  // namespace
}  // namespace fer::evaluation
