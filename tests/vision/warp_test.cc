// Pictures moved, turned and scaled; faces brought to one place; crops turned upright.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "fer/error.h"
#include "fer/face_points.h"
#include "tests/support/message.h"
#include "tests/vision/pictures.h"

namespace fer {
namespace {

// Brightness rises by 3 from column to column and by 5 from row to row.
Image even_slope(int64_t height, int64_t width) {
  Image image = grey_picture(height, width, 0);
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) image.pixels[y * width + x] = static_cast<uint8_t>(3 * x + 5 * y);
  }
  return image;
}

TEST(Warped, IsTheSamePictureByTheTransformThatDoesNothing) {
  const Image colours = {2, 2, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}};
  EXPECT_EQ(warped(colours, {}, 2, 2).pixels, colours.pixels);
}

TEST(Warped, IsExactBetweenPixelsOfASlope) {
  const Image picture = even_slope(20, 20);
  const Similarity place = {0.5, 0.25, 6.25, 3.5};
  const Image out = warped(picture, place, 8, 9);
  for (int64_t y = 0; y < 8; ++y) {
    for (int64_t x = 0; x < 9; ++x) {
      const Point from = place({static_cast<double>(x), static_cast<double>(y)});
      EXPECT_EQ(out.pixels[y * 9 + x], std::floor(3 * from.x + 5 * from.y + 0.5)) << x << " " << y;
    }
  }
}

TEST(Warped, RepeatsTheEdge) {
  const Image picture = {1, 2, 1, {10, 20}};
  EXPECT_EQ(warped(picture, {1, 0, -2, 0}, 1, 6).pixels, (std::vector<uint8_t>{10, 10, 10, 20, 20, 20}));
  EXPECT_EQ(warped(picture, {1, 0, 1e300, -1e300}, 1, 1).pixels, (std::vector<uint8_t>{20}));
}

TEST(Warped, RefusesWhatIsNoPicture) {
  const Image picture = {1, 2, 1, {10, 20}};
  expect_contains(message_of([&] { warped(picture, {NAN, 0, 0, 0}, 1, 1); }), "expected a finite transform");
  expect_contains(message_of([&] { warped(picture, {}, 0, 5); }), "found 5 x 0");
  expect_contains(message_of([&] { warped(picture, {}, 1 << 20, 1 << 20); }),
                  "warp: expected a size of 1 to 100000000");
  expect_contains(message_of([&] { warped({3, 2, 1, {10, 20}}, {}, 1, 1); }), "expected 6 bytes of pixels, found 2");
}

// A face of three dots, turned by `angle` about (x, y) and `size` pixels wide; YuNet's points say where they are.
struct DottedFace {
  Image picture = grey_picture(160, 200, 200);
  std::vector<Point> points;

  DottedFace(double x, double y, double size, double angle) {
    const auto place = [&](double along, double down) {
      return Point{x + size * (along * std::cos(angle) - down * std::sin(angle)),
                   y + size * (along * std::sin(angle) + down * std::cos(angle))};
    };
    points = {place(-0.184, -0.106), place(0.184, -0.106), place(0, 0.1), place(-0.1, 0.279), place(0.1, 0.279)};
    for (const Point& p : {points[0], points[1], place(0, 0.279)}) dot(p, size / 12);
  }

 private:
  void dot(const Point& p, double radius) {
    for (int64_t row = 0; row < picture.height; ++row) {
      for (int64_t column = 0; column < picture.width; ++column) {
        const double away = std::hypot(static_cast<double>(column) - p.x, static_cast<double>(row) - p.y);
        if (away <= radius) picture.pixels[row * picture.width + column] = 20;
      }
    }
  }
};

// The mean place of dark pixels in a part of the picture, in shares of its sides.
Point darkness(const Image& image, double left, double top, double right, double bottom) {
  double x = 0, y = 0, n = 0;
  for (auto row = static_cast<int64_t>(top * image.height); row < bottom * image.height; ++row) {
    for (auto column = static_cast<int64_t>(left * image.width); column < right * image.width; ++column) {
      const double dark = 200 - image.pixels[row * image.width + column];
      x += dark * (static_cast<double>(column) + 0.5) / static_cast<double>(image.width);
      y += dark * (static_cast<double>(row) + 0.5) / static_cast<double>(image.height);
      n += dark;
    }
  }
  return {x / n, y / n};
}

TEST(AlignedFace, BringsEyesAndMouthToTheTemplate) {
  const AlignmentTemplate wanted;
  for (const auto& [size, angle] : {std::pair{100.0, 0.0}, {60.0, 0.5}, {120.0, -0.4}, {24.0, 0.2}}) {
    const DottedFace face(100, 80, size, angle);
    const Image aligned = aligned_face(face.picture, face.points, 48);
    ASSERT_EQ(aligned.height, 48);
    ASSERT_EQ(aligned.width, 48);
    const Point left = darkness(aligned, 0, 0.2, 0.5, 0.6), right = darkness(aligned, 0.5, 0.2, 1, 0.6);
    const Point mouth = darkness(aligned, 0.3, 0.6, 0.7, 1);
    // Within half a pixel.
    EXPECT_NEAR(left.x, wanted.left_eye.x, 0.5 / 48) << size;
    EXPECT_NEAR(left.y, wanted.left_eye.y, 0.5 / 48) << size;
    EXPECT_NEAR(right.x, wanted.right_eye.x, 0.5 / 48) << size;
    EXPECT_NEAR(right.y, wanted.right_eye.y, 0.5 / 48) << size;
    EXPECT_NEAR(mouth.x, wanted.mouth.x, 0.5 / 48) << size;
    EXPECT_NEAR(mouth.y, wanted.mouth.y, 0.5 / 48) << size;
  }
}

TEST(AlignedFace, AveragesWhatIsMuchLarger) {
  // Stripes one pixel wide: bilinear sampling alone would show them, or one of their two colours.
  Image picture = grey_picture(600, 600, 0);
  for (size_t i = 0; i < picture.pixels.size(); ++i) picture.pixels[i] = i % 2 == 0 ? 0 : 200;
  const std::vector<Point> points = {{200, 250}, {400, 250}, {300, 300}, {250, 460}, {350, 460}};
  const Image aligned = aligned_face(picture, points, 24);
  for (const uint8_t value : aligned.pixels) EXPECT_NEAR(value, 100, 12);
}

TEST(CropFace, TurnsUprightByTheEyes) {
  const DottedFace face(100, 80, 90, 0.5);
  const Face found = {.box = {55, 35, 90, 90}, .score = 1, .points = face.points};
  const Image crop = crop_face(face.picture, found, {.margins = {}, .upright = true});
  ASSERT_EQ(crop.width, 90);
  const Point left = darkness(crop, 0.1, 0.2, 0.5, 0.6), right = darkness(crop, 0.5, 0.2, 0.9, 0.6);
  EXPECT_NEAR(left.y, right.y, 0.01);
  EXPECT_NEAR(right.x - left.x, 0.368, 0.02);
  // Without points, or unless it is asked for, it stays as it is.
  EXPECT_EQ(crop_face(face.picture, Face{.box = found.box}, {.upright = true}).pixels,
            crop_face(face.picture, found).pixels);
}

}  // namespace
}  // namespace fer
