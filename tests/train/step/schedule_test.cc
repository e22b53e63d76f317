#include <gtest/gtest.h>

#include "fer/optimizer.h"

namespace fer {
namespace {

TEST(Schedule, ConstantIsOne) {
  EXPECT_EQ(schedule_factor(ConstantSchedule{}, 0, 10, 3), 1);
  EXPECT_EQ(schedule_factor(ConstantSchedule{}, 29, 10, 3), 1);
}

TEST(Schedule, StepMultipliesAtEpochBoundaries) {
  const StepSchedule schedule{.every_epochs = 2, .factor = 0.5};
  EXPECT_EQ(schedule_factor(schedule, 0, 10, 8), 1);
  EXPECT_EQ(schedule_factor(schedule, 19, 10, 8), 1);
  EXPECT_EQ(schedule_factor(schedule, 20, 10, 8), 0.5);
  EXPECT_EQ(schedule_factor(schedule, 39, 10, 8), 0.5);
  EXPECT_EQ(schedule_factor(schedule, 40, 10, 8), 0.25);
}

TEST(Schedule, CosineFallsFromOneToItsFinalFactor) {
  const CosineSchedule schedule{.final_factor = 0.2};
  EXPECT_EQ(schedule_factor(schedule, 0, 10, 4), 1);
  EXPECT_NEAR(schedule_factor(schedule, 20, 10, 4), 0.6, 1e-12);
  // A quarter of the way: (1 + cos(pi/4)) / 2 of the range above the final factor.
  EXPECT_NEAR(schedule_factor(schedule, 10, 10, 4), 0.2 + 0.8 * 0.8535533905932737, 1e-12);
  EXPECT_NEAR(schedule_factor(schedule, 40, 10, 4), 0.2, 1e-12);
  for (int64_t step = 0; step < 39; ++step) {
    EXPECT_GT(schedule_factor(schedule, step, 10, 4), schedule_factor(schedule, step + 1, 10, 4));
  }
}

TEST(Schedule, CosineWarmsUpLinearlyFromZeroByStep) {
  const CosineSchedule schedule{.warmup_epochs = 2};
  EXPECT_EQ(schedule_factor(schedule, 0, 10, 6), 0);
  EXPECT_EQ(schedule_factor(schedule, 5, 10, 6), 0.25);
  EXPECT_EQ(schedule_factor(schedule, 20, 10, 6), 1);
  EXPECT_NEAR(schedule_factor(schedule, 40, 10, 6), 0.5, 1e-12);
}

TEST(Schedule, CosineIsWholeWhenTheWarmUpTakesEveryEpoch) {
  EXPECT_EQ(schedule_factor(CosineSchedule{.warmup_epochs = 4, .final_factor = 0.1}, 10, 10, 2), 0.25);
}

}  // namespace
}  // namespace fer
