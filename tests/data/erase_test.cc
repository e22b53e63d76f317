#include "data/erase.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace fer::data {
namespace {

RandomStream erase_stream(uint32_t row) { return {.seed = 9, .use = RandomUse::kAugmentation, .a = 1, .b = row}; }

std::vector<float> erased(const Augmentation& ranges, const Rectangle& rectangle, const PictureShape& shape,
                          std::vector<float> picture) {
  erase(ranges, rectangle, shape, erase_stream(4), picture);
  return picture;
}

using Values = std::vector<float>;
constexpr Rectangle kMiddle = {.top = 1, .left = 1, .height = 1, .width = 2};

TEST(Erase, FillsTheRectangleWithTheMeanOfThePicture) {
  EXPECT_EQ(erased({}, kMiddle, {.height = 3, .width = 4}, {1, 1, 1, 1, 1, 25, 1, 1, 1, 1, 1, 1}),
            (Values{1, 1, 1, 1, 1, 3, 3, 1, 1, 1, 1, 1}));
}

TEST(Erase, TakesTheMeanOfEachChannel) {
  EXPECT_EQ(erased({}, {.top = 0, .left = 1, .height = 1, .width = 1}, {.height = 1, .width = 2, .channels = 3},
                   {10, 20, 30, 20, 40, 90}),
            (Values{10, 20, 30, 15, 30, 60}));
}

TEST(Erase, FillsWithAValue) {
  EXPECT_EQ(erased({.erasing_fill = ErasingFill::kConstant, .erasing_value = 7}, kMiddle, {.height = 3, .width = 4},
                   Values(12, 1)),
            (Values{1, 1, 1, 1, 1, 7, 7, 1, 1, 1, 1, 1}));
}

TEST(Erase, FillsWithRandomValues) {
  const PictureShape shape = {.height = 40, .width = 50};
  const Rectangle all = {.height = 40, .width = 50};
  const Values found = erased({.erasing_fill = ErasingFill::kRandom}, all, shape, Values(2000, -1));
  const auto [least, most] = std::minmax_element(found.begin(), found.end());
  EXPECT_TRUE(*least >= 0 && *least < 2.55 && *most <= 255 && *most > 252.45);
  double mean = 0;
  for (const float value : found) mean += value / 2000;
  EXPECT_NEAR(mean, 127.5, 5 * 255 / std::sqrt(12 * 2000.0)) << "five standard deviations";
  EXPECT_EQ(found, erased({.erasing_fill = ErasingFill::kRandom}, all, shape, Values(2000, -1)));
}

TEST(DrawErasing, HasItsProbabilityAreasAndRatios) {
  const Augmentation ranges = {.erasing = 0.25, .erasing_scale = {0.1, 0.2}, .erasing_ratio = {0.5, 2}};
  const PictureShape shape = {.height = 1000, .width = 800};
  int count = 0;
  double area = 0, log_ratio = 0, least = 1, most = 0;
  for (uint32_t row = 0; row < 8000; ++row) {
    const auto found = draw_erasing(ranges, shape, erase_stream(row));
    if (!found) continue;
    ++count;
    ASSERT_TRUE(found->top >= 0 && found->left >= 0);
    ASSERT_TRUE(found->top + found->height <= 1000 && found->left + found->width <= 800);
    const double share = static_cast<double>(found->height * found->width) / 8e5;
    area += share;
    log_ratio += std::log(static_cast<double>(found->height) / static_cast<double>(found->width));
    least = std::min(least, share);
    most = std::max(most, share);
  }
  EXPECT_NEAR(count, 2000, 5 * std::sqrt(8000 * 0.25 * 0.75)) << "five standard deviations";
  EXPECT_NEAR(area / count, 0.15, 5 * 0.1 / std::sqrt(12.0 * count));
  EXPECT_NEAR(log_ratio / count, 0, 5 * 2 * std::log(2) / std::sqrt(12.0 * count));
  EXPECT_NEAR(least, 0.1, 0.002);
  EXPECT_NEAR(most, 0.2, 0.002);
}

TEST(DrawErasing, ReachesTheBorders) {
  const Augmentation ranges = {.erasing = 1, .erasing_scale = {0.25, 0.25}, .erasing_ratio = {1, 1}};
  std::vector<int> tops(4);
  for (uint32_t row = 0; row < 1000; ++row) {
    const auto found = draw_erasing(ranges, {.height = 6, .width = 6}, erase_stream(row));
    ASSERT_TRUE(found && found->height == 3 && found->width == 3);
    ++tops[static_cast<size_t>(found->top)];
  }
  for (const int n : tops) EXPECT_NEAR(n, 250, 5 * std::sqrt(250 * 0.75));
}

TEST(DrawErasing, LeavesThePictureWhereNoRectangleIsSmallerThanIt) {
  const Augmentation ranges = {.erasing = 1, .erasing_scale = {1, 1}, .erasing_ratio = {1, 1}};
  for (uint32_t row = 0; row < 20; ++row)
    EXPECT_FALSE(draw_erasing(ranges, {.height = 6, .width = 6}, erase_stream(row)));
  EXPECT_FALSE(draw_erasing({}, {.height = 6, .width = 6}, erase_stream(1))) << "off by default";
}

}  // namespace
}  // namespace fer::data
