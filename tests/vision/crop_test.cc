// Crops around a face's box: margins, square, beyond the edge.
#include <gtest/gtest.h>

#include "fer/error.h"
#include "fer/vision.h"
#include "tests/support/message.h"
#include "tests/vision/pictures.h"

namespace fer {
namespace {

// A picture whose pixel (x, y) is 16 y + x.
Image numbered(int64_t height, int64_t width) {
  Image image = grey_picture(height, width, 0);
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) image.pixels[y * width + x] = static_cast<uint8_t>(16 * y + x);
  }
  return image;
}

TEST(CropBox, MarginsAreSharesOfTheBoxOnEachSide) {
  const Box box = {10, 20, 100, 50};
  EXPECT_EQ(crop_box(box, {.margins = {}, .square = false}), box);
  EXPECT_EQ(crop_box(box, {.margins = {.left = 0.1, .top = 0.2, .right = 0.3, .bottom = 0.4}, .square = false}),
            (Box{0, 10, 140, 80}));
  EXPECT_EQ(crop_box(box, {.margins = {.left = -0.25, .right = -0.25}, .square = false}), (Box{35, 20, 50, 50}));
}

TEST(CropBox, BecomesSquareAboutItsCentre) {
  EXPECT_EQ(crop_box({10, 20, 100, 50}, {.margins = {}}), (Box{10, -5, 100, 100}));
  EXPECT_EQ(crop_box({10, 20, 50, 100}, {.margins = {}}), (Box{-15, 20, 100, 100}));
  // By default with a twentieth of the box on each side.
  EXPECT_EQ(crop_box({10, 20, 100, 100}), (Box{5, 15, 110, 110}));
  // At least one pixel is left.
  EXPECT_EQ(crop_box({10, 20, 10, 10}, {.margins = {-0.5, -0.5, -0.5, -0.5}}).width, 1);
}

TEST(CropFace, CopiesPixelsAndRepeatsTheEdge) {
  const Image picture = numbered(4, 5);
  EXPECT_EQ(crop_face(picture, Box{1, 2, 2, 2}, {.margins = {}}).pixels, (std::vector<uint8_t>{33, 34, 49, 50}));
  const Image outside = crop_face(picture, Box{-1, -1, 3, 3}, {.margins = {}});
  EXPECT_EQ(outside.pixels, (std::vector<uint8_t>{0, 0, 1, 0, 0, 1, 16, 16, 17}));
  const Image beyond = crop_face(picture, Box{100, 100, 1, 1});
  EXPECT_EQ(beyond.pixels, (std::vector<uint8_t>{52}));
}

TEST(CropFace, KeepsColours) {
  const Image picture = {1, 2, 3, {1, 2, 3, 4, 5, 6}};
  EXPECT_EQ(crop_face(picture, Box{1, 0, 1, 1}).pixels, (std::vector<uint8_t>{4, 5, 6}));
}

TEST(CropFace, RefusesWhatIsNoCrop) {
  const Image picture = numbered(4, 5);
  const auto refusal = [&](const Box& box, const CropOptions& options = {}) {
    return message_of([&] { crop_face(picture, box, options); });
  };
  EXPECT_EQ(refusal({1, 1, 0, 3}), "crop: expected a box with pixels, found 0 x 3 at 1, 1");
  expect_contains(refusal({INT64_MIN, 1, 3, 3}), "crop: expected a box with pixels");
  expect_contains(refusal({1, 1, 2, 2}, {.margins = {.left = -1}}), "expected margins above -1, at most 100, found -1");
  expect_contains(refusal({0, 0, 20000, 20000}, {.margins = {}}),
                  "crop: expected at most 100000000 pixels, found 20000 x 20000");
}

}  // namespace
}  // namespace fer
