#include "data/mixing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace fer::data {
namespace {

using Values = std::vector<float>;

constexpr PictureShape kMixed = {.height = 3, .width = 4};

Values mixed(const Mix& mix) {
  Values picture(12, 1);
  mix_picture(mix, kMixed, Values(12, 9), picture);
  return picture;
}

TEST(MixPicture, MixUpBlends) { EXPECT_EQ(mixed({.share = 0.75, .blends = true}), Values(12, 3)); }

TEST(MixPicture, CutMixPutsTheRectangleIn) {
  EXPECT_EQ(mixed({.share = 8.0 / 12, .cut = {.top = 1, .left = 2, .height = 2, .width = 2}}),
            (Values{1, 1, 1, 1, 1, 1, 9, 9, 1, 1, 9, 9}));
}

TEST(MixPicture, CutMixTakesAllChannels) {
  Values picture(12, 1);
  mix_picture({.share = 0.75, .cut = {.top = 0, .left = 1, .height = 1, .width = 1}},
              {.height = 2, .width = 2, .channels = 3}, Values(12, 9), picture);
  EXPECT_EQ(picture, (Values{1, 1, 1, 9, 9, 9, 1, 1, 1, 1, 1, 1}));
}

// Mean 1/2 and variance 1 / (4 (2 alpha + 1)), which are Beta(alpha, alpha)'s.
TEST(DrawBeta, HasTheDistributionsMoments) {
  for (const double alpha : {0.1, 0.45, 1.0, 4.0}) {
    constexpr int kDraws = 20000;
    double mean = 0, square = 0;
    for (uint32_t row = 0; row < kDraws; ++row) {
      const double x = draw_beta(alpha, {.seed = 3, .use = RandomUse::kMixing, .a = 2, .b = row}) - 0.5;
      ASSERT_TRUE(x >= -0.5 && x <= 0.5);
      mean += x / kDraws;
      square += x * x / kDraws;
    }
    const double variance = 1 / (4 * (2 * alpha + 1));
    EXPECT_NEAR(mean, 0, 5 * std::sqrt(variance / kDraws)) << alpha << ": five standard deviations";
    // x^2 is at most 1/4, so its variance is at most variance / 4.
    EXPECT_NEAR(square, variance, 5 * std::sqrt(variance / 4 / kDraws)) << alpha;
  }
}

// Where alpha is 1 every share is equally likely, and each tenth has a tenth of the draws.
TEST(DrawBeta, IsUniformWhereAlphaIsOne) {
  std::vector<int> tenths(10);
  for (uint32_t row = 0; row < 10000; ++row) {
    const double x = draw_beta(1, {.seed = 3, .use = RandomUse::kMixing, .a = 2, .b = row});
    ++tenths[std::min<size_t>(9, static_cast<size_t>(x * 10))];
  }
  for (const int n : tenths) EXPECT_NEAR(n, 1000, 5 * std::sqrt(900));
}

TEST(DrawBeta, IsANumberForAnyAlpha) {
  for (const double alpha : {1e-300, 1e-9, 1e-3, 1e9, 1e300}) {
    const double x = draw_beta(alpha, {.seed = 3, .use = RandomUse::kMixing});
    EXPECT_TRUE(x >= 0 && x <= 1) << alpha << " " << x;
  }
}

Mix draw(const Mixing& mixing, int64_t row, const PictureShape& shape = {.height = 40, .width = 40}) {
  return draw_mix(mixing, shape, {.seed = 5, .pass = 1, .row = row});
}

TEST(DrawMix, ChoosesByProbability) {
  const Mixing mixing = {.mixup = 1, .cutmix = 1, .probability = 0.5, .cutmix_probability = 0.25};
  int blends = 0, cuts = 0;
  for (int64_t row = 0; row < 8000; ++row) {
    const Mix mix = draw(mixing, row);
    if (!mix.any()) continue;
    (mix.blends ? blends : cuts) += 1;
  }
  EXPECT_NEAR(blends, 3000, 5 * std::sqrt(8000 * 0.375 * 0.625)) << "five standard deviations";
  EXPECT_NEAR(cuts, 1000, 5 * std::sqrt(8000 * 0.125 * 0.875));
}

TEST(DrawMix, CutMixCountsThePixelsThatAreThePicturesOwn) {
  double mean = 0;
  for (int64_t row = 0; row < 4000; ++row) {
    const Mix mix = draw({.cutmix = 1}, row);
    ASSERT_TRUE(mix.cut.top >= 0 && mix.cut.left >= 0 && mix.cut.height >= 0 && mix.cut.width >= 0);
    ASSERT_TRUE(mix.cut.top + mix.cut.height <= 40 && mix.cut.left + mix.cut.width <= 40);
    EXPECT_EQ(mix.share, 1 - static_cast<double>(mix.cut.height * mix.cut.width) / 1600);
    EXPECT_FALSE(mix.blends);
    mean += mix.share / 4000;
  }
  // A box about a random centre loses what lies outside the picture. The share drawn is uniform.
  double kept = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto reach = static_cast<int64_t>(0.5 * std::sqrt((i + 0.5) / 1000) * 40);
    double side = 0;
    for (int64_t centre = 0; centre < 40; ++centre) {
      side += static_cast<double>(std::min<int64_t>(centre + reach, 40) - std::max<int64_t>(centre - reach, 0)) / 40;
    }
    kept += std::pow(side / 40, 2) / 1000;
  }
  EXPECT_NEAR(mean, 1 - kept, 5 * 0.5 / std::sqrt(4000)) << "five standard deviations, which are below 1/2 each";
}

TEST(DrawMix, IsAFunctionOfSeedPassAndRow) {
  const Mixing mixing = {.mixup = 0.4};
  EXPECT_EQ(draw(mixing, 3).share, draw(mixing, 3).share);
  EXPECT_NE(draw(mixing, 3).share, draw(mixing, 4).share);
  EXPECT_NE(draw(mixing, 3).share, draw_mix(mixing, kMixed, {.seed = 5, .pass = 2, .row = 3}).share);
  EXPECT_NE(draw(mixing, 3).share, draw_mix(mixing, kMixed, {.seed = 6, .pass = 1, .row = 3}).share);
  EXPECT_FALSE(draw({}, 3).any());
  EXPECT_FALSE(draw({.mixup = 1, .probability = 0}, 3).any());
}

}  // namespace
}  // namespace fer::data
