// JPEG: whole or refused.
#include <gtest/gtest.h>

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

TEST(Jpeg, JpegOfFourColoursIsRefused) {
  expect_contains(refusal(fixture_bytes("cmyk.jpg")), "p: JPEG: expected grey or three colours, found four (CMYK)");
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
