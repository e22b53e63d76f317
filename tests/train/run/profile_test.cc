#include "fer/profile.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/train/small_run.h"

namespace fer {
namespace {

TrainingProfile profile_of(const TrainConfig& config, int64_t steps = 3, int64_t rows = 70) {
  const SmallRun run;
  return profile_training(small_network(), config, run.data, numbers(0, rows), steps);
}

std::map<std::string, int> passes_of(const TrainingProfile& profile) {
  std::map<std::string, int> passes;
  for (const ProfileRow& row : profile.rows) {
    if (row.layer.empty()) ++passes[row.pass];
  }
  return passes;
}

TEST(Profile, HasARowForAllThatAStepDoes) {
  TrainConfig config = small_config();
  config.accumulate = 3;
  config.weight_average = 0.9;
  config.clipping.norm = 1;
  const TrainingProfile profile = profile_of(config);
  EXPECT_EQ(passes_of(profile), (std::map<std::string, int>{{"accumulate", 1},
                                                            {"average", 1},
                                                            {"batch", 1},
                                                            {"clipping", 1},
                                                            {"loss", 1},
                                                            {"moments", 1},
                                                            {"optimizer", 1},
                                                            {"regularizers", 1}}));
  EXPECT_EQ(profile.batch_size, 8);
  EXPECT_EQ(profile.pictures_per_step, 24);
  EXPECT_EQ(profile.steps, 3);
  for (const ProfileRow& row : profile.rows) EXPECT_GE(row.seconds, 0) << row.layer << " " << row.pass;
}

TEST(Profile, LeavesOutWhatAStepDoesNotDo) {
  const std::map<std::string, int> passes = passes_of(profile_of(small_config()));
  EXPECT_FALSE(passes.contains("accumulate"));
  EXPECT_FALSE(passes.contains("average"));
}

// Three small batches do three times the work of one.
TEST(Profile, AddsUpTheSmallBatchesOfAStep) {
  TrainConfig config = small_config();
  const auto gflop = [&](int64_t accumulate) {
    config.accumulate = accumulate;
    double sum = 0;
    for (const ProfileRow& row : profile_of(config).rows) sum += row.gflop;
    return sum;
  };
  const double one = gflop(1);
  EXPECT_GT(one, 0);
  EXPECT_NEAR(gflop(3), 3 * one, 1e-12);
}

TEST(Profile, OfFewerPicturesThanAStepTakesWhatThereIs) {
  TrainConfig config = small_config();
  config.accumulate = 3;
  const TrainingProfile profile = profile_of(config, 2, 10);
  EXPECT_EQ(profile.batch_size, 8);
  EXPECT_EQ(profile.pictures_per_step, 10);
}

TEST(Profile, RefusesNoStepsAndNoPictures) {
  EXPECT_EQ(message_of([] { profile_of(small_config(), 0); }), "profile: expected one step or more, found 0");
  EXPECT_EQ(message_of([] { profile_of(small_config(), 1, 0); }), "profile: expected at least one picture, found none");
}

}  // namespace
}  // namespace fer
