#include <gtest/gtest.h>
#include <png.h>

#include <fstream>

#include "fer/draw.h"
#include "fer/error.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

Overlay overlay_of(int64_t height, int64_t width, const std::vector<uint8_t>& colour,
                   const std::vector<uint8_t>& opacity) {
  return {{height, width, 3, colour}, {height, width, 1, opacity}};
}

void write_png(const std::string& path, uint32_t format, uint32_t height, uint32_t width,
               const std::vector<uint8_t>& pixels) {
  png_image png = {};
  png.version = PNG_IMAGE_VERSION;
  png.width = width;
  png.height = height;
  png.format = format;
  ASSERT_NE(png_image_write_to_file(&png, path.c_str(), 0, pixels.data(), 0, nullptr), 0) << png.message;
}

TEST(Overlay, IsLaidOverByItsOpacityAndCutAtTheEdges) {
  Image image = {2, 2, 3, std::vector<uint8_t>(12, 100)};
  const Overlay overlay = overlay_of(1, 2, {200, 0, 100, 10, 20, 30}, {255, 51});
  lay_over(image, overlay, 1, 0);  // only its first pixel is within
  EXPECT_EQ(image.pixels, (std::vector<uint8_t>{100, 100, 100, 200, 0, 100, 100, 100, 100, 100, 100, 100}));
  lay_over(image, overlay, -1, 1);  // only its second: a fifth of it
  EXPECT_EQ(image.pixels[6], 82);
  EXPECT_EQ(image.pixels[7], 84);
  EXPECT_EQ(image.pixels[8], 86);
  const std::vector<uint8_t> before = image.pixels;
  lay_over(image, overlay, 2, 2);
  lay_over(image, overlay, -5, -5);
  lay_over(image, Overlay{}, 0, 0);
  EXPECT_EQ(image.pixels, before);
}

TEST(Overlay, ResizingKeepsColoursThatClearPixelsDoNotHave) {
  // Red where it is opaque, clear pixels are black, as programs leave them.
  const Overlay small = resized(overlay_of(2, 2, {255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {255, 0, 0, 0}), 1, 1);
  EXPECT_EQ(small.opacity.pixels[0], 64);
  EXPECT_EQ(small.colour.pixels, (std::vector<uint8_t>{255, 0, 0}));
}

TEST(Overlay, APngsOpacityIsReadAndAPictureWithoutAnyIsOpaque) {
  const TemporaryFolder folder;
  write_png(folder / "rgba.png", PNG_FORMAT_RGBA, 1, 2, {10, 20, 30, 40, 50, 60, 70, 255});
  const Overlay rgba = read_overlay(folder / "rgba.png");
  EXPECT_EQ(rgba.colour.pixels, (std::vector<uint8_t>{10, 20, 30, 50, 60, 70}));
  EXPECT_EQ(rgba.opacity.pixels, (std::vector<uint8_t>{40, 255}));
  write_png(folder / "grey.png", PNG_FORMAT_GRAY, 1, 2, {7, 9});
  const Overlay grey = read_overlay(folder / "grey.png");
  EXPECT_EQ(grey.colour.pixels, (std::vector<uint8_t>{7, 7, 7, 9, 9, 9}));
  EXPECT_EQ(grey.opacity.pixels, (std::vector<uint8_t>{255, 255}));
  write_png(folder / "ga.png", PNG_FORMAT_GA, 1, 1, {7, 99});
  EXPECT_EQ(read_overlay(folder / "ga.png").opacity.pixels[0], 99);
}

TEST(Overlay, WhatIsNoPngIsRefusedByItsName) {
  const TemporaryFolder folder;
  std::ofstream(folder / "face.pgm") << "P5\n1 1\n255\nx";
  EXPECT_NE(message_of([&] { read_overlay(folder / "face.pgm"); }).find("face.pgm: expected a PNG picture"),
            std::string::npos);
  EXPECT_THROW(read_overlay(folder / "none.png"), Error);
  Image image = {1, 1, 3, {1, 2, 3}};
  EXPECT_THROW(lay_over(image, {{1, 1, 3, {1, 2, 3}}, {1, 2, 1, {1, 2}}}, 0, 0), Error);
}

}  // namespace
}  // namespace fer
