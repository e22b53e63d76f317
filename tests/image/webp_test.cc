// WebP, where libfer was built with it.
#include <gtest/gtest.h>

#include "tests/image/pictures.h"

namespace fer {
namespace {

TEST(Webp, WebpComesBack) {
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

}  // namespace
}  // namespace fer
