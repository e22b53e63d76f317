#include "fer/dataset.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "fer/error.h"

namespace fer {
namespace {

std::vector<int64_t> some_rows(int64_t n) {
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < n; ++i) rows.push_back(3 * i + 1);
  return rows;
}

TEST(Split, PutsEveryRowInExactlyOnePart) {
  for (const int64_t n : {0, 1, 2, 7, 1000}) {
    const auto rows = some_rows(n);
    const Split split = random_split(rows, 0.25, 1);
    std::vector<int64_t> all = split.train;
    all.insert(all.end(), split.validation.begin(), split.validation.end());
    std::sort(all.begin(), all.end());
    EXPECT_EQ(all, rows);
  }
}

TEST(Split, RoundsTheShareToTheNearestRow) {
  EXPECT_EQ(random_split(some_rows(10), 0.1, 1).validation.size(), 1u);
  EXPECT_EQ(random_split(some_rows(10), 0.14, 1).validation.size(), 1u);
  EXPECT_EQ(random_split(some_rows(10), 0.15, 1).validation.size(), 2u);
  EXPECT_EQ(random_split(some_rows(10), 0.0, 1).validation.size(), 0u);
  EXPECT_EQ(random_split(some_rows(10), 1.0, 1).train.size(), 0u);
  EXPECT_EQ(random_split(some_rows(35887), 0.2, 1).validation.size(), 7177u);
}

TEST(Split, IsAFunctionOfItsSeed) {
  const auto rows = some_rows(500);
  const Split a = random_split(rows, 0.2, 42), b = random_split(rows, 0.2, 42), c = random_split(rows, 0.2, 43);
  EXPECT_EQ(a.train, b.train);
  EXPECT_EQ(a.validation, b.validation);
  EXPECT_NE(a.validation, c.validation);
}

TEST(Split, KeepsTheOrderOfTheRows) {
  const Split split = random_split(some_rows(300), 0.5, 9);
  EXPECT_TRUE(std::is_sorted(split.train.begin(), split.train.end()));
  EXPECT_TRUE(std::is_sorted(split.validation.begin(), split.validation.end()));
}

// Each row is held out in about a quarter of the seeds: 400 draws of share 1/4 lie within 5 standard deviations of 100.
TEST(Split, FavoursNoRow) {
  const auto rows = some_rows(40);
  std::vector<int> held_out(200);
  for (uint64_t seed = 0; seed < 400; ++seed) {
    for (const int64_t row : random_split(rows, 0.25, seed).validation) ++held_out[static_cast<size_t>(row)];
  }
  for (const int64_t row : rows) EXPECT_NEAR(held_out[static_cast<size_t>(row)], 100, 5 * 8.7) << row;
}

TEST(Split, RefusesAShareOutside0To1) {
  for (const double share : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THROW(random_split(some_rows(4), share, 1), Error) << share;
  }
}

TEST(Split, FindsRowsByUsage) {
  Dataset data;
  data.usage = {Usage::kTraining, Usage::kPublicTest, Usage::kTraining, Usage::kPrivateTest};
  EXPECT_EQ(rows_with_usage(data, Usage::kTraining), (std::vector<int64_t>{0, 2}));
  EXPECT_EQ(rows_with_usage(data, Usage::kPrivateTest), (std::vector<int64_t>{3}));
  EXPECT_TRUE(rows_with_usage(data, Usage::kNone).empty());
}

TEST(Split, NamesUsagesAndClassesAsFer2013Does) {
  EXPECT_STREQ(usage_name(Usage::kTraining), "Training");
  EXPECT_STREQ(usage_name(Usage::kPublicTest), "PublicTest");
  EXPECT_STREQ(usage_name(Usage::kPrivateTest), "PrivateTest");
  ASSERT_EQ(fer2013_class_names().size(), 7u);
  EXPECT_EQ(fer2013_class_names()[3], "happy");
  EXPECT_EQ(fer2013_class_names()[6], "neutral");
}

}  // namespace
}  // namespace fer
