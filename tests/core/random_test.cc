#include "core/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

namespace fer {
namespace {

// Random123's kat_vectors: "philox4x32 10" with counter and key of zeros.
TEST(Random, MatchesTheKnownAnswerOfPhilox) {
  const std::array<uint32_t, 4> words = random_block({.seed = 0, .use = RandomUse{0}}, 0);
  EXPECT_EQ(words, (std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
}

// The same file's vector of ones in every bit; the counter's second word is the use and the index's upper bits.
TEST(Random, PutsSeedUseAndIndexWhereTheyBelong) {
  const RandomStream stream{.seed = ~uint64_t{0}, .use = RandomUse{0xff}, .a = ~0u, .b = ~0u};
  const std::array<uint32_t, 4> words = random_block(stream, ~uint64_t{0});
  EXPECT_EQ(words, (std::array<uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
}

TEST(Random, StreamsOfDifferentUseSeedOrPlaceDiffer) {
  const RandomStream base{.seed = 5, .use = RandomUse::kDropout, .a = 1, .b = 2};
  std::set<std::array<uint32_t, 4>> blocks = {random_block(base, 0), random_block(base, 1)};
  blocks.insert(random_block({.seed = 6, .use = RandomUse::kDropout, .a = 1, .b = 2}, 0));
  blocks.insert(random_block({.seed = 5, .use = RandomUse::kShuffle, .a = 1, .b = 2}, 0));
  blocks.insert(random_block({.seed = 5, .use = RandomUse::kDropout, .a = 2, .b = 2}, 0));
  blocks.insert(random_block({.seed = 5, .use = RandomUse::kDropout, .a = 1, .b = 3}, 0));
  blocks.insert(random_block(base, uint64_t{1} << 40));
  EXPECT_EQ(blocks.size(), 7u);
}

TEST(Random, UnitFloatsReachNeitherEndOutside) {
  EXPECT_EQ(to_unit_float(0), 0.0f);
  EXPECT_LT(to_unit_float(0xffffffffu), 1.0f);
  EXPECT_EQ(to_unit_float(0x80000000u), 0.5f);
}

TEST(Random, UnitNumbersTakeTheirWordOfTheirBlock) {
  const RandomStream stream{.seed = 9, .use = RandomUse::kSplit};
  for (uint64_t i = 0; i < 40; ++i)
    EXPECT_EQ(random_unit(stream, i), to_unit_float(random_block(stream, i / 4)[i % 4]));
}

TEST(Random, UniformNumbersHaveTheMomentsOfUniformNumbers) {
  constexpr int kCount = 20000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kCount; ++i) {
    const double u = random_unit({.seed = 3, .use = RandomUse::kInitializer}, static_cast<uint64_t>(i));
    sum += u;
    squares += u * u;
  }
  // Five standard deviations of the means.
  EXPECT_NEAR(sum / kCount, 0.5, 5 * std::sqrt(1.0 / 12 / kCount));
  EXPECT_NEAR(squares / kCount, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / kCount));
}

TEST(Random, NormalNumbersHaveTheMomentsOfNormalNumbers) {
  constexpr int kCount = 20000;
  double sum = 0, squares = 0, fourths = 0;
  for (int i = 0; i < kCount; ++i) {
    const double z = random_normal({.seed = 4, .use = RandomUse::kInitializer}, static_cast<uint64_t>(i));
    ASSERT_TRUE(std::isfinite(z));
    sum += z;
    squares += z * z;
    fourths += z * z * z * z;
  }
  EXPECT_NEAR(sum / kCount, 0, 5 * std::sqrt(1.0 / kCount));
  EXPECT_NEAR(squares / kCount, 1, 5 * std::sqrt(2.0 / kCount));
  EXPECT_NEAR(fourths / kCount, 3, 5 * std::sqrt(96.0 / kCount));
}

TEST(Random, PermutationsHoldEveryNumberOnce) {
  for (const size_t n : {size_t{0}, size_t{1}, size_t{2}, size_t{7}, size_t{1000}}) {
    std::vector<int64_t> order(n, -1);
    random_permutation({.seed = 11, .use = RandomUse::kShuffle}, order);
    std::sort(order.begin(), order.end());
    std::vector<int64_t> expected(n);
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(order, expected);
  }
}

TEST(Random, PermutationsOfThreeAreEquallyLikely) {
  constexpr uint32_t kCount = 6000;
  std::vector<int> seen(6);
  for (uint32_t epoch = 0; epoch < kCount; ++epoch) {
    std::vector<int64_t> order(3);
    random_permutation({.seed = 12, .use = RandomUse::kShuffle, .a = epoch}, order);
    ++seen[static_cast<size_t>(order[0] * 2 + (order[1] > order[2] ? 1 : 0))];
  }
  // Six standard deviations of a binomial count.
  for (const int count : seen) EXPECT_NEAR(count, kCount / 6.0, 6 * std::sqrt(kCount * 5.0 / 36));
}

}  // namespace
}  // namespace fer
