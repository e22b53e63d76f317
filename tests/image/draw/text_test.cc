#include <gtest/gtest.h>

#include <algorithm>

#include "fer/draw.h"

namespace fer {
namespace {

Image written(const std::string& text, double size) {
  Image image = {120, 600, 1, std::vector<uint8_t>(120 * 600)};
  draw_text(image, text, {20, 20}, size, {255, 255, 255});
  return image;
}

// The columns that have ink: first and one after the last.
std::pair<int64_t, int64_t> columns(const Image& image) {
  int64_t first = image.width, last = -1;
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    if (image.pixels[i] < 64) continue;
    first = std::min(first, static_cast<int64_t>(i) % image.width);
    last = std::max(last, static_cast<int64_t>(i) % image.width);
  }
  return {first, last + 1};
}

TEST(DrawText, IsAsWideAsTextWidthSays) {
  for (const double size : {9.0, 14.0, 40.0}) {
    const Image image = written("happy 98 %", size);
    const auto [first, last] = columns(image);
    EXPECT_NEAR(static_cast<double>(last - first), text_width("happy 98 %", size), 0.15 * size + 1) << size;
    EXPECT_GE(first, 19);
  }
}

TEST(DrawText, StaysWithinItsLine) {
  const double size = 36;
  const Image image = written("AgjQ|{}_^", size);
  for (int64_t y = 0; y < image.height; ++y) {
    const uint8_t most =
        *std::max_element(image.pixels.begin() + y * image.width, image.pixels.begin() + (y + 1) * image.width);
    const bool outside = y < 20 || static_cast<double>(y) >= 20 + size;
    EXPECT_TRUE(!outside || most == 0) << y;
  }
}

TEST(DrawText, IsLegibleInkAtSmallSizes) {
  const Image image = written("HHHH", 9);
  EXPECT_GT(*std::max_element(image.pixels.begin(), image.pixels.end()), 160);
}

TEST(DrawText, StrokesOfALetterMakeOneShape) {
  Image image = {60, 60, 1, std::vector<uint8_t>(3600)};
  draw_text(image, "A", {5, 5}, 50, {255, 255, 255, 0.5});
  EXPECT_EQ(*std::max_element(image.pixels.begin(), image.pixels.end()), 128);
}

TEST(DrawText, BeyondTheEdgeNothingHappens) {
  Image image = {10, 10, 3, std::vector<uint8_t>(300)};
  draw_text(image, "far away", {-500, 3}, 9, {255, 255, 255});
  draw_text(image, "far away", {3, 4000}, 9, {255, 255, 255});
  EXPECT_EQ(std::count(image.pixels.begin(), image.pixels.end(), 0), 300);
  EXPECT_EQ(text_width("", 20), 0);
}

}  // namespace
}  // namespace fer
