// JPEG: whole or refused.
#include <gtest/gtest.h>

#include <array>
#include <utility>

#include "tests/image/pictures.h"

namespace fer {
namespace {

TEST(Jpeg, JpegComesBackNearly) {
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

// As Adobe's programs write them, and libjpeg says that they did: 255 is no ink. (Pillow shows inks.jpg as 40, 120,
// 160.)
TEST(Jpeg, OfFourInksBecomesThreeColours) {
  const Image black = fixture("cmyk.jpg");
  EXPECT_EQ(black.channels, 3);
  EXPECT_EQ(black.pixels, Bytes(12, 0));
  const Image inks = fixture("inks.jpg");
  ASSERT_EQ(inks.pixels.size(), 8u * 8 * 3);
  for (size_t i = 0; i < inks.pixels.size(); ++i) {
    EXPECT_NEAR(inks.pixels[i], (std::array{40, 120, 160}[i % 3]), 2) << i;
  }
  // Without Adobe's marker (here another of the same length) 255 is all of the ink.
  std::string plain = fixture_bytes("inks.jpg");
  const size_t marker = plain.find("\xff\xee");
  ASSERT_NE(marker, std::string::npos);
  plain[marker + 1] = '\xec';
  const Image other = decoded(plain);
  ASSERT_EQ(other.pixels.size(), inks.pixels.size());
  for (size_t i = 0; i < other.pixels.size(); ++i) {
    EXPECT_NEAR(other.pixels[i], (std::array{41, 21, 11}[i % 3]), 2) << i;
  }
}

TEST(Jpeg, AProgressiveJpegOfEndlessPassesIsRefused) {
  // The last scan, a thousand times: good syntax, each pass over the whole picture.
  const std::string whole = fixture_bytes("progressive.jpg");
  const size_t scan = whole.rfind("\xff\xda");
  ASSERT_NE(scan, std::string::npos);
  const std::string last = whole.substr(scan, whole.size() - 2 - scan);
  std::string endless = whole.substr(0, whole.size() - 2);
  for (int i = 0; i < 1000; ++i) endless += last;
  expect_contains(refusal(endless + "\xff\xd9"), "p: JPEG: expected at most 500 scans");
}

}  // namespace
}  // namespace fer
