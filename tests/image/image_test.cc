// Pictures: formats told apart, whole or refused; colours and sizes.
#include "fer/image.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <tuple>
#include <utility>

#include "fer/error.h"
#include "image/image_codecs.h"
#include "tests/support/message.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

using Bytes = std::vector<uint8_t>;

Image decoded(const std::string& bytes) { return io::decode_image(bytes, "p"); }
// Made by tests/fuzz/image_corpus.cc.
std::string fixture_bytes(const std::string& name) {
  return content_of(fer::source_dir() + "/tests/fuzz/corpus/image/" + name);
}
Image fixture(const std::string& name) { return decoded(fixture_bytes(name)); }

std::string refusal(const std::string& bytes) {
  return message_of([&] { decoded(bytes); });
}

// Every pixel differs from its neighbours.
Image pattern(int64_t height, int64_t width, int64_t channels) {
  Image image = {height, width, channels, {}};
  for (int64_t i = 0; i < height * width * channels; ++i) image.pixels.push_back(static_cast<uint8_t>(i * 37 + i / 7));
  return image;
}

// Not a pattern that JPEG would lose: slow slopes.
Image slope(int64_t height, int64_t width, int64_t channels) {
  Image image = {height, width, channels, {}};
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      for (int64_t c = 0; c < channels; ++c) image.pixels.push_back(static_cast<uint8_t>(40 + 2 * y + 3 * x + 10 * c));
    }
  }
  return image;
}

TEST(Image, PngComesBackAsItWas) {
  for (const int64_t channels : {1, 3}) {
    for (const auto& [height, width] : {std::pair<int64_t, int64_t>{1, 1}, {3, 5}, {48, 48}, {17, 1}, {1, 300}}) {
      const Image image = pattern(height, width, channels);
      const Image again = decoded(encode_png(image));
      EXPECT_EQ(again.height, height);
      EXPECT_EQ(again.width, width);
      EXPECT_EQ(again.channels, channels);
      EXPECT_EQ(again.pixels, image.pixels);
    }
  }
}

TEST(Image, PngOfEveryKindBecomes8BitGreyOrColour) {
  EXPECT_EQ(fixture("grey16.png").pixels, (Bytes{0x11, 0xee}));
  EXPECT_EQ(fixture("grey_alpha.png").channels, 1);
  EXPECT_EQ(fixture("grey_alpha.png").pixels, (Bytes{0x11, 0xee}));
  EXPECT_EQ(fixture("rgba.png").channels, 3);
  EXPECT_EQ(fixture("rgba.png").pixels, (Bytes{1, 2, 3}));
  EXPECT_EQ(fixture("rgb.png").pixels, (Bytes{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(fixture("bits.png").pixels, (Bytes{255, 0, 255, 0, 0, 0, 0, 255}));
  EXPECT_EQ(fixture("palette.png").channels, 3);
  EXPECT_EQ(fixture("palette.png").pixels, (Bytes{6, 5, 4, 9, 8, 7}));
}

TEST(Image, JpegComesBackNearly) {
  for (const auto& [name, image] : {std::pair{"grey.jpg", slope(24, 31, 1)}, std::pair{"rgb.jpg", slope(24, 31, 3)},
                                    std::pair{"progressive.jpg", slope(16, 17, 1)}}) {
    SCOPED_TRACE(name);
    const Image again = fixture(name);
    ASSERT_EQ(again.pixels.size(), image.pixels.size());
    EXPECT_EQ(again.channels, image.channels);
    // At quality 95 the steps of quantisation stay below twelve: half of one where all of the error is in one term.
    for (size_t i = 0; i < image.pixels.size(); ++i) EXPECT_NEAR(again.pixels[i], image.pixels[i], 6) << i;
  }
}

// A JPEG file with an APP1 segment after its first two bytes.
std::string with_app1(const std::string& jpeg, const std::string& content) {
  const size_t length = content.size() + 2;
  return jpeg.substr(0, 2) + "\xff\xe1" + static_cast<char>(length >> 8) + static_cast<char>(length & 255) + content +
         jpeg.substr(2);
}

// Exif whose first directory holds a date and this orientation.
std::string exif(int orientation, bool little) {
  std::string text("Exif\0\0", 6);
  text += little ? "II" : "MM";
  const auto add = [&](uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * (little ? i : bytes - 1 - i));
  };
  add(42, 2);
  add(8, 4);
  add(2, 2);
  for (const auto& [tag, type, count] : {std::tuple(0x0132u, 2u, 20u), {0x0112u, 3u, 1u}}) {
    add(tag, 2);
    add(type, 2);
    add(count, 4);
    add(static_cast<uint32_t>(orientation), 2);
    add(0, 2);
  }
  add(0, 4);
  return text;
}

// Exif's table: on which sides of what was seen the file's first row and first column lie.
TEST(Image, JpegIsTurnedUprightByItsExif) {
  const std::string jpeg = fixture_bytes("rgb.jpg");
  const Image stored = decoded(jpeg);
  const std::vector<std::string> sides = {"top left", "top right", "bottom right", "bottom left",
                                          "left top", "right top", "right bottom", "left bottom"};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool little : {true, false}) {
      SCOPED_TRACE(fmt::format("orientation {}, little {}", orientation, little));
      const Image seen = decoded(with_app1(jpeg, exif(orientation, little)));
      ASSERT_EQ(seen.height, orientation < 5 ? stored.height : stored.width);
      ASSERT_EQ(seen.width, orientation < 5 ? stored.width : stored.height);
      const std::string& side = sides[static_cast<size_t>(orientation - 1)];
      const std::string row_side = side.substr(0, side.find(' ')), column_side = side.substr(side.find(' ') + 1);
      for (int64_t row = 0; row < stored.height; ++row) {
        for (int64_t column = 0; column < stored.width; ++column) {
          int64_t y = 0, x = 0;
          for (const auto& [from, distance] : {std::pair(row_side, row), {column_side, column}}) {
            if (from == "top") y = distance;
            if (from == "bottom") y = seen.height - 1 - distance;
            if (from == "left") x = distance;
            if (from == "right") x = seen.width - 1 - distance;
          }
          for (int64_t c = 0; c < 3; ++c) {
            ASSERT_EQ(seen.pixels[static_cast<size_t>((y * seen.width + x) * 3 + c)],
                      stored.pixels[static_cast<size_t>((row * stored.width + column) * 3 + c)])
                << row << " " << column;
          }
        }
      }
    }
  }
}

TEST(Image, JpegWithDamagedExifLiesAsItIs) {
  const std::string jpeg = fixture_bytes("grey.jpg"), whole = exif(6, true);
  const Image stored = decoded(jpeg);
  for (size_t length = 0; length + 6 < whole.size(); ++length)
    EXPECT_EQ(decoded(with_app1(jpeg, whole.substr(0, length))).pixels, stored.pixels) << length;
  for (const int orientation : {0, 9, 65535}) {
    EXPECT_EQ(decoded(with_app1(jpeg, exif(orientation, true))).pixels, stored.pixels) << orientation;
  }
  std::string far = whole;
  far.replace(10, 4, "\xff\xff\xff\xff");  // the directory's place
  EXPECT_EQ(decoded(with_app1(jpeg, far)).pixels, stored.pixels);
  std::string many = whole;
  many.replace(14, 2, "\xff\xff");  // its entries
  EXPECT_EQ(decoded(with_app1(jpeg, many)).width, stored.height);
}

TEST(Image, JpegOfFourColoursIsRefused) {
  expect_contains(refusal(fixture_bytes("cmyk.jpg")), "p: JPEG: expected grey or three colours, found four (CMYK)");
}

TEST(Image, WebpComesBack) {
  const std::string lossless = fixture_bytes("lossless.webp");
  try {
    decoded(lossless);
  } catch (const Error& error) {
    expect_contains(error.what(), "was built without libwebp");
    GTEST_SKIP() << error.what();
  }
  EXPECT_EQ(decoded(lossless).pixels, slope(9, 11, 3).pixels);
  EXPECT_EQ(decoded(lossless).width, 11);
  const Image opaque = slope(3, 5, 4), without_alpha = fixture("alpha.webp");
  ASSERT_EQ(without_alpha.channels, 3);
  for (size_t i = 0; i < 15; ++i) {
    for (size_t c = 0; c < 3; ++c) EXPECT_EQ(without_alpha.pixels[3 * i + c], opaque.pixels[4 * i + c]) << i;
  }
  const Image lossy = fixture("lossy.webp"), exact = slope(24, 31, 3);
  ASSERT_EQ(lossy.pixels.size(), exact.pixels.size());
  for (size_t i = 0; i < exact.pixels.size(); ++i) EXPECT_NEAR(lossy.pixels[i], exact.pixels[i], 8) << i;
  for (size_t size = 12; size < lossless.size(); ++size) {
    expect_contains(refusal(lossless.substr(0, size)), "p: WebP: expected 50 bytes as the header says, found ");
  }
  std::string damaged = lossless;
  damaged[20] = 0;  // the signature of a lossless picture
  expect_contains(refusal(damaged), "p: WebP: expected a whole");
}

TEST(Image, IsFittedToSizeAndChannels) {
  const Image grey = fitted(pattern(6, 6, 3), 3, 2, 1);
  EXPECT_EQ(grey.pixels, resized(with_channels(pattern(6, 6, 3), 1), 3, 2).pixels);
  const Image colour = fitted(pattern(2, 2, 1), 4, 5, 3);
  EXPECT_EQ(colour.channels, 3);
  EXPECT_EQ(with_channels(colour, 1).pixels, resized(pattern(2, 2, 1), 4, 5).pixels);
}

TEST(Image, ReadsNetpbmInFourForms) {
  EXPECT_EQ(decoded("P2 # a comment\n3 2 # another\n255\n0 1 2\n3\t4\r\n255").pixels, (Bytes{0, 1, 2, 3, 4, 255}));
  EXPECT_EQ(decoded("P3\n1 1\n255\n7 8 9\n").pixels, (Bytes{7, 8, 9}));
  EXPECT_EQ(decoded("P3\n1 1\n255\n7 8 9\n").channels, 3);
  EXPECT_EQ(decoded("P5 2 1 255\nab").pixels, (Bytes{'a', 'b'}));
  EXPECT_EQ(decoded("P5\n#c\n1\n2 255\n\nx").pixels, (Bytes{'\n', 'x'}));
  EXPECT_EQ(decoded("P6 1 1 255\nabc").pixels, (Bytes{'a', 'b', 'c'}));
}

TEST(Image, NetpbmIsScaledToTheFullRange) {
  EXPECT_EQ(decoded("P2 4 1 3 0 1 2 3").pixels, (Bytes{0, 85, 170, 255}));
  EXPECT_EQ(decoded(std::string("P5 2 1 1\n\0\1", 11)).pixels, (Bytes{0, 255}));
}

TEST(Image, BadNetpbmIsRefused) {
  expect_contains(refusal("P5 2 2 255\nabc"), "p: pixels: expected 4 bytes, found 3");
  expect_contains(refusal("P2 2 1 255\n1"), "p: pixel: expected a number, found the end");
  expect_contains(refusal("P2 2 1 255\n1 x"), "p: pixel: expected a number, found none (byte 13)");
  expect_contains(refusal("P2 2 1 255\n1 256"), "p: pixel: expected at most 255, found more");
  expect_contains(refusal("P2 2 1 255\n1 -1"), "p: pixel: expected a number, found none");
  expect_contains(refusal("P5 1 1 3\nx"), "p: pixel 0: expected at most 3, found 120");
  expect_contains(refusal("P5 1 1 65535\nxx"), "p: largest value: expected at most 255, found more");
  expect_contains(refusal("P5 1 1 0\nx"), "p: largest value: expected 1 to 255, found 0");
  expect_contains(refusal("P5 0 1 255\nx"), "p: expected a picture of 1 to 100000000 pixels, found height 1, width 0");
  expect_contains(refusal("P5 99999999 99999999 255\nx"), "to fit the file's");
  expect_contains(refusal("P5 99999999999999999999 1 255\nx"), "p: width: expected at most 100000000, found more");
  expect_contains(refusal("P5 1 1 255"), "p: expected a white space before the pixels");
  expect_contains(refusal("P5"), "p: width: expected a number, found the end");
}

TEST(Image, OtherContentIsRefused) {
  EXPECT_EQ(refusal(""),
            "p: expected a PNG, JPEG, PGM, PPM or WebP picture, found an empty file: copy or download it again");
  EXPECT_EQ(refusal("GIF89a"),
            "p: expected a PNG, JPEG, PGM, PPM or WebP picture, found a GIF picture: save it as PNG");
  expect_contains(refusal("P4 1 1 \n"), "found a PBM picture in black and white: save it as PNG");
  expect_contains(refusal("\1\2\3"), "found something else");
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

TEST(Image, AFlippedBitOfAPngIsRefused) {
  const std::string whole = encode_png(pattern(5, 7, 1));
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string spoilt = whole;
    spoilt[i] = static_cast<char>(spoilt[i] ^ 4);
    EXPECT_FALSE(refusal(spoilt).empty()) << i;
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

TEST(Image, AProgressiveJpegOfEndlessPassesIsRefused) {
  // The last scan, a thousand times: good syntax, each pass over the whole picture.
  const std::string whole = fixture_bytes("progressive.jpg");
  const size_t scan = whole.rfind("\xff\xda");
  ASSERT_NE(scan, std::string::npos);
  const std::string last = whole.substr(scan, whole.size() - 2 - scan);
  std::string endless = whole.substr(0, whole.size() - 2);
  for (int i = 0; i < 1000; ++i) endless += last;
  expect_contains(refusal(endless + "\xff\xd9"), "p: JPEG: expected at most 500 scans");
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
