#include "fer/picture_limit.h"

#include <gtest/gtest.h>

#include "tests/support/message.h"

namespace fer {
namespace {

std::string pgm(const std::string& width, const std::string& height, size_t bytes) {
  return "P5\n" + width + " " + height + "\n255\n" + std::string(bytes, 'x');
}

Image decode(const std::string& file, int64_t max_pixels) {
  return decode_image({reinterpret_cast<const uint8_t*>(file.data()), file.size()}, "a.pgm", max_pixels);
}

TEST(PictureLimit, APictureOfJustTheLimitIsDecoded) {
  const Image image = decode(pgm("3", "2", 6), 6);
  EXPECT_EQ(image.width, 3);
  EXPECT_EQ(image.height, 2);
}

TEST(PictureLimit, ALargerOneIsRefusedAsThat) {
  EXPECT_THROW(decode(pgm("3", "2", 6), 5), TooManyPixels);
  EXPECT_EQ(message_of([] { decode(pgm("3", "2", 6), 5); }),
            "a.pgm: expected a picture of 1 to 5 pixels, found height 2, width 3");
}

TEST(PictureLimit, ADamagedOneIsNotTakenForALargeOne) {
  try {
    decode(pgm("3", "2", 5), 6);
    FAIL() << "expected an Error";
  } catch (const TooManyPixels&) {
    FAIL() << "expected another Error";
  } catch (const Error&) {
  }
}

uint32_t crc_of(const std::string& bytes) {
  uint32_t crc = 0xffffffff;
  for (const unsigned char c : bytes) {
    crc ^= c;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  }
  return ~crc;
}

std::string big_endian(uint32_t n) {
  return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8), static_cast<char>(n)};
}

std::string chunk(const std::string& type, const std::string& data) {
  return big_endian(static_cast<uint32_t>(data.size())) + type + data + big_endian(crc_of(type + data));
}

TEST(PictureLimit, NoLimitGoesBeyondTheLibrarysOwn) {
  const std::string file = "\x89PNG\r\n\x1a\n" +
                           chunk("IHDR", big_endian(100000) + big_endian(1001) + std::string("\x08\0\0\0\0", 5)) +
                           chunk("IDAT", "x");
  EXPECT_THROW(decode(file, int64_t{1} << 62), TooManyPixels);
}

// A grey pixel, and behind it so many blocks of 32,768 zeros, stored as they are, in IDAT chunks of one block.
std::string png_with_more(int blocks) {
  const auto block = [](bool last, const std::string& data) {
    const auto n = static_cast<uint16_t>(data.size()), m = static_cast<uint16_t>(~n);
    return std::string{static_cast<char>(last), static_cast<char>(n), static_cast<char>(n >> 8), static_cast<char>(m),
                       static_cast<char>(m >> 8)} +
           data;
  };
  std::string file = "\x89PNG\r\n\x1a\n" +
                     chunk("IHDR", big_endian(1) + big_endian(1) + std::string("\x08\0\0\0\0", 5)) +
                     chunk("IDAT", "\x78\x01" + block(false, std::string("\0\x55", 2)));
  for (int i = 0; i < blocks; ++i) file += chunk("IDAT", block(false, std::string(32768, '\0')));
  return file + chunk("IDAT", block(true, "") + big_endian(1)) + chunk("IEND", "");
}

// 16 MB of such a file would be unpacked to 16 GB, and thrown away.
TEST(PictureLimit, RowsThatGoOnLongBehindThePictureAreRefused) {
  EXPECT_THROW(decode(png_with_more(20), 100), Error);
  expect_contains(message_of([] { decode(png_with_more(20), 100); }), "found much more behind them");
}

TEST(IsPicture, GoesByTheFirstBytes) {
  using std::string_literals::operator""s;
  for (const std::string& bytes :
       {"\x89PNG\r\n\x1a\n..."s, "\xff\xd8\xff\xe0"s, "RIFF\0\0\0\0WEBP"s, "P5\n1 1"s, "P3 "s}) {
    EXPECT_TRUE(is_picture(bytes)) << bytes;
  }
  for (const std::string& bytes : {""s, "P4\n"s, "GIF89a"s, "RIFF\0\0\0\0WAVE"s, "<svg/>"s, "\x89PNG"s}) {
    EXPECT_FALSE(is_picture(bytes)) << bytes;
  }
}

}  // namespace
}  // namespace fer
