#include "train/config/self_target_share.h"

#include <gtest/gtest.h>

#include "tests/train/json_of.h"
#include "tests/train/small_run.h"
#include "train/config/config.h"

namespace fer::train {
namespace {

TEST(SelfTargetShare, RisesLinearlyToTheWeightInTheLastEpoch) {
  TrainConfig config{.epochs = 10};
  EXPECT_EQ(self_target_share(config, 999, 100), 0);
  config.self_targets = {.weight = 0.3, .start = 4};
  for (const int64_t step : {0, 399}) EXPECT_EQ(self_target_share(config, step, 100), 0) << step;
  for (int64_t epoch = 5; epoch <= 10; ++epoch) {
    const double share = 0.3 * static_cast<double>(epoch - 4) / 6;
    EXPECT_DOUBLE_EQ(self_target_share(config, 100 * (epoch - 1), 100), share);
    EXPECT_DOUBLE_EQ(self_target_share(config, 100 * epoch - 1, 100), share);
  }
  config.self_targets.start = 0;
  EXPECT_DOUBLE_EQ(self_target_share(config, 0, 100), 0.03);
  for (const int64_t never : {10, 11, 1000}) {
    config.self_targets.start = never;
    EXPECT_EQ(self_target_share(config, 999, 100), 0);
  }
}

TEST(SelfTargetShare, GoesByTheEpochsThatMaxStepsLeaves) {
  TrainConfig config{.epochs = 10, .max_steps = 201};
  config.self_targets.weight = 0.3;
  EXPECT_DOUBLE_EQ(self_target_share(config, 200, 100), 0.3);
  EXPECT_DOUBLE_EQ(self_target_share(config, 199, 100), 0.2);
}

TEST(SelfTargetShare, ARunThatDependsOnItsLengthIsComparedByIt) {
  TrainConfig config{.epochs = 10};
  EXPECT_FALSE(json_of(compared_settings(config)).contains("epochs"));
  config.self_targets.weight = 0.3;
  EXPECT_TRUE(json_of(compared_settings(config)).contains("epochs"));
}

TEST(SelfTargets, NeedTheCrossEntropy) {
  TrainConfig config = small_config();
  config.self_targets.weight = 0.3;
  EXPECT_EQ(message_of([&] { check_config(config, 3); }), "");
  config.loss = Loss::kSquaredHinge;
  EXPECT_EQ(message_of([&] { check_config(config, 3); }),
            "self_targets: expected the loss cross_entropy for soft targets, found squared_hinge");
}

}  // namespace
}  // namespace fer::train
