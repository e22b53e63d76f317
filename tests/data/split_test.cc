// Parts with every class in each of them.
#include "fer/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/support/message.h"

namespace fer {
namespace {

using Rows = std::vector<int64_t>;

// Labels in an order that is not theirs.
Dataset of_classes(const std::vector<int>& counts) {
  Dataset data;
  data.height = data.width = 1;
  for (size_t left = 1; left > 0;) {
    left = 0;
    for (size_t c = 0; c < counts.size(); ++c) {
      const auto have = std::count(data.labels.begin(), data.labels.end(), static_cast<uint8_t>(c));
      if (have == counts[c]) continue;
      data.labels.push_back(static_cast<uint8_t>(c));
      ++left;
    }
  }
  data.pixels.resize(data.labels.size());
  data.usage.resize(data.labels.size(), Usage::kNone);
  return data;
}

Rows every_row(const Dataset& data) {
  Rows rows(static_cast<size_t>(data.size()));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

std::vector<int64_t> class_counts_in(const Dataset& data, const Rows& rows) {
  std::vector<int64_t> found(4);
  for (const int64_t row : rows) ++found[data.labels[static_cast<size_t>(row)]];
  return found;
}

TEST(StratifiedParts, HaveTheirShareOfEachClass) {
  const std::vector<int> sizes = {3990, 440, 40, 1};
  const Dataset data = of_classes(sizes);
  for (const uint64_t seed : {1, 2, 3}) {
    const auto parts = stratified_parts(data, every_row(data), {0.1, 0.25}, seed);
    ASSERT_EQ(parts.size(), 3u);
    EXPECT_EQ(parts[0].size(), 447u);
    EXPECT_EQ(parts[1].size(), 1118u);
    for (size_t c = 0; c < sizes.size(); ++c) {
      EXPECT_NEAR(class_counts_in(data, parts[0])[c], 0.1 * sizes[c], 2) << c;
      EXPECT_NEAR(class_counts_in(data, parts[1])[c], 0.25 * sizes[c], 2) << c;
    }
    Rows all;
    for (const Rows& part : parts) {
      EXPECT_TRUE(std::is_sorted(part.begin(), part.end()));
      all.insert(all.end(), part.begin(), part.end());
    }
    std::sort(all.begin(), all.end());
    EXPECT_EQ(all, every_row(data));
  }
}

TEST(StratifiedParts, AreDrawnByTheSeedAlone) {
  const Dataset data = of_classes({50, 30});
  EXPECT_EQ(stratified_parts(data, every_row(data), {0.2}, 7), stratified_parts(data, every_row(data), {0.2}, 7));
  EXPECT_NE(stratified_parts(data, every_row(data), {0.2}, 7), stratified_parts(data, every_row(data), {0.2}, 8));
  // A committed draw: the same on any machine.
  const Dataset few = of_classes({6, 4});
  EXPECT_EQ(stratified_parts(few, every_row(few), {0.3}, 42)[0].size(), 3u);
}

TEST(StratifiedParts, RefuseSharesThatAreNone) {
  const Dataset data = of_classes({5});
  EXPECT_EQ(message_of([&] { stratified_parts(data, every_row(data), {1.5}, 1); }),
            "share of a part, expected a number of 0 to 1, found 1.500000");
  EXPECT_EQ(message_of([&] {
              stratified_parts(data, every_row(data), {0.6, 0.6}, 1);
            }),
            "shares of parts, expected a sum of at most 1, found 1.200000");
}

TEST(StratifiedFolds, AreOfOneSizeAndHoldEachRowOnce) {
  const Dataset data = of_classes({23, 11, 3});
  const auto folds = stratified_folds(data, every_row(data), 5, 3);
  ASSERT_EQ(folds.size(), 5u);
  Rows all;
  for (const Rows& fold : folds) {
    EXPECT_NEAR(static_cast<double>(fold.size()), 37 / 5.0, 1);
    EXPECT_NEAR(class_counts_in(data, fold)[0], 23 / 5.0, 1);
    EXPECT_NEAR(class_counts_in(data, fold)[1], 11 / 5.0, 1);
    all.insert(all.end(), fold.begin(), fold.end());
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, every_row(data));
  EXPECT_EQ(message_of([&] { stratified_folds(data, every_row(data), 1, 3); }),
            "folds, expected 2 to 37, one row for each, found 1");
  EXPECT_NE(message_of([&] { stratified_folds(data, every_row(data), 38, 3); }), "");
}

}  // namespace
}  // namespace fer
