// Passes over weighted sources: how many pictures of each, which, and by what their changes are drawn.
#include "train/step/source_mix.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "data/batches.h"
#include "fer/sources.h"

namespace fer::train {
namespace {

Dataset part_of(int n) {
  Dataset data;
  data.height = data.width = 1;
  data.class_names = {"a"};
  data.pixels.resize(static_cast<size_t>(n));
  data.labels.resize(static_cast<size_t>(n));
  data.usage.resize(static_cast<size_t>(n), Usage::kNone);
  return data;
}

// 10 rows of one source and 4 of another.
Dataset joined() {
  std::vector<Dataset> parts;
  parts.push_back(part_of(10));
  parts.push_back(part_of(4));
  return join_sources(std::move(parts), {"a", "b"}, {1, 1, 1});
}

std::vector<int64_t> all_of(const Dataset& data) {
  std::vector<int64_t> rows(static_cast<size_t>(data.size()));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

TEST(SourceMix, WithoutWeightsIsAPassOverAllRows) {
  const Dataset data = joined();
  const std::vector<int64_t> rows = all_of(data);
  const TrainConfig config;
  const SourceMix mix(config, data, rows);
  EXPECT_EQ(mix.rows_per_pass(), 14);
  std::vector<int64_t> order, passes;
  mix.start_pass(3, order, passes);
  EXPECT_EQ(order, data::pass_order(rows, config.seed, 3));
  EXPECT_TRUE(passes.empty());
}

TEST(SourceMix, HasRoundWeightTimesRowsOfEachSource) {
  const Dataset data = joined();
  const std::vector<int64_t> rows = all_of(data);
  TrainConfig config;
  config.source_weights = {0.5, 2.6};
  const SourceMix mix(config, data, rows);
  EXPECT_EQ(mix.rows_per_pass(), 5 + 10);
  EXPECT_EQ(pictures_per_pass(config, data, rows), 15);
  std::map<int64_t, int> seen;
  std::set<std::pair<int64_t, int64_t>> keys;
  std::vector<int64_t> order, passes;
  for (int64_t pass = 0; pass < 4; ++pass) {
    mix.start_pass(pass, order, passes);
    ASSERT_EQ(order.size(), 15u);
    ASSERT_EQ(passes.size(), 15u);
    EXPECT_EQ(std::count_if(order.begin(), order.end(), [](int64_t row) { return row < 10; }), 5);
    for (size_t i = 0; i < order.size(); ++i) {
      ++seen[order[i]];
      EXPECT_TRUE(keys.emplace(order[i], passes[i]).second) << "changed in the same way twice";
    }
  }
  // 20 of 10 rows and 40 of 4: each equally often.
  for (const auto& [row, count] : seen) EXPECT_EQ(count, row < 10 ? 2 : 10) << row;
}

TEST(SourceMix, IsAFunctionOfSeedAndPass) {
  const Dataset data = joined();
  const std::vector<int64_t> rows = all_of(data);
  TrainConfig config;
  config.source_weights = {1, 3};
  std::vector<int64_t> one, other, passes;
  SourceMix(config, data, rows).start_pass(7, one, passes);
  const SourceMix again(config, data, rows);
  again.start_pass(2, other, passes);
  EXPECT_NE(one, other);
  again.start_pass(7, other, passes);
  EXPECT_EQ(one, other) << "whatever came before";
  config.seed = 43;
  SourceMix(config, data, rows).start_pass(7, other, passes);
  EXPECT_NE(one, other);
}

TEST(SourceMix, ASourceThatHasRowsHasAtLeastOneInAPass) {
  const Dataset data = joined();
  TrainConfig config;
  config.source_weights = {1, 0.001};
  EXPECT_EQ(pictures_per_pass(config, data, all_of(data)), 11);
  EXPECT_EQ(pictures_per_pass(config, data, std::vector<int64_t>{0, 1, 2}), 3) << "none of b is for training";
}

}  // namespace
}  // namespace fer::train
