#include "data/jitter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace fer::data {
namespace {

RandomStream jitter_stream(uint32_t row) { return {.seed = 9, .use = RandomUse::kAugmentation, .a = 1, .b = row}; }

std::vector<float> lit(const Jitter& jitter, std::vector<float> picture, int64_t channels = 1) {
  change_light(jitter, channels, picture);
  return picture;
}

using Values = std::vector<float>;

TEST(Jitter, BrightnessMultipliesAndClips) {
  EXPECT_EQ(lit({.brightness = 1.5}, {0, 10, 100, 200}), (Values{0, 15, 150, 255}));
  EXPECT_EQ(lit({.brightness = 0}, {0, 10, 100, 200}), (Values{0, 0, 0, 0}));
  EXPECT_EQ(lit({}, {0, 10.25f, 100, 200}), (Values{0, 10.25f, 100, 200}));
}

TEST(Jitter, ContrastSpreadsAboutTheMeanAndClips) {
  EXPECT_EQ(lit({.contrast = 0.5}, {0, 100, 200, 100}), (Values{50, 100, 150, 100}));
  EXPECT_EQ(lit({.contrast = 2}, {0, 100, 200, 100}), (Values{0, 100, 255, 100}));
  EXPECT_EQ(lit({.contrast = 0}, {0, 100, 200, 100}), (Values{100, 100, 100, 100}));
}

// Grey of the two pixels: 100 and 0.299 * 200 = 59.8, so the mean is 79.9.
TEST(Jitter, ContrastOfAColourPictureIsAboutTheMeanOfItsGrey) {
  const Values found = lit({.contrast = 0.5}, {100, 100, 100, 200, 0, 0}, 3);
  const Values expected = {89.95f, 89.95f, 89.95f, 139.95f, 39.95f, 39.95f};
  for (size_t i = 0; i < 6; ++i) EXPECT_NEAR(found[i], expected[i], 1e-4) << i;
}

TEST(Jitter, TheOrderMatters) {
  // 0, 200: twice as bright 0, 255 (clipped), then half the contrast; or half the contrast first.
  EXPECT_EQ(lit({.brightness = 2, .contrast = 0.5}, {0, 200}), (Values{63.75f, 191.25f}));
  EXPECT_EQ(lit({.brightness = 2, .contrast = 0.5, .contrast_first = true}, {0, 200}), (Values{100, 255}));
}

TEST(DrawJitter, FillsItsRangesWithItsProbability) {
  const Augmentation ranges = {.brightness = 0.25, .contrast = 1.5, .jitter_probability = 0.75};
  int changed = 0, contrast_first = 0;
  double darkest = 1, brightest = 1, flattest = 1, steepest = 1;
  for (uint32_t row = 0; row < 4000; ++row) {
    const Jitter jitter = draw_jitter(ranges, jitter_stream(row));
    if (jitter.brightness == 1) continue;
    ++changed;
    contrast_first += jitter.contrast_first;
    darkest = std::min(darkest, jitter.brightness);
    brightest = std::max(brightest, jitter.brightness);
    flattest = std::min(flattest, jitter.contrast);
    steepest = std::max(steepest, jitter.contrast);
  }
  EXPECT_NEAR(changed, 3000, 5 * std::sqrt(4000 * 0.75 * 0.25)) << "five standard deviations";
  EXPECT_NEAR(contrast_first, changed / 2.0, 5 * std::sqrt(changed / 4.0));
  EXPECT_TRUE(darkest >= 0.75 && darkest < 0.755 && brightest <= 1.25 && brightest > 1.245);
  EXPECT_TRUE(flattest >= 0 && flattest < 0.025 && steepest <= 2.5 && steepest > 2.475) << flattest << steepest;
}

TEST(DrawJitter, WithoutARangeIsNone) {
  const Jitter none = draw_jitter({.brightness = 0.5, .jitter_probability = 0}, jitter_stream(1));
  EXPECT_TRUE(none.brightness == 1 && none.contrast == 1);
  EXPECT_EQ(draw_jitter({.brightness = 0.5}, jitter_stream(1)).contrast, 1);
  EXPECT_EQ(draw_jitter({.contrast = 0.5}, jitter_stream(1)).brightness, 1);
}

}  // namespace
}  // namespace fer::data
