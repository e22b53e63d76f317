#include "train/step/training_batches.h"

#include <gtest/gtest.h>

#include <set>

#include "data/batches.h"
#include "data/mixing.h"
#include "tests/train/small_run.h"

namespace fer::train {
namespace {

class Batches : public ::testing::Test {
 protected:
  TrainingBatches batches(TrainConfig& config) { return TrainingBatches(config, inputs_, network_); }
  // The first pixels of a step's pictures, batch by batch.
  static std::vector<std::vector<float>> pictures_of(TrainingBatches& batches, int64_t step) {
    std::vector<std::vector<float>> found;
    batches.start_step(step);
    for (int64_t batch = 0; batch < batches.batches(); ++batch) {
      batches.fill(batch);
      for (int64_t i = 0; i < batches.count(); ++i) {
        const auto picture = batches.pictures().subspan(i * 36, 36);
        found.emplace_back(picture.begin(), picture.end());
      }
    }
    return found;
  }

  SmallRun run_;
  Network network_ = small_network();
  RunInputs inputs_{.data = run_.data, .train = run_.train, .validation = {}, .targets = {}};
};

TEST_F(Batches, OfAPassHaveEveryRowOnce) {
  TrainConfig config = small_config();
  TrainingBatches b = batches(config);
  EXPECT_EQ(b.steps_per_pass(), 9);
  EXPECT_EQ(b.steps_per_epoch(), 9);
  for (const int64_t pass : {0, 1}) {
    std::multiset<std::vector<float>> seen;
    for (int64_t step = 9 * pass; step < 9 * pass + 9; ++step) {
      for (auto& picture : pictures_of(b, step)) seen.insert(picture);
      EXPECT_EQ(b.step_count(), step % 9 == 8 ? 6 : 8);
    }
    EXPECT_EQ(seen.size(), 70u);
    EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), 70u);
  }
}

// 70 rows in batches of 23 are three and one picture.
TEST_F(Batches, TakeTheOnePictureThatIsLeftOver) {
  for (const int64_t accumulate : {1, 2, 3}) {
    TrainConfig config = small_config();
    config.batch_size = 23;
    config.accumulate = accumulate;
    EXPECT_EQ(batches(config).largest_batch(), 23);
    config.merge_last = true;
    TrainingBatches b = batches(config);
    EXPECT_EQ(b.largest_batch(), 24);
    ASSERT_EQ(b.steps_per_pass(), accumulate == 1 ? 3 : accumulate == 2 ? 2 : 1);
    std::multiset<std::vector<float>> seen;
    std::multiset<int64_t> counts;
    for (int64_t step = 0; step < b.steps_per_pass(); ++step) {
      for (auto& picture : pictures_of(b, step)) seen.insert(picture);
      for (int64_t batch = 0; batch < b.batches(); ++batch) {
        b.fill(batch);
        counts.insert(b.count());
      }
    }
    EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), 70u);
    EXPECT_EQ(counts, (std::multiset<int64_t>{23, 23, 24}));
  }
  // Two that are left over are a batch, and one alone has none before it.
  TrainConfig config = small_config();
  config.merge_last = true;
  config.batch_size = 17;
  EXPECT_EQ(batches(config).largest_batch(), 17);
  run_.train.resize(1);
  inputs_.train = run_.train;
  EXPECT_EQ(batches(config).steps_per_pass(), 1);
}

TEST_F(Batches, AreAFunctionOfTheStepAlone) {
  TrainConfig config = small_config();
  TrainingBatches one = batches(config), other = batches(config);
  const auto wanted = pictures_of(one, 13);
  pictures_of(other, 25);
  EXPECT_EQ(pictures_of(other, 13), wanted);
  EXPECT_NE(pictures_of(other, 4), wanted) << "the passes are in one order";
  config.seed = 43;
  TrainingBatches third = batches(config);
  EXPECT_NE(pictures_of(third, 13), wanted);
}

TEST_F(Batches, OfAnAccumulatedStepAreThoseOfOneLargeBatch) {
  TrainConfig config = small_config();
  config.batch_size = 24;
  TrainingBatches large = batches(config);
  TrainConfig parts = small_config();
  parts.accumulate = 3;
  TrainingBatches small = batches(parts);
  EXPECT_EQ(small.steps_per_pass(), large.steps_per_pass());
  for (int64_t step = 0; step < 3; ++step) {
    EXPECT_EQ(pictures_of(small, step), pictures_of(large, step));
    EXPECT_EQ(small.batches(), 3);
    EXPECT_EQ(large.batches(), 1);
    EXPECT_EQ(small.step_count(), step == 2 ? 22 : 24);
  }
}

TEST_F(Batches, CarryTargetsAndClassWeights) {
  TrainConfig config = small_config();
  config.class_weights = {2, 0, 1};
  config.label_smoothing = 0.3;
  TrainingBatches b = batches(config);
  b.start_step(0);
  b.fill(0);
  ASSERT_EQ(b.weights().size(), 8u);
  for (int64_t i = 0; i < 8; ++i) {
    const auto target = b.targets().subspan(i * 3, 3);
    const int64_t label = std::max_element(target.begin(), target.end()) - target.begin();
    for (int64_t k = 0; k < 3; ++k) EXPECT_NEAR(target[k], k == label ? 0.8 : 0.1, 1e-6);
    EXPECT_EQ(b.weights()[i], config.class_weights[label]);
  }
}

TEST_F(Batches, TakeSoftTargetsInPlaceOfLabels) {
  std::vector<float> targets(static_cast<size_t>(run_.data.size() * 3), 0.25f);
  targets[5 * 3 + 1] = 0.5f;
  inputs_.targets = targets;
  std::vector<float> out(3);
  EXPECT_EQ(fill_target(inputs_, 5, 0, out), 1);
  EXPECT_EQ(out, (std::vector<float>{0.25f, 0.5f, 0.25f}));
  EXPECT_EQ(fill_target(inputs_, 6, 0, out), 0) << "of equals the first";
}

// A distribution that says which row it is of.
RowTable teacher_of(const SmallRun& run) {
  RowTable table(run.train, run.data.size(), 3);
  for (const int64_t row : run.train) {
    const float p = static_cast<float>(row) / 128;
    table[row][0] = p;
    table[row][1] = (1 - p) / 2;
    table[row][2] = (1 - p) / 2;
  }
  return table;
}

TEST_F(Batches, MixTheTeachersAnswerIntoTheSmoothedLabel) {
  TrainConfig config = small_config();
  config.label_smoothing = 0.3;
  config.class_weights = {2, 0.5, 1};
  config.teacher.weight = 0.25;
  const RowTable teacher = teacher_of(run_);
  inputs_.teacher = &teacher;
  TrainingBatches b = batches(config);
  const std::vector<int64_t> order = data::pass_order(run_.train, 42, 1);
  b.start_step(9 + 2);
  b.fill(0);
  for (int64_t i = 0; i < 8; ++i) {
    const int64_t row = order[16 + i], label = row % 3;
    for (int64_t k = 0; k < 3; ++k) {
      const double smoothed = k == label ? 0.8 : 0.1;
      EXPECT_NEAR(b.targets()[i * 3 + k], 0.75 * smoothed + 0.25 * teacher[row][k], 1e-6) << row;
    }
    EXPECT_EQ(b.weights()[i], config.class_weights[label]) << "the weight is the label's";
  }
  // Soft targets take the label's place.
  std::vector<float> soft(static_cast<size_t>(run_.data.size() * 3), 0.25f);
  for (size_t i = 2; i < soft.size(); i += 3) soft[i] = 0.5f;
  inputs_.targets = soft;
  config.label_smoothing = 0;
  b.fill(0);
  for (int64_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(b.targets()[k], 0.75 * (k == 2 ? 0.5 : 0.25) + 0.25 * teacher[order[16]][k], 1e-6);
  }
}

// What steps are made of without mixing, and with it.
struct Mixed {
  std::vector<std::vector<float>> pictures, targets;
  std::vector<float> weights;
};

class MixedBatches : public Batches {
 protected:
  Mixed batch_of(TrainConfig& config, int64_t step) {
    TrainingBatches b = batches(config);
    b.start_step(step);
    b.fill(0);
    Mixed found;
    for (int64_t i = 0; i < b.count(); ++i) {
      const auto picture = b.pictures().subspan(i * 36, 36), target = b.targets().subspan(i * 3, 3);
      found.pictures.emplace_back(picture.begin(), picture.end());
      found.targets.emplace_back(target.begin(), target.end());
    }
    found.weights.assign(b.weights().begin(), b.weights().end());
    return found;
  }

  // The rows of the first pass, in the order of training.
  std::vector<int64_t> rows_ = data::pass_order(run_.train, 42, 0);
};

TEST_F(MixedBatches, JoinPicturesTargetsAndWeightsWithTheOneBefore) {
  TrainConfig config = small_config();
  config.label_smoothing = 0.25;
  config.class_weights = {1, 2, 4};
  config.augmentation.horizontal_flip = true;
  const Mixed plain = batch_of(config, 2);
  for (const Mixing& mixing : {Mixing{.mixup = 0.7}, Mixing{.cutmix = 1}, Mixing{.mixup = 1, .cutmix = 1}}) {
    config.mixing = mixing;
    const Mixed found = batch_of(config, 2);
    int changed = 0;
    for (size_t i = 0; i < 8; ++i) {
      const size_t before = (i + 7) % 8;
      const data::Mix mix = data::draw_mix(mixing, {6, 6, 1}, {.seed = 42, .pass = 0, .row = rows_[16 + i]});
      const auto blended = [&](float own, float other) {
        return static_cast<float>(mix.share) * own + static_cast<float>(1 - mix.share) * other;
      };
      std::vector<float> picture = plain.pictures[i];
      data::mix_picture(mix, {6, 6, 1}, plain.pictures[before], picture);
      EXPECT_EQ(found.pictures[i], picture) << i;
      for (size_t k = 0; k < 3; ++k) {
        EXPECT_FLOAT_EQ(found.targets[i][k], blended(plain.targets[i][k], plain.targets[before][k])) << i;
      }
      EXPECT_FLOAT_EQ(found.weights[i], blended(plain.weights[i], plain.weights[before])) << i;
      changed += found.pictures[i] != plain.pictures[i];
    }
    EXPECT_GT(changed, 3);
  }
}

TEST_F(MixedBatches, JoinTargetsThatHaveTheTeachersAnswer) {
  TrainConfig config = small_config();
  const RowTable teacher = teacher_of(run_);
  inputs_.teacher = &teacher;
  const Mixed plain = batch_of(config, 2);
  config.mixing.mixup = 0.7;
  const Mixed found = batch_of(config, 2);
  for (size_t i = 0; i < 8; ++i) {
    const double share = data::draw_mix(config.mixing, {6, 6, 1}, {.seed = 42, .pass = 0, .row = rows_[16 + i]}).share;
    for (size_t k = 0; k < 3; ++k) {
      EXPECT_NEAR(found.targets[i][k], share * plain.targets[i][k] + (1 - share) * plain.targets[(i + 7) % 8][k], 1e-6);
    }
  }
}

TEST_F(MixedBatches, ABatchOfOnePictureStaysAsItIs) {
  TrainConfig config = small_config();
  config.batch_size = 69;
  const Mixed plain = batch_of(config, 1);
  config.mixing.mixup = 1;
  const Mixed found = batch_of(config, 1);
  ASSERT_EQ(found.pictures.size(), 1u);
  for (size_t p = 0; p < 36; ++p) EXPECT_NEAR(found.pictures[0][p], plain.pictures[0][p], 1e-6);
}

// 4 epochs of 9 steps.
TEST_F(MixedBatches, TheLastEpochsAreNeitherMixedNorErased) {
  TrainConfig plain = small_config(), config = plain;
  config.mixing.mixup = 1;
  config.augmentation.erasing = 1;
  config.no_mixing_epochs = 1;
  for (const int64_t step : {0, 26, 27, 35}) {
    const Mixed found = batch_of(config, step), expected = batch_of(plain, step);
    EXPECT_EQ(found.pictures == expected.pictures, step >= 27) << step;
    EXPECT_EQ(found.targets == expected.targets, step >= 27) << step;
  }
}

}  // namespace
}  // namespace fer::train
