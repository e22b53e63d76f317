// The search against trying every threshold of every feature, and what it stands on.
#include "cascade/train/split_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "cascade/train/sample_order.h"
#include "fer/cascade_trainer.h"
#include "fer/threads.h"
#include "tests/cascade/random_cascade.h"
#include "tests/cascade/slow_sums.h"

namespace fer::cascade {
namespace {

constexpr int kWidth = 7, kHeight = 6;

SampleTable table_of(size_t count) {
  SampleTable table(kWidth, kHeight, true, count);
  for (size_t i = 0; i < count; ++i) table.set(i, random_picture(kHeight, kWidth, static_cast<uint32_t>(i)).pixels);
  return table;
}

// Weights and targets at random; every fifth sample has none.
std::vector<Weighted> samples_of(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<Weighted> samples(count);
  for (size_t i = 0; i < count; ++i) {
    if (i % 5 == 0) continue;
    samples[i].w = static_cast<double>(1 + random() % 100) / 1000;
    samples[i].wy = random() % 2 == 0 ? samples[i].w : -samples[i].w;
  }
  return samples;
}

double quality_of(Weighted l, Weighted r, Criterion criterion) {
  if (criterion == Criterion::kErrors) return std::abs(l.wy - r.wy);
  return l.wy * l.wy / l.w + r.wy * r.wy / r.w;
}

// Every value of every feature as a threshold.
double exhaustive_best(const SampleTable& table, const std::vector<HaarFeature>& features,
                       const std::vector<Weighted>& samples, Criterion criterion) {
  double best = 0;
  for (const HaarFeature& feature : features) {
    for (size_t t = 0; t < samples.size(); ++t) {
      Weighted l, r;
      for (size_t i = 0; i < samples.size(); ++i) {
        Weighted& side = table.value(feature, i) < table.value(feature, t) ? l : r;
        side.w += samples[i].w;
        side.wy += samples[i].wy;
      }
      if (l.w > 0 && r.w > 0) best = std::max(best, quality_of(l, r, criterion));
    }
  }
  return best;
}

TEST(SampleTable, HasTheValueThatLoopsOverPixelsGive) {
  const size_t count = 19;  // no whole number of vectors
  const SampleTable table = table_of(count);
  std::vector<float> values(table.padded());
  for (const HaarFeature& feature : haar_features(kWidth, kHeight, HaarMode::kAll)) {
    table.values(feature, values);
    for (size_t i = 0; i < count; ++i) {
      EXPECT_EQ(values[i], table.value(feature, i));
      if (i % 6 != 0) continue;
      const Grey grey = grey_of(random_picture(kHeight, kWidth, static_cast<uint32_t>(i)));
      double expected = 0, sum = 0, squares = 0;
      for (const HaarRectangle& r : feature.rectangles) {
        expected += static_cast<double>(r.weight) * slow_sum(grey, 0, 0, r, feature.tilted);
      }
      for (int y = 1; y < kHeight - 1; ++y) {
        for (int x = 1; x < kWidth - 1; ++x) {
          sum += grey.row(y)[x];
          squares += grey.row(y)[x] * grey.row(y)[x];
        }
      }
      expected /= std::sqrt((kWidth - 2) * (kHeight - 2) * squares - sum * sum);
      EXPECT_NEAR(values[i], expected, 1e-5 * (1 + std::abs(expected)));
    }
  }
}

TEST(SampleOrder, IsThatOfAStableSort) {
  const std::vector<float> values = {3, -1, 0, -0.0F, 2.5F, -1e-30F, 1e30F, -1, -1e30F};
  SortScratch scratch;
  std::vector<uint16_t> order(values.size());
  sort_samples<uint16_t>(values, scratch, order);
  constexpr uint16_t kSame = kSameBit<uint16_t>;
  EXPECT_EQ(order, (std::vector<uint16_t>{8, 1, 7 | kSame, 5, 2, 3 | kSame, 4, 0, 6}));
  std::vector<uint32_t> wide(values.size());
  sort_samples<uint32_t>(values, scratch, wide);
  EXPECT_EQ(wide[2], 7U | kSameBit<uint32_t>);
}

TEST(SplitSearch, FindsWhatTryingEverySplitFinds) {
  const SampleTable table = table_of(31);
  const std::vector<HaarFeature> features = haar_features(kWidth, kHeight, HaarMode::kAll);
  const SplitSearch search(table, features, 1 << 20);
  EXPECT_EQ(search.features_kept(), features.size());
  for (const Criterion criterion : {Criterion::kSquares, Criterion::kErrors}) {
    for (uint32_t seed = 0; seed < 3; ++seed) {
      const std::vector<Weighted> samples = samples_of(31, seed);
      const Split split = search.best(samples, criterion, {});
      EXPECT_NEAR(split.quality, exhaustive_best(table, features, samples, criterion), 1e-12);
      Weighted l, r;
      for (size_t i = 0; i < samples.size(); ++i) {
        const float value = table.value(features[static_cast<size_t>(split.feature)], i);
        Weighted& side = value < split.threshold ? l : r;
        side.w += samples[i].w;
        side.wy += samples[i].wy;
      }
      EXPECT_NEAR(quality_of(l, r, criterion), split.quality, 1e-12);
    }
  }
}

TEST(SplitSearch, IsTheSameForAnyMemoryAndThreads) {
  const SampleTable table = table_of(40);
  const std::vector<HaarFeature> features = haar_features(kWidth, kHeight, HaarMode::kBasic);
  const std::vector<Weighted> samples = samples_of(40, 8);
  const SplitSearch all(table, features, 1 << 20), some(table, features, 80 * 50), none(table, features, 0);
  EXPECT_EQ(some.features_kept(), 50u);
  EXPECT_EQ(none.features_kept(), 0u);
  const Split expected = all.best(samples, Criterion::kSquares, {});
  for (const SplitSearch* search : {&all, &some, &none}) {
    for (const int threads : {1, 2, 3}) {
      set_num_threads(threads);
      const Split split = search->best(samples, Criterion::kSquares, {});
      EXPECT_EQ(split.feature, expected.feature);
      EXPECT_EQ(split.threshold, expected.threshold);
      EXPECT_EQ(split.quality, expected.quality);
    }
  }
  set_num_threads(0);
}

TEST(SplitSearch, FindsNothingWhereAllSamplesAreEqual) {
  SampleTable table(kWidth, kHeight, false, 12);
  for (size_t i = 0; i < 12; ++i) table.set(i, random_picture(kHeight, kWidth, 1).pixels);
  const std::vector<HaarFeature> features = haar_features(kWidth, kHeight, HaarMode::kBasic);
  const SplitSearch search(table, features, 1 << 20);
  EXPECT_EQ(search.best(samples_of(12, 1), Criterion::kSquares, {}).feature, -1);
}

}  // namespace
}  // namespace fer::cascade
