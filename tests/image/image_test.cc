// Pictures: formats told apart, whole or refused; channels.
#include "fer/image.h"

#include <gtest/gtest.h>

#include "tests/image/pictures.h"

namespace fer {
namespace {

TEST(Image, IsFittedToSizeAndChannels) {
  const Image grey = fitted(pattern(6, 6, 3), 3, 2, 1);
  EXPECT_EQ(grey.pixels, resized(with_channels(pattern(6, 6, 3), 1), 3, 2).pixels);
  const Image colour = fitted(pattern(2, 2, 1), 4, 5, 3);
  EXPECT_EQ(colour.channels, 3);
  EXPECT_EQ(with_channels(colour, 1).pixels, resized(pattern(2, 2, 1), 4, 5).pixels);
}

TEST(Image, OtherContentIsRefused) {
  EXPECT_EQ(refusal(""),
            "p: expected a PNG, JPEG, PGM, PPM or WebP picture, found an empty file: copy or download it again");
  EXPECT_EQ(refusal("GIF89a"),
            "p: expected a PNG, JPEG, PGM, PPM or WebP picture, found a GIF picture: save it as PNG");
  expect_contains(refusal("P4 1 1 \n"), "found a PBM picture in black and white: save it as PNG");
  expect_contains(refusal("\1\2\3"), "found bytes of an unknown kind");
}

TEST(Image, EveryTruncationIsRefused) {
  for (const std::string& whole : {encode_png(pattern(5, 7, 3)), fixture_bytes("rgb.jpg"), fixture_bytes("grey.jpg"),
                                   fixture_bytes("progressive.jpg"), fixture_bytes("bytes.pgm"),
                                   fixture_bytes("bytes.ppm"), fixture_bytes("palette.png")}) {
    EXPECT_GT(decoded(whole).pixels.size(), 0u);
    for (size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(refusal(whole.substr(0, size)).empty()) << whole.substr(0, 2) << " of " << size << " bytes";
    }
  }
}

TEST(Image, PicturesBeyondAHundredMillionPixelsAreRefused) {
  const std::string png = fixture_bytes("too_large.png");
  expect_contains(refusal(png), "p: expected a picture of 1 to 100000000 pixels, found height 1001, width 100000");
  std::string jpeg = fixture_bytes("grey.jpg");
  const size_t frame = jpeg.find("\xff\xc0");
  ASSERT_NE(frame, std::string::npos);
  jpeg.replace(frame + 5, 4, "\xff\x00\xff\x00", 4);
  expect_contains(refusal(jpeg), "p: expected a picture of 1 to 100000000 pixels");
}

TEST(Image, ReadsAFileAndNamesItInMessages) {
  const TemporaryFolder folder;
  put(folder / "a.png", encode_png(pattern(3, 4, 1)));
  EXPECT_EQ(read_image(folder / "a.png").pixels, pattern(3, 4, 1).pixels);
  put(folder / "b.png", "no picture");
  expect_contains(message_of([&] { read_image(folder / "b.png"); }), folder / "b.png: expected a PNG");
  expect_contains(message_of([&] { read_image(folder / "c.png"); }), "c.png: cannot be read");
  expect_contains(message_of([&] { read_image(folder.path()); }),
                  folder.path() + ": expected a PNG, JPEG, PGM, PPM or WebP picture, found a directory");
}

TEST(Image, GreyIsTheWeightedSumRounded) {
  const Image image = {1, 4, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30}};
  EXPECT_EQ(with_channels(image, 1).pixels, (Bytes{76, 150, 29, 18}));
  for (int v = 0; v < 256; ++v) {
    const auto byte = static_cast<uint8_t>(v);
    EXPECT_EQ(with_channels({1, 1, 3, {byte, byte, byte}}, 1).pixels[0], byte);
  }
}

TEST(Image, ColourRepeatsGrey) {
  const Image image = {1, 2, 1, {5, 9}};
  EXPECT_EQ(with_channels(image, 3).pixels, (Bytes{5, 5, 5, 9, 9, 9}));
  EXPECT_EQ(with_channels(with_channels(image, 3), 1).pixels, image.pixels);
  EXPECT_EQ(with_channels(image, 1).pixels, image.pixels);
  expect_contains(message_of([&] { with_channels(image, 2); }), "channels: expected 1 or 3, found 2");
}

TEST(Image, WhatIsNoImageIsRefused) {
  for (const Image& image : {Image{}, Image{2, 2, 1, Bytes(3)}, Image{2, 2, 2, Bytes(8)}, Image{-1, -1, 1, Bytes(1)},
                             Image{int64_t{1} << 62, 4, 1, {}}}) {
    expect_contains(message_of([&] { encode_png(image); }), "expected 1 or 3 channels and as many pixels");
    expect_contains(message_of([&] { with_channels(image, 1); }), "expected 1 or 3 channels and as many pixels");
    expect_contains(message_of([&] { resized(image, 1, 1); }), "expected 1 or 3 channels and as many pixels");
  }
}

}  // namespace
}  // namespace fer
