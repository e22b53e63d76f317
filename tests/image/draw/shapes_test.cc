#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "fer/draw.h"
#include "fer/error.h"
#include "tests/support/message.h"

namespace fer {
namespace {

constexpr Colour kWhite = {255, 255, 255};

Image black(int64_t height, int64_t width, int64_t channels = 1) {
  return {height, width, channels, std::vector<uint8_t>(static_cast<size_t>(height * width * channels))};
}

// The area that is covered, in pixels.
double area(const Image& grey) {
  double sum = 0;
  for (const uint8_t value : grey.pixels) sum += value / 255.0;
  return sum;
}

TEST(DrawShapes, ARectangleCoversPixelsByTheirShare) {
  Image image = black(4, 5);
  fill_rectangle(image, {.left = 1.5, .top = 1, .width = 2.25, .height = 1.5}, kWhite);
  const std::vector<uint8_t> expected = {0, 0,   0,   0,   0,  //
                                         0, 128, 255, 191, 0,  //
                                         0, 64,  128, 96,  0,  //
                                         0, 0,   0,   0,   0};
  EXPECT_EQ(image.pixels, expected);
}

TEST(DrawShapes, OpacityMixesWithWhatWasThereInEachChannel) {
  Image image = black(1, 1, 3);
  image.pixels = {100, 200, 40};
  fill_rectangle(image, {0, 0, 1, 1}, {.red = 200, .green = 100, .blue = 40, .opacity = 0.25});
  EXPECT_EQ(image.pixels, (std::vector<uint8_t>{125, 175, 40}));
}

TEST(DrawShapes, AGreyPictureGetsTheBrightnessOfAColour) {
  Image image = black(1, 1);
  fill_rectangle(image, {0, 0, 1, 1}, {.red = 255});
  EXPECT_EQ(image.pixels[0], 76);  // 0.299 * 255
}

TEST(DrawShapes, AnOutlineLeavesTheInsideAndItsCornersAreLaidOnOnce) {
  Image image = black(10, 10);
  draw_rectangle(image, {2, 2, 6, 5}, 2, {255, 255, 255, 0.5});
  EXPECT_EQ(image.pixels[1 * 10 + 1], 128);
  EXPECT_EQ(image.pixels[2 * 10 + 2], 128);
  EXPECT_EQ(image.pixels[3 * 10 + 3], 0);
  EXPECT_NEAR(area(image), 0.5 * (8 * 7 - 4 * 3), 0.2);
}

TEST(DrawShapes, AreasAreThoseOfGeometry) {
  Image disc = black(64, 64), ellipse = black(64, 64), line = black(64, 64), triangle = black(64, 64);
  draw_disc(disc, {31.3, 30.8}, 20, kWhite);
  EXPECT_NEAR(area(disc), std::numbers::pi * 400, 3);
  draw_ellipse(ellipse, {4, 20, 50, 24}, kWhite);
  EXPECT_NEAR(area(ellipse), std::numbers::pi * 25 * 12, 5);
  const PicturePoint ends[] = {{10, 12}, {40, 52}};
  draw_lines(line, ends, 6, kWhite);
  EXPECT_NEAR(area(line), 50 * 6 + std::numbers::pi * 9, 3);
  const PicturePoint corners[] = {{5, 5}, {55, 5}, {20, 45}};
  fill_polygon(triangle, corners, kWhite);
  EXPECT_NEAR(area(triangle), 50 * 40 / 2.0, 5);
}

TEST(DrawShapes, WhereLinesCrossTheColourIsLaidOnOnce) {
  Image image = black(20, 20);
  const PicturePoint cross[] = {{2, 10}, {18, 10}, {10, 2}, {10, 18}};
  draw_lines(image, cross, 4, {255, 255, 255, 0.5});
  EXPECT_EQ(*std::max_element(image.pixels.begin(), image.pixels.end()), 128);
}

TEST(DrawShapes, WhatLiesOutsideIsCutOff) {
  Image image = black(8, 8);
  fill_rectangle(image, {-1e300, -5, 2e300, 8}, kWhite);
  EXPECT_NEAR(area(image), 24, 1e-9);
  const double infinite = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  const PicturePoint far[] = {{-1e12, -1e12}, {1e12, -1e12}};
  const std::vector<uint8_t> before = image.pixels;
  draw_lines(image, far, 3, kWhite);
  draw_disc(image, {100, -100}, 20, kWhite);
  draw_disc(image, {nan, nan}, 20, kWhite);
  draw_rectangle(image, {nan, 0, nan, infinite}, 2, kWhite);
  fill_polygon(image, std::span(far), kWhite);  // no polygon
  draw_lines(image, {}, 2, kWhite);
  EXPECT_EQ(image.pixels, before);
}

TEST(DrawShapes, AnImageThatIsNoneIsRefused) {
  Image image = {4, 4, 3, std::vector<uint8_t>(5)};
  EXPECT_NE(message_of([&] { draw_disc(image, {1, 1}, 1, kWhite); }).find("found 5 bytes"), std::string::npos);
}

}  // namespace
}  // namespace fer
