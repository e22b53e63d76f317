#include "train/config/mixing_epochs.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/train/json_of.h"
#include "tests/train/small_run.h"
#include "train/config/config.h"

namespace fer::train {
namespace {

TEST(MixingEpochs, TheLastEpochsHaveNone) {
  TrainConfig config = {.epochs = 5, .no_mixing_epochs = 2};
  for (int64_t step = 0; step < 50; ++step) EXPECT_EQ(mixes_in_step(config, step, 10), step < 30) << step;
  config.no_mixing_epochs = 0;
  for (int64_t step = 0; step < 50; ++step) EXPECT_TRUE(mixes_in_step(config, step, 10));
  config.no_mixing_epochs = 9;
  EXPECT_FALSE(mixes_in_step(config, 0, 10));
}

TEST(MixingEpochs, AreCountedFromWhereTheRunEnds) {
  const TrainConfig config = {.epochs = 100, .no_mixing_epochs = 1, .max_steps = 25};
  for (int64_t step = 0; step < 25; ++step) EXPECT_EQ(mixes_in_step(config, step, 10), step < 20) << step;
}

TEST(MixingEpochs, MakeTheLengthAPartOfTheRun) {
  TrainConfig config;
  EXPECT_FALSE(mixing_depends_on_length(config));
  config.no_mixing_epochs = 2;
  EXPECT_FALSE(mixing_depends_on_length(config)) << "there is nothing to leave out";
  config.augmentation.erasing = 0.5;
  EXPECT_TRUE(mixing_depends_on_length(config));
  EXPECT_TRUE(json_of(compared_settings(config)).contains("epochs")) << "a resumed run has the same number of epochs";
  EXPECT_FALSE(json_of(compared_settings({})).contains("epochs"));
  config.augmentation.erasing = 0;
  config.mixing.mixup = 0.5;
  EXPECT_TRUE(mixing_depends_on_length(config));
  config.no_mixing_epochs = 0;
  EXPECT_FALSE(mixing_depends_on_length(config));
}

}  // namespace
}  // namespace fer::train
