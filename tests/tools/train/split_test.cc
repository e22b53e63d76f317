#include "tools/train/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "fer/error.h"
#include "fer/sources.h"

namespace fer::cli {
namespace {

// Rows of 1x1 pictures: first `training` of Training, then PublicTest, then PrivateTest.
Dataset data_with(int training, int public_test, int private_test) {
  Dataset data;
  data.height = data.width = 1;
  data.class_names = fer2013_class_names();
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
  ASSERT_EQ(rows.notes.size(), 1u);
  EXPECT_NE(rows.notes[0].find("train.csv: no Usage column"), std::string::npos);
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

TEST(ChooseRows, LimitTakesAsManyOfEveryClassFromAFileToo) {
  const TrainingRows rows = choose_rows(data_with(30, 20, 4), {.limit = 3}, "f.csv");
  EXPECT_EQ(rows.train, (std::vector<int64_t>{0, 1, 2}));
  EXPECT_EQ(rows.validation, (std::vector<int64_t>{30, 35, 36})) << "of classes 0, 1 and 2";
  ASSERT_EQ(rows.notes.size(), 4u);
  EXPECT_EQ(rows.notes[0], "f.csv: --limit 3: pictures of Training taken evenly from all 7 classes");
  EXPECT_EQ(rows.notes[2], "f.csv: Training has no picture of happy, sad, surprise, neutral");
  // As runs had it that were begun before.
  for (const LimitRule rule : {LimitRule::kFirst, LimitRule::kEvenlyInFolders}) {
    EXPECT_EQ(choose_rows(data_with(30, 20, 4), {.limit = 3, .limit_rule = rule}, "f.csv").validation,
              (std::vector<int64_t>{30, 31, 32}));
  }
}

// As a folder gives them: class by class.
Dataset folder_with(int of_class_0, int of_class_1, int of_class_2) {
  Dataset data;
  data.height = data.width = 1;
  const auto add = [&](int count, uint8_t label) {
    for (int i = 0; i < count; ++i) {
      data.pixels.push_back(0);
      data.labels.push_back(label);
      data.usage.push_back(Usage::kNone);
      data.files.push_back("f");
    }
  };
  add(of_class_0, 0);
  add(of_class_1, 1);
  add(of_class_2, 2);
  return data;
}

TEST(ChooseRows, LimitOfAFolderTakesAsManyOfEveryClassAndSaysSo) {
  const Dataset data = folder_with(40, 30, 2);
  const SplitOptions options{.validation_share = 0, .limit = 12};
  const TrainingRows rows = choose_rows(data, options, "faces");
  EXPECT_EQ(class_counts(data, rows.train, 3), (std::vector<int64_t>{5, 5, 2})) << "of the third there are no more";
  EXPECT_TRUE(std::is_sorted(rows.train.begin(), rows.train.end()));
  ASSERT_EQ(rows.notes.size(), 2u);
  EXPECT_EQ(rows.notes[1], "faces: --limit 12: pictures of random 100 % taken evenly from all 3 classes");
}

TEST(ChooseRows, LimitOfAFolderHoldsForBothPartsAndLeavesSmallOnesAlone) {
  const Dataset data = folder_with(40, 40, 40);
  const TrainingRows rows = choose_rows(data, {.validation_share = 0.1, .limit = 12}, "faces");
  EXPECT_EQ(class_counts(data, rows.train, 3), (std::vector<int64_t>{4, 4, 4}));
  EXPECT_EQ(rows.validation.size(), 12u);
  const TrainingRows all = choose_rows(data, {.limit = 500}, "faces");
  EXPECT_EQ(all.train.size(), 108u);
  EXPECT_EQ(all.notes.size(), 1u) << "of the random split alone";
}

TEST(ChooseRows, LimitOfAFolderAsTheFirstVersionHadIt) {
  const TrainingRows rows = choose_rows(folder_with(40, 30, 2),
                                        {.validation_share = 0, .limit = 3, .limit_rule = LimitRule::kFirst}, "faces");
  EXPECT_EQ(rows.train, (std::vector<int64_t>{0, 1, 2}));
}

TEST(ChooseRows, SaysThatTheFirstRowsOfAFileAreOfOneClass) {
  Dataset data = folder_with(40, 30, 2);
  data.files.clear();
  const TrainingRows rows = choose_rows(
      data, {.official = false, .validation_share = 0, .limit = 3, .limit_rule = LimitRule::kEvenlyInFolders}, "f.csv");
  EXPECT_EQ(rows.train, (std::vector<int64_t>{0, 1, 2}));
  ASSERT_EQ(rows.notes.size(), 1u);
  EXPECT_EQ(rows.notes[0], "f.csv: --limit 3: the first rows of random 100 % are all of one class");
}

TEST(ChooseRows, TheSeedDecidesTheRandomSplit) {
  const Dataset data = data_with(200, 0, 0);
  const SplitOptions one{.official = false, .seed = 1}, two{.official = false, .seed = 2};
  EXPECT_EQ(choose_rows(data, one, "f").validation, choose_rows(data, one, "f").validation);
  EXPECT_NE(choose_rows(data, one, "f").validation, choose_rows(data, two, "f").validation);
}

TEST(ChooseRows, AnyPartsTrainAndValidate) {
  const Dataset data = data_with(3, 2, 4);
  const TrainingRows rows = choose_rows(data,
                                        {.official_asked = true,
                                         .train_usages = {Usage::kTraining, Usage::kPublicTest},
                                         .validation_usages = {Usage::kPrivateTest}},
                                        "f.csv");
  EXPECT_EQ(rows.train, (std::vector<int64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(rows.validation, (std::vector<int64_t>{5, 6, 7, 8}));
  EXPECT_EQ(rows.train_name, "Training+PublicTest");
  const TrainingRows none = choose_rows(data, {.official_asked = true, .validation_usages = {}}, "f.csv");
  EXPECT_TRUE(none.validation.empty());
  EXPECT_EQ(none.validation_name, "none");
  EXPECT_THROW(
      choose_rows(data_with(3, 2, 0), {.official_asked = true, .validation_usages = {Usage::kPrivateTest}}, "f"),
      Error);
}

TEST(ChooseRows, ARandomSplitGivesEveryPartItsShareOfEachClass) {
  const Dataset data = folder_with(100, 50, 10);
  const TrainingRows rows = choose_rows(data, {.official = false, .validation_share = 0.2, .test_share = 0.1}, "f");
  EXPECT_EQ(rows.test.size(), 16u);
  EXPECT_EQ(rows.validation.size(), 32u);
  EXPECT_EQ(rows.train.size(), 112u);
  EXPECT_EQ(class_counts(data, rows.test, 3), (std::vector<int64_t>{10, 5, 1}));
  EXPECT_EQ(class_counts(data, rows.validation, 3), (std::vector<int64_t>{20, 10, 2}));
  EXPECT_EQ(rows.test_name, "random 10 % for testing");
  EXPECT_EQ(rows.train_name, "random 70 %");
  std::vector<int64_t> all = rows.train;
  all.insert(all.end(), rows.validation.begin(), rows.validation.end());
  all.insert(all.end(), rows.test.begin(), rows.test.end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::unique(all.begin(), all.end()) - all.begin(), 160);
  // As runs had it that were begun before.
  const TrainingRows plain = choose_rows(data, {.official = false, .validation_share = 0.2, .stratified = false}, "f");
  std::vector<int64_t> candidates(160);
  std::iota(candidates.begin(), candidates.end(), 0);
  EXPECT_EQ(plain.validation, random_split(candidates, 0.2, 42).validation);
}

TEST(ChooseRows, FoldsHoldOutEachPictureOnce) {
  const Dataset data = folder_with(40, 30, 10);
  std::vector<int64_t> held_out;
  for (int64_t fold = 1; fold <= 4; ++fold) {
    const TrainingRows rows = choose_rows(data, {.official = false, .folds = 4, .fold = fold}, "f");
    EXPECT_EQ(rows.validation.size(), 20u);
    EXPECT_EQ(rows.train.size(), 60u);
    EXPECT_EQ(rows.validation_name, "fold " + std::to_string(fold) + " of 4");
    for (const int64_t n : class_counts(data, rows.validation, 3)) EXPECT_GE(n, 2);
    held_out.insert(held_out.end(), rows.validation.begin(), rows.validation.end());
  }
  std::sort(held_out.begin(), held_out.end());
  for (int64_t i = 0; i < 80; ++i) ASSERT_EQ(held_out[static_cast<size_t>(i)], i);
  EXPECT_THROW(choose_rows(folder_with(1, 1, 0), {.official = false, .folds = 4, .fold = 1}, "f"), Error);
}

TEST(ChooseRows, APartWithoutAClassIsNoted) {
  const Dataset data = folder_with(40, 40, 1);
  const TrainingRows rows = choose_rows(data, {.official = false, .validation_share = 0.1}, "f");
  EXPECT_EQ(rows.notes.size(), 0u) << "the data have no names of classes";
  Dataset named = folder_with(40, 40, 1);
  named.class_names = {"a", "b", "c", "nowhere"};
  const TrainingRows again = choose_rows(named, {.official = false, .validation_share = 0.1}, "f");
  ASSERT_EQ(again.notes.size(), 1u);
  EXPECT_TRUE(again.notes[0] == "f: random 10 % has no picture of c" ||
              again.notes[0] == "f: random 90 % has no picture of c");
}

TEST(ClassCounts, CountsOnlyTheRowsGiven) {
  const Dataset data = data_with(14, 0, 0);
  EXPECT_EQ(class_counts(data, {0, 1, 7, 8, 13}, 7), (std::vector<int64_t>{2, 2, 0, 0, 0, 0, 1}));
}

// Three pictures of each class from each source: two of the classes are in both, the third is in the second alone.
TEST(ChooseRows, ALimitIsEvenOverClassesAndThenOverSources) {
  const auto source = [](const std::vector<std::string>& names) {
    Dataset data;
    data.height = data.width = 1;
    data.class_names = names;
    for (size_t i = 0; i < 3 * names.size(); ++i) {
      data.pixels.push_back(0);
      data.labels.push_back(static_cast<uint8_t>(i / 3));
      data.usage.push_back(Usage::kTraining);
    }
    return data;
  };
  std::vector<Dataset> parts = {source({"happy", "sad"}), source({"happy", "sad", "neutral"})};
  const Dataset data = join_sources(std::move(parts), {"a", "b"}, Shape({1, 1, 1}));
  SplitOptions options{.validation_usages = {}, .limit = 6};
  const TrainingRows rows = choose_rows(data, options, "a + b");
  // happy: 0 of a, 6 of b; sad: 3 of a, 9 of b; neutral: 12 and 13 of b.
  EXPECT_EQ(rows.train, (std::vector<int64_t>{0, 3, 6, 9, 12, 13}));
  EXPECT_EQ(rows.notes.back(),
            "a + b: --limit 6: pictures of Training taken evenly from all 3 classes, and for each from all sources "
            "that have it");
  options.limit_rule = LimitRule::kEvenly;  // a run begun before goes on with its pictures
  EXPECT_EQ(choose_rows(data, options, "a + b").train, (std::vector<int64_t>{0, 1, 3, 4, 12, 13}));
}

}  // namespace
}  // namespace fer::cli
