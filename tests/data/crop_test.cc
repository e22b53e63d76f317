#include "data/crop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace fer::data {
namespace {

RandomStream crop_stream(uint32_t row) { return {.seed = 9, .use = RandomUse::kAugmentation, .a = 1, .b = row}; }

constexpr PictureShape kPicture = {.height = 48, .width = 50}, kInput = {.height = 40, .width = 44};

TEST(CentreCrop, BeginsAtHalfOfWhatIsLeftRoundedToEven) {
  const auto begin_of = [](int64_t picture, int64_t out) {
    const Crop crop = centre_crop({.height = picture, .width = out}, {.height = out, .width = out});
    EXPECT_EQ(crop.left, 0);
    EXPECT_FALSE(crop.scales());
    return crop.top;
  };
  EXPECT_EQ(begin_of(48, 48), 0);
  EXPECT_EQ(begin_of(48, 40), 4);
  EXPECT_EQ(begin_of(5, 4), 0) << "1/2";
  EXPECT_EQ(begin_of(7, 4), 2) << "3/2";
  EXPECT_EQ(begin_of(9, 4), 2) << "5/2";
}

TEST(DrawCrop, StaysInThePictureAndReachesEveryPlaceEquallyOften) {
  std::vector<int> tops(9), lefts(7);
  for (uint32_t row = 0; row < 6300; ++row) {
    const Crop crop = draw_crop(kPicture, kInput, crop_stream(row));
    ASSERT_TRUE(crop.top >= 0 && crop.top <= 8 && crop.left >= 0 && crop.left <= 6);
    EXPECT_TRUE(crop.height == 40 && crop.width == 44 && !crop.scales());
    ++tops[static_cast<size_t>(crop.top)];
    ++lefts[static_cast<size_t>(crop.left)];
  }
  // Five standard deviations.
  for (const int n : tops) EXPECT_NEAR(n, 700, 5 * std::sqrt(700 * 8 / 9.0));
  for (const int n : lefts) EXPECT_NEAR(n, 900, 5 * std::sqrt(900 * 6 / 7.0));
}

TEST(DrawResizedCrop, HasTheAreasAndAspectRatiosThatAreAskedFor) {
  const Augmentation ranges = {.random_resized_crop = true, .crop_scale = {0.2, 0.5}, .crop_ratio = {0.5, 2}};
  constexpr PictureShape kLarge = {.height = 1000, .width = 1000};
  double area = 0, log_ratio = 0, least = 1, most = 0;
  for (uint32_t row = 0; row < 2000; ++row) {
    const Crop crop = draw_resized_crop(ranges, kLarge, kInput, crop_stream(row));
    ASSERT_TRUE(crop.top >= 0 && crop.left >= 0 && crop.top + crop.height <= 1000 && crop.left + crop.width <= 1000);
    EXPECT_TRUE(crop.out_height == 40 && crop.out_width == 44);
    const double share = static_cast<double>(crop.height * crop.width) / 1e6;
    const double ratio = static_cast<double>(crop.width) / static_cast<double>(crop.height);
    EXPECT_GT(ratio, 0.497);
    EXPECT_LT(ratio, 2.01);
    area += share / 2000;
    log_ratio += std::log(ratio) / 2000;
    least = std::min(least, share);
    most = std::max(most, share);
  }
  EXPECT_NEAR(least, 0.2, 0.003);
  EXPECT_NEAR(most, 0.5, 0.003);
  EXPECT_NEAR(area, 0.35, 5 * 0.3 / std::sqrt(12 * 2000.0)) << "five standard deviations of a mean";
  EXPECT_NEAR(log_ratio, 0, 5 * 2 * std::log(2) / std::sqrt(12 * 2000.0)) << "a ratio and its inverse are alike";
}

TEST(DrawResizedCrop, OfTheWholeAreaIsTheWholePicture) {
  const Augmentation ranges = {.random_resized_crop = true, .crop_scale = {1, 1}, .crop_ratio = {1, 1}};
  const Crop crop = draw_resized_crop(ranges, {.height = 48, .width = 48}, {.height = 40, .width = 40}, crop_stream(1));
  EXPECT_EQ(crop, (Crop{.height = 48, .width = 48, .out_height = 40, .out_width = 40}));
}

// torchvision's fallback, worked out by hand: of a picture whose own ratio is outside the range the centre with the
// nearest allowed ratio, else all of it.
TEST(DrawResizedCrop, FallsBackToTheCentreWhereNoDrawFits) {
  const auto fallback = [](const PictureShape& picture, const Interval& ratio) {
    const Augmentation ranges = {.random_resized_crop = true, .crop_scale = {1, 1}, .crop_ratio = ratio};
    return draw_resized_crop(ranges, picture, {.height = 8, .width = 8}, crop_stream(3));
  };
  EXPECT_EQ(fallback({.height = 30, .width = 100}, {0.75, 4.0 / 3}),
            (Crop{.left = 30, .height = 30, .width = 40, .out_height = 8, .out_width = 8}));
  EXPECT_EQ(fallback({.height = 100, .width = 30}, {0.75, 4.0 / 3}),
            (Crop{.top = 30, .height = 40, .width = 30, .out_height = 8, .out_width = 8}));
  EXPECT_EQ(fallback({.height = 40, .width = 40}, {1.9, 2}),
            (Crop{.top = 9, .height = 21, .width = 40, .out_height = 8, .out_width = 8}));
}

TEST(DrawResizedCrop, IsAFunctionOfTheStream) {
  const Augmentation ranges = {.random_resized_crop = true};
  std::set<int64_t> areas;
  for (uint32_t row = 0; row < 20; ++row) {
    const Crop crop = draw_resized_crop(ranges, kPicture, kInput, crop_stream(row));
    EXPECT_EQ(crop, draw_resized_crop(ranges, kPicture, kInput, crop_stream(row)));
    areas.insert(crop.height * crop.width);
  }
  EXPECT_GT(areas.size(), 10u);
}

}  // namespace
}  // namespace fer::data
