#include "data/pixel_moments.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "fer/threads.h"

namespace fer::data {
namespace {

Dataset four_pictures() {
  Dataset data;
  data.height = data.width = 2;
  data.pixels = {0, 10, 20, 30, 255, 255, 255, 255, 40, 50, 60, 70, 1, 1, 1, 1};
  return data;
}

// 0, 10, ..., 70: mean 35, variance 100 * (8 * 8 - 1) / 12.
TEST(PixelMoments, AreThoseOfTheRowsAlone) {
  const std::vector<int64_t> rows = {2, 0};
  const PixelMoments moments = pixel_moments(four_pictures(), rows, {2, 2, 1}, false);
  EXPECT_DOUBLE_EQ(moments.mean, 35);
  EXPECT_DOUBLE_EQ(moments.deviation, std::sqrt(525.0));
}

// Equalised, each of the two holds 0, 85, 170 and 255.
TEST(PixelMoments, OfEqualisedPictures) {
  const std::vector<int64_t> rows = {2, 0};
  const PixelMoments moments = pixel_moments(four_pictures(), rows, {2, 2, 1}, true);
  EXPECT_DOUBLE_EQ(moments.mean, 127.5);
  EXPECT_DOUBLE_EQ(moments.deviation, std::sqrt(85.0 * 85.0 * 5 / 4));
}

TEST(PixelMoments, OfPicturesAsTheyAreFitted) {
  const std::vector<int64_t> rows = {0};
  const PixelMoments moments = pixel_moments(four_pictures(), rows, {1, 1, 3}, false);
  EXPECT_DOUBLE_EQ(moments.mean, 15);
  EXPECT_DOUBLE_EQ(moments.deviation, 0);
}

TEST(PixelMoments, AreTheSameForAnyNumberOfThreads) {
  Dataset data;
  data.height = data.width = 3;
  for (int i = 0; i < 9 * 1000; ++i) data.pixels.push_back(static_cast<uint8_t>(i * i % 251));
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < 1000; i += 3) rows.push_back(i);
  set_num_threads(1);
  const PixelMoments one = pixel_moments(data, rows, {3, 3, 1}, false);
  set_num_threads(3);
  const PixelMoments three = pixel_moments(data, rows, {3, 3, 1}, false);
  set_num_threads(0);
  EXPECT_EQ(one.mean, three.mean);
  EXPECT_EQ(one.deviation, three.deviation);
}

}  // namespace
}  // namespace fer::data
