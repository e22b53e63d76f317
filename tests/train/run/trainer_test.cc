#include <gtest/gtest.h>

#include <cmath>

#include "tests/train/small_run.h"

namespace fer {
namespace {

TEST(Fit, RefusesDataThatDoesNotFitTheNetwork) {
  const SmallRun run;
  Trainer trainer(small_network(), small_config());
  EXPECT_EQ(message_of([&] { trainer.fit(run.data, {}, run.validation); }),
            "training: expected at least one picture, found none");
  EXPECT_EQ(message_of([&] { trainer.fit(run.data, numbers(85, 95), {}); }),
            "training: expected rows from 0 to 89, found 90");
  Dataset wide = run.data;
  wide.width = 9;
  wide.height = 2;
  wide.channels = 2;
  EXPECT_EQ(message_of([&] { trainer.fit(wide, run.train, {}); }),
            "data set: expected pictures [6, 6, 1], the network's input, found pictures [2, 9, 2]");
  Dataset points = run.data;
  points.values.assign(points.pixels.begin(), points.pixels.end());
  points.pixels.clear();
  points.width = 12;
  points.height = 3;
  EXPECT_EQ(message_of([&] { trainer.fit(points, run.train, {}); }),
            "data set: expected pictures [6, 6, 1], the network's input, found landmarks [3, 12, 1]");
  Dataset odd = run.data;
  odd.labels[75] = 3;
  EXPECT_EQ(message_of([&] { trainer.fit(odd, run.train, run.validation); }),
            "validation: row 75: expected a label below 3, found 3");
  odd.labels.pop_back();
  EXPECT_EQ(message_of([&] { trainer.fit(odd, run.train, {}); }), "data set: expected 90 labels, found 89");
  const std::vector<float> few(10, 0.5f);
  EXPECT_NE(message_of([&] { trainer.fit(run.data, run.train, {}, {}, few); }), "");
}

TEST(Fit, MixesPicturesOnlyAndWithTheCrossEntropyOnly) {
  TrainConfig config = small_config();
  config.mixing.mixup = 0.2;
  Dataset points = SmallRun().data;
  points.values.assign(points.pixels.begin(), points.pixels.end());
  points.pixels.clear();
  Trainer trainer(small_network(), config);
  EXPECT_EQ(message_of([&] { trainer.fit(points, numbers(0, 70), {}); }), "mixing: expected pictures, found landmarks");
  config.loss = Loss::kSquaredHinge;
  EXPECT_EQ(message_of([&] { Trainer(small_network(), config); }),
            "mixing: expected the loss cross_entropy for mixed targets, found squared_hinge");
}

// Of a picture and its partner with shares of 3/4 and 1/4, accuracy counts the picture's own class.
TEST(Fit, AccuracyUnderMixingCountsTheLargerShare) {
  TrainConfig config = small_config();
  config.epochs = 30;
  config.optimizer = Adam{.learning_rate = 0.01f};
  config.mixing.mixup = 1;
  config.early_stopping.enabled = false;
  const SmallRun run;
  Trainer trainer(small_network(), config);
  const EpochResult last = run.fit(trainer).epochs.back();
  EXPECT_GT(last.val_accuracy, 0.8);
  EXPECT_GT(last.accuracy, 0.6) << "far above a third: targets have not become unknown";
  EXPECT_LT(last.accuracy, last.val_accuracy);
  EXPECT_GT(last.loss, last.val_loss);
}

// A batch norm takes the moments of the one picture that a pass leaves over.
TEST(Trainer, RemarksOnALastBatchOfOnePicture) {
  TrainConfig config = small_config();
  const Trainer trainer(small_network(), config);
  ASSERT_EQ(trainer.remarks(73).size(), 1u);
  EXPECT_TRUE(trainer.remarks(73)[0].starts_with("73 training pictures in batches of 8 leave one over"))
      << trainer.remarks(73)[0];
  EXPECT_EQ(trainer.remarks(72).size(), 0u);
  EXPECT_EQ(trainer.remarks(74).size(), 0u);
  // A pass is cut into steps of 24, and their last batch has one picture too.
  config.accumulate = 3;
  EXPECT_EQ(Trainer(small_network(), config).remarks(73).size(), 1u);
  EXPECT_NE(trainer.remarks(73)[0].find("--merge-last"), std::string::npos);
  config.merge_last = true;
  EXPECT_EQ(Trainer(small_network(), config).remarks(73).size(), 0u);
  EXPECT_EQ(Trainer(small_network(), config).remarks(1).size(), 1u) << "there is no batch before it";
}

TEST(Trainer, HasNoRemarkWhereNoBatchNormLearns) {
  Network frozen = small_network();
  frozen.layers[1].frozen = true;
  EXPECT_EQ(Trainer(frozen, small_config()).remarks(73).size(), 0u);
  Network without({6, 6, 1}, {"a", "b", "c"});
  without.add(Flatten{}).add(Dense{.units = 3, .activation = Activation::kSoftmax});
  EXPECT_EQ(Trainer(without, small_config()).remarks(73).size(), 0u);
  // Of batches of one picture the user knows.
  TrainConfig single = small_config();
  single.batch_size = 1;
  EXPECT_EQ(Trainer(small_network(), single).remarks(73).size(), 0u);
}

TEST(Trainer, RefusesSoftTargetsThatAreNoDistributions) {
  const SmallRun run;
  const Trainer trainer(small_network(), small_config());
  std::vector<float> targets(static_cast<size_t>(run.data.size() * 3), 0.5f);
  EXPECT_EQ(message_of([&] { trainer.check(run.data, run.train, run.validation, targets); }), "");
  targets[7] = 1.5f;
  EXPECT_NE(message_of([&] {
              trainer.check(run.data, run.train, run.validation, targets);
            }).find("soft targets: row 2, class 1"),
            std::string::npos);
  targets.pop_back();
  EXPECT_NE(message_of([&] {
              trainer.check(run.data, run.train, run.validation, targets);
            }).find("soft targets: expected [90, 3]"),
            std::string::npos);
}

TEST(Trainer, RefusesNothingToTrainOn) {
  const SmallRun run;
  EXPECT_EQ(message_of([&] { Trainer(small_network(), small_config()).check(run.data, {}, run.validation); }),
            "training: expected at least one picture, found none");
}

}  // namespace
}  // namespace fer
