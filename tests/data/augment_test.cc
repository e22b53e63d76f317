#include "data/augment.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

namespace fer {
namespace {

constexpr PictureShape kShape = {.height = 7, .width = 5, .channels = 2};

size_t place(const PictureShape& s, int64_t y, int64_t x, int64_t c) {
  return static_cast<size_t>((y * s.width + x) * s.channels + c);
}

std::vector<uint8_t> random_picture(const PictureShape& s) {
  std::mt19937 random(3);
  std::vector<uint8_t> picture(static_cast<size_t>(s.height * s.width * s.channels));
  for (uint8_t& byte : picture) byte = static_cast<uint8_t>(random());
  return picture;
}

std::vector<float> changed(const PictureShape& s, const Change& change, const std::vector<uint8_t>& picture) {
  std::vector<float> out(picture.size(), -1);
  change_picture(s, change, picture, out);
  return out;
}

TEST(Augment, WithoutAChangeCopies) {
  const auto picture = random_picture(kShape);
  EXPECT_EQ(changed(kShape, {}, picture), std::vector<float>(picture.begin(), picture.end()));
}

TEST(Augment, AFlipIsAnExactMirrorImage) {
  const auto picture = random_picture(kShape);
  const auto out = changed(kShape, {.flip = true}, picture);
  for (int64_t y = 0; y < 7; ++y) {
    for (int64_t x = 0; x < 5; ++x) {
      for (int64_t c = 0; c < 2; ++c) EXPECT_EQ(out[place(kShape, y, x, c)], picture[place(kShape, y, 4 - x, c)]);
    }
  }
}

TEST(Augment, AShiftByWholeCellsMovesAndRepeatsTheBorder) {
  const auto picture = random_picture(kShape);
  const auto out = changed(kShape, {.dy = 2, .dx = -1}, picture);
  for (int64_t y = 0; y < 7; ++y) {
    for (int64_t x = 0; x < 5; ++x) {
      const int64_t from_y = std::max<int64_t>(y - 2, 0), from_x = std::min<int64_t>(x + 1, 4);
      for (int64_t c = 0; c < 2; ++c) EXPECT_EQ(out[place(kShape, y, x, c)], picture[place(kShape, from_y, from_x, c)]);
    }
  }
}

TEST(Augment, AHalfCellShiftAveragesNeighbours) {
  const PictureShape row = {.height = 1, .width = 4, .channels = 1};
  EXPECT_EQ(changed(row, {.dx = 0.5}, {0, 10, 20, 40}), (std::vector<float>{0, 5, 15, 30}));
}

TEST(Augment, AQuarterTurnIsClockwise) {
  const PictureShape square = {.height = 3, .width = 3, .channels = 1};
  const auto out = changed(square, {.angle_rad = std::numbers::pi / 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const std::vector<float> expected = {7, 4, 1, 8, 5, 2, 9, 6, 3};
  for (size_t i = 0; i < 9; ++i) EXPECT_NEAR(out[i], expected[i], 1e-5) << i;
}

TEST(Augment, AScaleOfTwoSpreadsTheMiddle) {
  const PictureShape row = {.height = 1, .width = 5, .channels = 1};
  EXPECT_EQ(changed(row, {.scale = 2}, {0, 10, 20, 30, 40}), (std::vector<float>{10, 15, 20, 25, 30}));
  EXPECT_EQ(changed(row, {.scale = 0.5}, {0, 10, 20, 30, 40}), (std::vector<float>{0, 0, 20, 40, 40}));
}

// The same change written as a chain of 2x2 matrices, every pixel by the four-corner formula, in double.
TEST(Augment, AgreesWithTheFormulaWrittenOut) {
  const PictureShape s = {.height = 13, .width = 11, .channels = 1};
  const auto picture = random_picture(s);
  const Change change = {.flip = true, .dy = 1.3, .dx = -0.7, .angle_rad = 0.3, .scale = 1.2};
  const auto out = changed(s, change, picture);
  for (int64_t y = 0; y < s.height; ++y) {
    for (int64_t x = 0; x < s.width; ++x) {
      const double v = static_cast<double>(y) - 6 - 1.3, u = static_cast<double>(x) - 5 + 0.7;
      const double turned_u = std::cos(-0.3) * u - std::sin(-0.3) * v,
                   turned_v = std::sin(-0.3) * u + std::cos(-0.3) * v;
      const double sy = std::clamp(turned_v / 1.2 + 6, 0.0, 12.0), sx = std::clamp(-turned_u / 1.2 + 5, 0.0, 10.0);
      double expected = 0;
      for (int64_t i = 0; i < s.height; ++i) {
        for (int64_t j = 0; j < s.width; ++j) {
          const double weight = std::max(0.0, 1 - std::abs(sy - static_cast<double>(i))) *
                                std::max(0.0, 1 - std::abs(sx - static_cast<double>(j)));
          expected += weight * picture[place(s, i, j, 0)];
        }
      }
      // Coordinates below 16 in float are off by 2^-21 at most, each times a slope of 255; a few roundings of 255 come
      // on top.
      EXPECT_NEAR(out[place(s, y, x, 0)], expected, 255 * (4 * 0x1p-21 + 8 * 0x1p-24));
    }
  }
}

TEST(Augment, DrawsAreAFunctionOfSeedEpochAndRow) {
  const AugmentParams all = {.horizontal_flip = true, .shift = 0.1, .rotation_deg = 10, .zoom = 0.1};
  const auto draw = [&](uint64_t seed, int64_t epoch, int64_t row) {
    return draw_change(all, kShape, {.seed = seed, .epoch = epoch, .row = row}).angle_rad;
  };
  EXPECT_EQ(draw(1, 2, 3), draw(1, 2, 3));
  EXPECT_NE(draw(1, 2, 3), draw(2, 2, 3));
  EXPECT_NE(draw(1, 2, 3), draw(1, 3, 3));
  EXPECT_NE(draw(1, 2, 3), draw(1, 2, 4));
}

TEST(Augment, DrawsFillTheirRangesAndNoMore) {
  const AugmentParams all = {.horizontal_flip = true, .shift = 0.1, .rotation_deg = 18, .zoom = 0.2};
  const PictureShape s = {.height = 40, .width = 20, .channels = 1};
  Change low = {.dy = 9, .dx = 9, .angle_rad = 9, .scale = 9},
         high = {.dy = -9, .dx = -9, .angle_rad = -9, .scale = -9};
  int flips = 0;
  for (int64_t row = 0; row < 2000; ++row) {
    const Change c = draw_change(all, s, {.seed = 5, .epoch = 1, .row = row});
    flips += c.flip;
    low = {false, std::min(low.dy, c.dy), std::min(low.dx, c.dx), std::min(low.angle_rad, c.angle_rad),
           std::min(low.scale, c.scale)};
    high = {false, std::max(high.dy, c.dy), std::max(high.dx, c.dx), std::max(high.angle_rad, c.angle_rad),
            std::max(high.scale, c.scale)};
  }
  EXPECT_NEAR(flips, 1000, 5 * 22.4);  // five standard deviations
  // The furthest of 2000 even draws lies within 1 % of the end but for a chance of e^-20.
  EXPECT_NEAR(low.dy, -4, 0.08);
  EXPECT_GE(low.dy, -4);
  EXPECT_NEAR(high.dy, 4, 0.08);
  EXPECT_LE(high.dy, 4);
  EXPECT_NEAR(low.dx, -2, 0.04);
  EXPECT_NEAR(high.dx, 2, 0.04);
  EXPECT_NEAR(low.angle_rad, -std::numbers::pi / 10, 0.01);
  EXPECT_NEAR(high.angle_rad, std::numbers::pi / 10, 0.01);
  EXPECT_NEAR(low.scale, 0.8, 0.004);
  EXPECT_NEAR(high.scale, 1.2, 0.004);
}

TEST(Augment, FlipsAloneCopyPixels) {
  for (int64_t row = 0; row < 50; ++row) {
    EXPECT_TRUE(draw_change({.horizontal_flip = true}, kShape, {.seed = 1, .epoch = 1, .row = row}).copies_pixels());
  }
}

}  // namespace
}  // namespace fer
