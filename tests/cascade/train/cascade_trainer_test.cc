// Whole trainings of small windows.
#include "fer/cascade_trainer.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "cascade/train/backgrounds.h"
#include "cascade/train/stage_fit.h"
#include "fer/file.h"
#include "fer/threads.h"
#include "tests/cascade/random_cascade.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

constexpr int kSide = 10;

// A bright cross on noise.
Image cross(uint32_t seed) {
  Image image = random_picture(kSide, kSide, seed);
  for (int64_t y = 0; y < kSide; ++y) {
    for (int64_t x = 0; x < kSide; ++x) {
      uint8_t& pixel = image.pixels[static_cast<size_t>(y * kSide + x)];
      const bool on = (x >= 4 && x <= 5) || (y >= 4 && y <= 5);
      pixel = static_cast<uint8_t>(pixel / 3 + (on ? 160 : 20));
    }
  }
  return image;
}

// Crosses, and a folder with backgrounds.
class CascadeTrainer : public ::testing::Test {
 protected:
  CascadeTrainer() {
    for (uint32_t i = 0; i < 60; ++i) positives_.add(cross(i));
    for (uint32_t i = 0; i < 5; ++i) {
      const std::string path = folder_ / ("bg" + std::to_string(i) + ".png");
      write_file(path, encode_png(random_picture(60 + 7 * i, 80 + 5 * i, 100 + i)));
      backgrounds_.push_back(path);
    }
    training_ = {.width = kSide, .height = kSide, .positives = 50, .negatives = 60, .stages = 5};
    // One stump each, so that there is work for several stages.
    training_.parameters.max_weak_count = 1;
    training_.parameters.max_false_alarm = 0.3;
    training_.parameters.min_hit_rate = 0.98;
  }

  CascadeTrainingResult train(const std::string& name, const CascadeTrainingEvents& events = {}) const {
    return train_cascade(training_, positives_, backgrounds_, folder_ / name, events);
  }
  std::string file(const std::string& name) const { return content_of(folder_ / name); }

  TemporaryFolder folder_{in_memory()};
  SampleSet positives_{kSide, kSide, {}};
  std::vector<std::string> backgrounds_;
  CascadeTraining training_;
};

TEST_F(CascadeTrainer, FindsWhatItWasTrainedToFind) {
  for (const BoostType boost : {BoostType::kGentle, BoostType::kDiscrete, BoostType::kReal, BoostType::kLogit}) {
    training_.parameters.boost = boost;
    training_.parameters.max_weak_count = 20;
    const std::string name = boost_type_name(boost);
    const CascadeTrainingResult result = train(name);
    ASSERT_FALSE(result.cascade.stages.empty()) << name;
    EXPECT_EQ(read_cascade(folder_ / (name + "/cascade.xml")), result.cascade);
    const CascadeScanner scanner(result.cascade);
    size_t found = 0, wrong = 0;
    for (uint32_t i = 200; i < 240; ++i) {
      found += scanner.scan(cross(i), {.min_neighbours = 0}).size();
      wrong += scanner.scan(random_picture(kSide, kSide, i), {.min_neighbours = 0}).size();
    }
    EXPECT_GE(found, 30u) << name;
    EXPECT_LE(wrong, 10u) << name;
  }
}

TEST_F(CascadeTrainer, GivesTheSameBytesForAnyNumberOfThreadsAndMemory) {
  training_.parameters.mode = HaarMode::kAll;
  training_.parameters.max_depth = 2;
  train("a");
  for (const int threads : {1, 3}) {
    set_num_threads(threads);
    training_.order_bytes = threads == 1 ? 0 : 100'000;
    const std::string name = "t" + std::to_string(threads);
    train(name);
    for (const std::string one : {"/cascade.xml", "/stage0.xml", "/params.xml", "/backgrounds.txt"}) {
      EXPECT_EQ(file(name + one), file("a" + one)) << one;
    }
  }
  set_num_threads(0);
}

TEST_F(CascadeTrainer, GoesOnWithAStageAsIfItHadNotEnded) {
  const CascadeTrainingResult whole = train("whole");
  ASSERT_GE(whole.cascade.stages.size(), 2u);
  CascadeTrainingEvents events;
  events.stage_kept = [](int stage) {
    if (stage == 0) throw Error("killed");
  };
  EXPECT_THROW(train("cut", events), Error);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "cut/stage0.xml"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "cut/cascade.xml"));
  const CascadeTrainingResult resumed = train("cut");
  EXPECT_EQ(resumed.resumed_stages, 1);
  EXPECT_EQ(file("cut/cascade.xml"), file("whole/cascade.xml"));
  EXPECT_EQ(file("cut/backgrounds.txt"), file("whole/backgrounds.txt"));
}

TEST_F(CascadeTrainer, RefusesAFolderOfAnotherTraining) {
  train("a");
  training_.parameters.max_depth = 2;
  const std::string message = message_of([&] { train("a"); });
  expect_contains(message, "a/params.xml: the folder is of a training with <maxDepth>1</maxDepth>");
  expect_contains(message, "this one has <maxDepth>2</maxDepth>");
}

TEST_F(CascadeTrainer, SaysWhatItDoes) {
  std::vector<CascadeStageSamples> samples;
  std::vector<CascadeWeakFigures> trees;
  CascadeTrainingEvents events;
  events.samples_chosen = [&](const CascadeStageSamples& s) { samples.push_back(s); };
  events.tree_added = [&](const CascadeWeakFigures& f) { trees.push_back(f); };
  const CascadeTrainingResult result = train("a", events);
  ASSERT_GE(samples.size(), 3u);
  EXPECT_EQ(samples[0].positives_tried, 50);
  EXPECT_EQ(samples[0].negatives, 60);
  EXPECT_GE(samples[0].negatives_tried, 60);
  EXPECT_GT(samples[2].negatives_tried, samples[0].negatives_tried);
  for (const CascadeWeakFigures& f : trees) EXPECT_GE(f.hit_rate, 0.98);
  EXPECT_LT(trees.front().false_alarm, 1);
  EXPECT_EQ(trees.size(), result.cascade.stages.size());
}

TEST_F(CascadeTrainer, EndsWhereTheGoalIsReachedOrNothingIsLeft) {
  training_.stages = 30;
  training_.parameters.max_false_alarm = 0.5;
  training_.parameters.max_weak_count = 20;
  training_.acceptance_ratio_break = 0.2;
  EXPECT_EQ(train("break").end, CascadeTrainingEnd::kAcceptanceBreak);
  backgrounds_ = {folder_ / "small.png"};
  write_file(backgrounds_[0], encode_png(random_picture(9, 9, 1)));
  const CascadeTrainingResult none = train("none");
  EXPECT_EQ(none.end, CascadeTrainingEnd::kOutOfNegatives);
  EXPECT_TRUE(none.cascade.stages.empty());
}

TEST_F(CascadeTrainer, RefusesTooFewPositives) {
  training_.positives = 61;
  expect_contains(message_of([&] { train("a"); }), "stage 0: expected 61 positives");
  backgrounds_.push_back(folder_ / "none.png");
  training_.positives = 50;
  training_.negatives = 100000;
  expect_contains(message_of([&] { train("b"); }), "none.png");
}

TEST_F(CascadeTrainer, SearchesBackgroundsInOrderAndGoesOnWhereItEnded) {
  const std::vector<HaarFeature> features;
  const std::vector<CascadeStage> stages;
  const cascade::WindowTest test(kSide, kSide, features, stages);
  const auto mined = [&](std::vector<int64_t> pieces) {
    cascade::BackgroundPlace place;
    std::vector<uint8_t> found;
    for (const int64_t piece : pieces) cascade::mine(backgrounds_, test, piece, 0, place, found, {});
    return found;
  };
  const std::vector<uint8_t> all = mined({2000});
  EXPECT_EQ(all.size(), 2000u * kSide * kSide);
  EXPECT_EQ(mined({1, 7, 992, 1000}), all);
  // The first window is the whole first picture's upper left, at the size in which it fits.
  const cascade::Grey first = cascade::resized_exactly(cascade::grey_of(read_image(backgrounds_[0])), 13, 10);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) EXPECT_EQ(all[static_cast<size_t>(y * kSide + x)], first.row(y)[x]);
  }
}

TEST(StageRates, KeepTheHitRateAndCountWhatPasses) {
  const std::vector<double> sums = {5, 4, 3, 2, 1, 4.5, 2.5, 0.5};
  const std::vector<int8_t> labels = {1, 1, 1, 1, 1, -1, -1, -1};
  const cascade::StageRates all = cascade::stage_rates(sums, labels, 1);
  EXPECT_EQ(all.threshold, 1);
  EXPECT_EQ(all.hit_rate, 1);
  EXPECT_NEAR(all.false_alarm, 2.0 / 3, 1e-12);
  const cascade::StageRates most = cascade::stage_rates(sums, labels, 0.5);
  EXPECT_EQ(most.threshold, 3);
  EXPECT_NEAR(most.hit_rate, 0.6, 1e-12);
  EXPECT_NEAR(most.false_alarm, 1.0 / 3, 1e-12);
}

}  // namespace
}  // namespace fer
