#include "core/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

namespace fer {
namespace {

constexpr RandomStream kStream{.seed = 7, .use = RandomUse::kDropout, .a = 3, .b = 9};

// Philox 4x32-10 written out from the paper's description.
std::array<uint32_t, 4> philox(std::array<uint32_t, 4> c, std::array<uint32_t, 2> k) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53} * c[0], p1 = uint64_t{0xCD9E8D57} * c[2];
    c = {static_cast<uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<uint32_t>(p1),
         static_cast<uint32_t>(p0 >> 32) ^ c[3] ^ k[1], static_cast<uint32_t>(p0)};
    k = {k[0] + 0x9E3779B9u, k[1] + 0xBB67AE85u};
  }
  return c;
}

TEST(Random, ThePlainPhiloxGivesTheKnownAnswer) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
}

TEST(Random, BlocksArePhiloxOfSeedAndPosition) {
  const uint64_t index = (uint64_t{5} << 32) + 77;
  const uint32_t high = 5u | (static_cast<uint32_t>(RandomUse::kDropout) << 24);
  EXPECT_EQ(random_block(kStream, index), philox({77, high, 3, 9}, {7, 0}));
}

TEST(Random, StreamsDifferByEveryCoordinate) {
  std::set<std::array<uint32_t, 4>> blocks;
  for (RandomStream s :
       {kStream, RandomStream{8, RandomUse::kDropout, 3, 9}, RandomStream{7, RandomUse::kShuffle, 3, 9},
        RandomStream{7, RandomUse::kDropout, 4, 9}, RandomStream{7, RandomUse::kDropout, 3, 8}}) {
    blocks.insert(random_block(s, 0));
    blocks.insert(random_block(s, 1));
  }
  EXPECT_EQ(blocks.size(), 10u);
}

TEST(Random, UnitsLieInZeroToOneAndSpreadEvenly) {
  constexpr int kCount = 40000;
  double sum = 0;
  for (int i = 0; i < kCount; ++i) {
    const float u = random_unit(kStream, static_cast<uint64_t>(i));
    ASSERT_GE(u, 0.0f);
    ASSERT_LT(u, 1.0f);
    sum += u;
  }
  // Five standard deviations of a mean of uniform numbers.
  EXPECT_NEAR(sum / kCount, 0.5, 5 / std::sqrt(12.0 * kCount));
}

TEST(Random, NormalsHaveMeanZeroAndVarianceOne) {
  constexpr int kCount = 40000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kCount; ++i) {
    const double v = random_normal(kStream, static_cast<uint64_t>(i));
    sum += v;
    squares += v * v;
  }
  EXPECT_NEAR(sum / kCount, 0, 5 / std::sqrt(1.0 * kCount));
  EXPECT_NEAR(squares / kCount, 1, 5 * std::sqrt(2.0 / kCount));
}

TEST(Random, APermutationHoldsEveryNumberOnceAndDependsOnTheStream) {
  std::vector<int64_t> a(1000), b(1000);
  random_permutation(kStream, a);
  random_permutation({.seed = 8, .use = RandomUse::kShuffle}, b);
  EXPECT_NE(a, b);
  std::sort(a.begin(), a.end());
  for (int64_t i = 0; i < 1000; ++i) EXPECT_EQ(a[static_cast<size_t>(i)], i);
}

}  // namespace
}  // namespace fer
