#include "train/config/length.h"

#include <gtest/gtest.h>

namespace fer::train {
namespace {

TEST(Length, APassEndsWithWhatIsLeftOver) {
  TrainConfig config;
  config.batch_size = 10;
  EXPECT_EQ(steps_per_pass(config, 1), 1);
  EXPECT_EQ(steps_per_pass(config, 10), 1);
  EXPECT_EQ(steps_per_pass(config, 11), 2);
  EXPECT_EQ(steps_per_pass(config, 20), 2);
  config.accumulate = 3;
  EXPECT_EQ(steps_per_pass(config, 30), 1);
  EXPECT_EQ(steps_per_pass(config, 31), 2);
}

TEST(Length, OnePictureIsMergedIntoTheBatchBefore) {
  TrainConfig config;
  config.batch_size = 10;
  EXPECT_FALSE(merges_last(config, 21));
  config.merge_last = true;
  EXPECT_TRUE(merges_last(config, 21));
  EXPECT_FALSE(merges_last(config, 22));
  EXPECT_FALSE(merges_last(config, 1)) << "there is no batch before";
  EXPECT_EQ(steps_per_pass(config, 21), 2);
  EXPECT_EQ(steps_per_pass(config, 22), 3);
}

TEST(Length, StepsEndARunWithinAnEpoch) {
  TrainConfig config;
  config.epochs = 7;
  EXPECT_EQ(epochs_in_all(config, 5), 7);
  config.max_steps = 10;
  EXPECT_EQ(epochs_in_all(config, 5), 2);
  config.max_steps = 11;
  EXPECT_EQ(epochs_in_all(config, 5), 3);
  config.max_steps = 1000;
  EXPECT_EQ(epochs_in_all(config, 5), 7);
}

}  // namespace
}  // namespace fer::train
