#include "report/picture_uri.h"

#include <gtest/gtest.h>
#include <png.h>

#include <string_view>

#include "fer/error.h"

namespace fer::report {
namespace {

std::string encoded(std::string_view text) {
  return base64({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

std::vector<uint8_t> decoded(std::string_view text) {
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<uint8_t> bytes;
  uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<uint32_t>(kDigits.find(c));
    have += 6;
    if (have >= 8) bytes.push_back(static_cast<uint8_t>(bits >> (have -= 8)));
  }
  return bytes;
}

TEST(Base64, GivesTheAnswersOfRfc4648) {
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foob"), "Zm9vYg==");
  EXPECT_EQ(encoded("fooba"), "Zm9vYmE=");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
  EXPECT_EQ(encoded("\xff\xfe\xfd"), "//79");
}

TEST(PictureUri, HoldsAPngOfTheSamePixels) {
  for (const int64_t channels : {1, 3}) {
    ReportPicture picture{3, 5, channels, std::vector<uint8_t>(static_cast<size_t>(15 * channels)), ""};
    for (size_t i = 0; i < picture.pixels.size(); ++i) picture.pixels[i] = static_cast<uint8_t>(i * 37);
    const std::string uri = picture_uri(picture);
    const std::string_view prefix = "data:image/png;base64,";
    ASSERT_TRUE(uri.starts_with(prefix));
    const std::vector<uint8_t> file = decoded(std::string_view(uri).substr(prefix.size()));

    png_image png = {};
    png.version = PNG_IMAGE_VERSION;
    ASSERT_TRUE(png_image_begin_read_from_memory(&png, file.data(), file.size())) << png.message;
    ASSERT_EQ(png.width, 5u);
    ASSERT_EQ(png.height, 3u);
    png.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    std::vector<uint8_t> pixels(PNG_IMAGE_SIZE(png));
    ASSERT_TRUE(png_image_finish_read(&png, nullptr, pixels.data(), 0, nullptr)) << png.message;
    EXPECT_EQ(pixels, picture.pixels);
  }
}

TEST(PictureUri, RefusesPixelsThatDoNotFitTheSize) {
  EXPECT_THROW(picture_uri({2, 2, 1, std::vector<uint8_t>(3), ""}), Error);
  EXPECT_THROW(picture_uri({2, 2, 2, std::vector<uint8_t>(8), ""}), Error);
  EXPECT_THROW(picture_uri({0, 2, 1, {}, ""}), Error);
  EXPECT_THROW(picture_uri({-1, -4, 1, std::vector<uint8_t>(4), ""}), Error);
}

}  // namespace
}  // namespace fer::report
