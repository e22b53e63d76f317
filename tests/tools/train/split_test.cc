#include "tools/train/split.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "fer/error.h"

namespace fer::cli {
namespace {

// Rows of 1x1 pictures: first `training` of Training, then PublicTest, then PrivateTest.
Dataset data_with(int training, int public_test, int private_test) {
  Dataset data;
  data.height = data.width = 1;
  const auto add = [&](int count, Usage usage) {
    for (int i = 0; i < count; ++i) {
      data.pixels.push_back(0);
      data.labels.push_back(static_cast<uint8_t>(data.labels.size() % 7));
      data.usage.push_back(usage);
    }
  };
  add(training, Usage::kTraining);
  add(public_test, Usage::kPublicTest);
  add(private_test, Usage::kPrivateTest);
  return data;
}

Dataset data_without_usage(int rows) {
  Dataset data = data_with(rows, 0, 0);
  std::fill(data.usage.begin(), data.usage.end(), Usage::kNone);
  return data;
}

TEST(ChooseRows, OfficialSplitNeverTouchesPrivateTest) {
  const TrainingRows rows = choose_rows(data_with(3, 2, 4), {}, "f.csv");
  EXPECT_EQ(rows.train, (std::vector<int64_t>{0, 1, 2}));
  EXPECT_EQ(rows.validation, (std::vector<int64_t>{3, 4}));
  EXPECT_EQ(rows.train_name, "Training");
  EXPECT_EQ(rows.validation_name, "PublicTest");
}

TEST(ChooseRows, RandomSplitTakesAllButPrivateTest) {
  const TrainingRows rows = choose_rows(data_with(60, 40, 50), {.official = false, .validation_share = 0.2}, "f.csv");
  EXPECT_EQ(rows.validation.size(), 20u);
  std::vector<int64_t> all = rows.train;
  all.insert(all.end(), rows.validation.begin(), rows.validation.end());
  std::sort(all.begin(), all.end());
  ASSERT_EQ(all.size(), 100u);
  EXPECT_EQ(all.front(), 0);
  EXPECT_EQ(all.back(), 99);
}

TEST(ChooseRows, AFileWithoutUsageFallsBackToRandomAndSaysSo) {
  const TrainingRows rows = choose_rows(data_without_usage(100), {}, "train.csv");
  EXPECT_EQ(rows.train.size(), 90u);
  EXPECT_EQ(rows.validation.size(), 10u);
  EXPECT_NE(rows.note.find("train.csv: no Usage column"), std::string::npos);
}

TEST(ChooseRows, RefusesAnOfficialSplitThatTheUserAskedForAndTheFileHasNot) {
  EXPECT_THROW(choose_rows(data_without_usage(100), {.official_asked = true}, "train.csv"), Error);
  EXPECT_THROW(choose_rows(data_with(10, 0, 5), {}, "f.csv"), Error);
  EXPECT_THROW(choose_rows(data_with(0, 5, 5), {}, "f.csv"), Error);
}

TEST(ChooseRows, ShareZeroMeansNoValidation) {
  const TrainingRows rows = choose_rows(data_with(5, 5, 5), {.official = false, .validation_share = 0}, "f.csv");
  EXPECT_EQ(rows.train.size(), 10u);
  EXPECT_TRUE(rows.validation.empty());
}

TEST(ChooseRows, LimitKeepsTheFirstRowsOfEachPart) {
  const TrainingRows rows = choose_rows(data_with(30, 20, 4), {.limit = 3}, "f.csv");
  EXPECT_EQ(rows.train, (std::vector<int64_t>{0, 1, 2}));
  EXPECT_EQ(rows.validation, (std::vector<int64_t>{30, 31, 32}));
}

TEST(ChooseRows, TheSeedDecidesTheRandomSplit) {
  const Dataset data = data_with(200, 0, 0);
  const SplitOptions one{.official = false, .seed = 1}, two{.official = false, .seed = 2};
  EXPECT_EQ(choose_rows(data, one, "f").validation, choose_rows(data, one, "f").validation);
  EXPECT_NE(choose_rows(data, one, "f").validation, choose_rows(data, two, "f").validation);
}

TEST(ClassCounts, CountsOnlyTheRowsGiven) {
  const Dataset data = data_with(14, 0, 0);
  EXPECT_EQ(class_counts(data, {0, 1, 7, 8, 13}, 7), (std::vector<int64_t>{2, 2, 0, 0, 0, 0, 1}));
}

}  // namespace
}  // namespace fer::cli
