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

TEST(PictureLimit, NoLimitGoesBeyondTheLibrarysOwn) {
  EXPECT_THROW(decode(pgm("100000", "1001", 1), int64_t{1} << 62), TooManyPixels);
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
