// Sums of rectangles, upright and tilted, against loops over pixels.
#include "cascade/scan/integral.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/cascade/random_cascade.h"
#include "tests/cascade/slow_sums.h"

namespace fer::cascade {
namespace {

void check_rectangle(const Grey& grey, const Integral& integral, const HaarRectangle& r) {
  if (r.y + r.height <= grey.height) {
    EXPECT_EQ(sum_of(integral.sum.data(), corners_of(r, false, integral.layout)), slow_sum(grey, 0, 0, r, false));
  }
  if (r.x >= r.height && r.y + r.width + r.height <= grey.height) {
    EXPECT_EQ(sum_of(integral.tilted.data(), corners_of(r, true, integral.layout)), slow_sum(grey, 0, 0, r, true));
  }
}

TEST(Integral, GivesTheSumOfEveryRectangle) {
  for (const int width : {9, 10}) {
    const Grey grey = grey_of(random_picture(8, width, 3));
    for (const int step : {1, 2}) {
      const Integral integral = integral_of(grey, integral_layout(width, step), true);
      for (int i = 0; i < width * 8; ++i) {
        for (int j = 0; j < width * 8; ++j) {
          const HaarRectangle r{i % width, i / width, j % width + 1, j / width + 1, 1};
          if (r.x + r.width <= width) check_rectangle(grey, integral, r);
        }
      }
    }
  }
}

TEST(Integral, BrightnessFactorIsOneOverAreaAndDeviation) {
  const Grey grey = grey_of(random_picture(10, 9, 5));
  const Integral integral = integral_of(grey, integral_layout(9, 1), false);
  double sum = 0, squares = 0;
  const double n = 7 * 8;
  for (int y = 1; y < 9; ++y) {
    for (int x = 1; x < 8; ++x) {
      sum += grey.row(y)[x];
      squares += grey.row(y)[x] * grey.row(y)[x];
    }
  }
  const double deviation = std::sqrt(squares / n - sum / n * sum / n);
  bool flat = true;
  const float factor = brightness_factor(integral.sum.data(), integral.squares.data(),
                                         corners_of(inner_window(9, 10), false, integral.layout), n, flat);
  EXPECT_NEAR(factor, 1 / (n * deviation), 1e-7 / n);
  EXPECT_FALSE(flat);
}

TEST(Integral, WindowsWithHardlyAnyContrastAreFlat) {
  Grey grey{9, 9, std::vector<uint8_t>(81, 100)};
  const auto flat = [&] {
    const Integral integral = integral_of(grey, integral_layout(9, 1), false);
    bool result = false;
    brightness_factor(integral.sum.data(), integral.squares.data(),
                      corners_of(inner_window(9, 9), false, integral.layout), 49, result);
    return result;
  };
  EXPECT_FALSE(flat());  // no contrast at all is let through, as in OpenCV
  grey.row(4)[4] = 150;
  EXPECT_TRUE(flat());
  for (int x = 0; x < 9; ++x) grey.row(3)[x] = 200;
  EXPECT_FALSE(flat());
}

}  // namespace
}  // namespace fer::cascade
