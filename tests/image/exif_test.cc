// Pictures that say how the camera was held.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <tuple>
#include <utility>

#include "tests/image/pictures.h"

namespace fer {
namespace {

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

// CRC-32 as PNG's chunks have it.
uint32_t crc_of(const std::string& bytes) {
  uint32_t crc = ~0u;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0u);
  }
  return ~crc;
}

std::string number(uint64_t value, bool little) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(value >> 8 * (little ? i : 3 - i));
  return bytes;
}

// A PNG file with one more chunk, before its rows or behind them.
std::string with_chunk(const std::string& png, const std::string& name, const std::string& content, bool before) {
  const size_t place = before ? 8 + 25 : png.size() - 12;  // behind IHDR, or before IEND
  return png.substr(0, place) + number(content.size(), false) + name + content + number(crc_of(name + content), false) +
         png.substr(place);
}

std::string hexadecimal(const std::string& bytes) {
  std::string text;
  for (size_t i = 0; i < bytes.size(); ++i) {
    text += fmt::format("{:02x}{}", static_cast<unsigned char>(bytes[i]), i % 36 == 35 ? "\n" : "");
  }
  return text + "\n";
}

// A WebP file with an EXIF chunk of this content at its end.
std::string with_exif_chunk(const std::string& webp, const std::string& content) {
  const std::string body =
      webp.substr(12) + "EXIF" + number(content.size(), true) + content + std::string(content.size() % 2, '\0');
  return "RIFF" + number(body.size() + 4, true) + "WEBP" + body;
}

// Exif's table: on which sides of what was seen the file's first row and first column lie.
void expect_turned(const Image& stored, const Image& seen, int orientation) {
  static const std::vector<std::string> kSides = {"top left", "top right", "bottom right", "bottom left",
                                                  "left top", "right top", "right bottom", "left bottom"};
  ASSERT_EQ(seen.height, orientation < 5 ? stored.height : stored.width);
  ASSERT_EQ(seen.width, orientation < 5 ? stored.width : stored.height);
  const std::string& side = kSides[static_cast<size_t>(orientation - 1)];
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
      for (int64_t c = 0; c < stored.channels; ++c) {
        ASSERT_EQ(seen.pixels[static_cast<size_t>((y * seen.width + x) * stored.channels + c)],
                  stored.pixels[static_cast<size_t>((row * stored.width + column) * stored.channels + c)])
            << row << " " << column;
      }
    }
  }
}

bool has_webp() {
  try {
    fixture("lossless.webp");
  } catch (const Error& error) {
    expect_contains(error.what(), "was built without libwebp");
    return false;
  }
  return true;
}

TEST(Exif, JpegIsTurnedUpright) {
  const std::string jpeg = fixture_bytes("rgb.jpg");
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool little : {true, false}) {
      SCOPED_TRACE(fmt::format("orientation {}, little {}", orientation, little));
      expect_turned(decoded(jpeg), decoded(with_app1(jpeg, exif(orientation, little))), orientation);
    }
  }
}

// With and without the six bytes that JPEG's Exif begins with, and in ImageMagick's older form.
TEST(Exif, PngIsTurnedUpright) {
  const std::string png = encode_png(pattern(4, 7, 3));
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool little : {true, false}) {
      for (const bool before : {true, false}) {
        SCOPED_TRACE(fmt::format("orientation {}, little {}, before {}", orientation, little, before));
        const std::string whole = exif(orientation, little), bare = whole.substr(6);
        const std::string text = fmt::format("\nexif\n{:8}\n", whole.size()) + hexadecimal(whole);
        expect_turned(decoded(png), decoded(with_chunk(png, "eXIf", bare, before)), orientation);
        for (const std::string key : {"Raw profile type exif", "Raw profile type APP1"}) {
          const std::string content = key + std::string(1, '\0') + text;
          expect_turned(decoded(png), decoded(with_chunk(png, "tEXt", content, before)), orientation);
        }
      }
    }
  }
}

TEST(Exif, WebpIsTurnedUpright) {
  if (!has_webp()) GTEST_SKIP() << "no WebP";
  const std::string webp = fixture_bytes("lossless.webp");
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool little : {true, false}) {
      SCOPED_TRACE(fmt::format("orientation {}, little {}", orientation, little));
      const std::string whole = exif(orientation, little);
      expect_turned(decoded(webp), decoded(with_exif_chunk(webp, whole)), orientation);
      expect_turned(decoded(webp), decoded(with_exif_chunk(webp, whole.substr(6))), orientation);
    }
  }
}

// One face, lying in three files; JPEG and WebP are not exact.
TEST(Exif, TheSameFaceLooksTheSameInEveryContainer) {
  const std::string folder = source_dir() + "/tests/fixtures/pictures/";
  const Image upright = read_image(folder + "upright.png");
  for (const std::string name : {"face.png", "face.jpg", "face.webp"}) {
    SCOPED_TRACE(name);
    if (name == "face.webp" && !has_webp()) continue;
    const Image face = read_image(folder + name);
    ASSERT_EQ(face.height, upright.height);
    ASSERT_EQ(face.width, upright.width);
    const Image grey = with_channels(face, 1), expected = with_channels(upright, 1);
    double sum = 0;
    for (size_t i = 0; i < grey.pixels.size(); ++i) sum += std::abs(grey.pixels[i] - expected.pixels[i]);
    const double mean = sum / static_cast<double>(grey.pixels.size());
    EXPECT_LE(mean, name == "face.png" ? 0 : 4);
  }
}

// Files by libpng and libwebp, not by this test.
TEST(Exif, IsReadInEveryFormThatOtherProgramsWrite) {
  for (const std::string name :
       {"exif_big_endian.png", "exif_profile.png", "exif_extended.webp", "exif_after_odd.webp"}) {
    SCOPED_TRACE(name);
    const bool webp = name.ends_with(".webp");
    if (webp && !has_webp()) continue;
    const Image turned = fixture(name);
    EXPECT_EQ(turned.width, webp ? 9 : 1);
    EXPECT_EQ(turned.height, webp ? 11 : 2);
    if (!webp) {
      EXPECT_EQ(turned.pixels, (Bytes{0xee, 0x11})) << "the right side is up";
    }
  }
  EXPECT_EQ(fixture("exif_far.png").width, 2);
}

TEST(Exif, DamagedExifOfPngAndWebpIsPassedOver) {
  const std::string png = encode_png(pattern(4, 7, 1)), whole = exif(6, true).substr(6);
  for (size_t length = 1; length + 6 < whole.size(); ++length) {
    EXPECT_EQ(decoded(with_chunk(png, "tEXt",
                                 "Raw profile type exif" + std::string(1, '\0') + "\nexif\n  9\n" +
                                     hexadecimal(whole.substr(0, length)),
                                 true))
                  .pixels,
              pattern(4, 7, 1).pixels)
        << length;
  }
  for (const std::string text : {"", "\n", "\n\n", "\n\n\n", "no digits", "\nexif\n 2\n4"}) {
    const std::string content = "Raw profile type exif" + std::string(1, '\0') + text;
    EXPECT_EQ(decoded(with_chunk(png, "tEXt", content, true)).pixels, pattern(4, 7, 1).pixels);
  }
  if (!has_webp()) GTEST_SKIP() << "no WebP";
  const std::string webp = fixture_bytes("lossless.webp");
  for (size_t length = 0; length + 6 < whole.size(); ++length) {
    EXPECT_EQ(decoded(with_exif_chunk(webp, whole.substr(0, length))).pixels, decoded(webp).pixels) << length;
  }
}

TEST(Exif, JpegWithDamagedExifLiesAsItIs) {
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

}  // namespace
}  // namespace fer
