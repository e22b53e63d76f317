// Resizing against the definition, cell by cell.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fer/error.h"
#include "fer/image.h"
#include "tests/support/message.h"

namespace fer {
namespace {

Image pattern(int64_t height, int64_t width, int64_t channels) {
  Image image = {height, width, channels, {}};
  for (int64_t i = 0; i < height * width * channels; ++i) image.pixels.push_back(static_cast<uint8_t>(i * 97 + i / 5));
  return image;
}

// How much input cell x counts for output cell i along an axis: the share of i's extent that x covers when shrinking,
// the tent around i's centre when growing (cells beyond the edge repeat the last one).
double weight(int64_t x, int64_t i, int64_t in, int64_t out) {
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  if (out < in) {
    return std::max(0.0, std::min<double>(x + 1, (i + 1) * scale) - std::max<double>(x, i * scale)) / scale;
  }
  const double centre = (i + 0.5) * scale - 0.5;
  double sum = 0;
  for (int64_t cell = -1; cell <= in; ++cell) {
    if (std::clamp<int64_t>(cell, 0, in - 1) == x) sum += std::max(0.0, 1 - std::abs(centre - cell));
  }
  return sum;
}

double slow(const Image& image, int64_t y, int64_t x, int64_t c, int64_t height, int64_t width) {
  double sum = 0;
  for (int64_t iy = 0; iy < image.height; ++iy) {
    for (int64_t ix = 0; ix < image.width; ++ix) {
      sum += weight(iy, y, image.height, height) * weight(ix, x, image.width, width) *
             image.pixels[(iy * image.width + ix) * image.channels + c];
    }
  }
  return sum;
}

TEST(Resize, AgreesWithItsDefinition) {
  for (const int64_t channels : {1, 3}) {
    for (const auto& [h, w] : {std::pair<int64_t, int64_t>{1, 1}, {1, 7}, {5, 3}, {13, 11}}) {
      const Image image = pattern(h, w, channels);
      for (const auto& [height, width] :
           {std::pair<int64_t, int64_t>{1, 1}, {2, 9}, {7, 2}, {5, 3}, {17, 13}, {13, 4}}) {
        SCOPED_TRACE(testing::Message() << h << "x" << w << " to " << height << "x" << width);
        const Image out = resized(image, height, width);
        ASSERT_EQ(out.pixels.size(), static_cast<size_t>(height * width * channels));
        for (int64_t i = 0; i < height * width * channels; ++i) {
          const double exact = slow(image, i / channels / width, i / channels % width, i % channels, height, width);
          // Half a step of rounding, and what sums of a hundred terms up to 255 lose in double.
          EXPECT_NEAR(out.pixels[i], exact, 0.5 + 1e-9) << i;
        }
      }
    }
  }
}

TEST(Resize, TheSameSizeIsTheSamePicture) {
  const Image image = pattern(9, 7, 3);
  EXPECT_EQ(resized(image, 9, 7).pixels, image.pixels);
}

TEST(Resize, AnEvenPictureStaysEven) {
  const Image image = {5, 7, 1, std::vector<uint8_t>(35, 200)};
  for (const uint8_t pixel : resized(image, 48, 3).pixels) EXPECT_EQ(pixel, 200);
}

TEST(Resize, HalvingAveragesFourPixels) {
  const Image image = {2, 4, 1, {0, 10, 100, 100, 20, 30, 100, 101}};
  EXPECT_EQ(resized(image, 1, 2).pixels, (std::vector<uint8_t>{15, 100}));
}

TEST(Resize, RefusesSizesThatAreNone) {
  const Image image = pattern(2, 2, 1);
  expect_contains(message_of([&] { resized(image, 0, 4); }), "resize: expected a picture of 1 to 100000000 pixels");
  expect_contains(message_of([&] { resized(image, 4, -1); }), "resize: ");
  expect_contains(message_of([&] { resized(image, int64_t{1} << 62, 4); }), "resize: ");
}

TEST(Mirror, ExchangesLeftAndRightInEveryRow) {
  for (const int64_t channels : {1, 3}) {
    for (const int64_t width : {1, 2, 5, 8}) {
      const Image image = pattern(6, width, channels);
      std::vector<uint8_t> mirrored = image.pixels;
      mirror(mirrored, width, channels);
      for (int64_t i = 0; i < static_cast<int64_t>(mirrored.size()); ++i) {
        const int64_t row = i / (width * channels), x = i / channels % width, c = i % channels;
        EXPECT_EQ(mirrored[i], image.pixels[(row * width + width - 1 - x) * channels + c]);
      }
    }
  }
}

TEST(Mirror, RefusesWhatIsNoWholeRows) {
  std::vector<uint8_t> pixels(7);
  EXPECT_EQ(message_of([&] { mirror(pixels, 2, 3); }), "mirror: expected rows of 2 x 3 bytes, found 7 bytes");
  EXPECT_THROW(mirror(pixels, 0, 1), Error);
  EXPECT_THROW(mirror(pixels, int64_t{1} << 62, 4), Error);
  EXPECT_NO_THROW(mirror(std::span(pixels).first(0), 48, 1));
}

}  // namespace
}  // namespace fer
