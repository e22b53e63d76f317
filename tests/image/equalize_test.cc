// Histogram equalisation against what OpenCV 4.6's equalizeHist makes of the same bytes.
#include "image/equalize.h"

#include <gtest/gtest.h>

#include <vector>

#include "fer/error.h"
#include "fer/image.h"
#include "tests/support/message.h"

namespace fer {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes equalized(Bytes pixels, int64_t channels = 1) {
  equalize_histogram(pixels, channels);
  return pixels;
}

TEST(Equalize, GivesOpenCvsBytes) {
  const Bytes picture = {93,  100, 121, 95,  144, 146, 101, 131, 114, 111, 122, 147,
                         125, 117, 123, 143, 116, 103, 104, 119, 148, 130, 126, 136};
  const Bytes expected = {0,   22,  122, 11,  222, 233, 33, 188, 78,  67,  133, 244,
                          155, 100, 144, 211, 89,  44,  55, 111, 255, 177, 166, 200};
  EXPECT_EQ(equalized(picture), expected);
}

TEST(Equalize, RoundsAHalfToTheEvenNumber) {
  EXPECT_EQ(equalized({10, 20, 30}), (Bytes{0, 128, 255}));  // 127.5
  EXPECT_EQ(equalized({10, 20, 20, 30, 30, 30, 30}), (Bytes{0, 85, 85, 255, 255, 255, 255}));
}

TEST(Equalize, APictureOfOneValueStays) {
  for (const uint8_t value : {0, 77, 255}) EXPECT_EQ(equalized(Bytes(9, value)), Bytes(9, value));
  EXPECT_EQ(equalized({}), Bytes());
}

// 48 x 48 pixels of few or many values, and the FNV-1a hashes of what OpenCV made of them.
TEST(Equalize, GivesOpenCvsBytesForWholePictures) {
  struct Case {
    uint32_t seed, values;
    uint64_t hash;
  };
  for (const Case& c :
       {Case{1, 256, 0xf7e8f56b99754fcd}, Case{2, 200, 0x34f2b4e6a54ee56a}, Case{3, 17, 0x77c845275af8cc1b}}) {
    Bytes pixels;
    uint32_t x = c.seed;
    for (int i = 0; i < 48 * 48; ++i) {
      x = x * 1664525 + 1013904223;
      pixels.push_back(static_cast<uint8_t>((x >> 24) * (x >> 16 & 255) / 255 % c.values));
    }
    uint64_t hash = 0xcbf29ce484222325;
    for (const uint8_t byte : equalized(pixels)) hash = (hash ^ byte) * 0x100000001b3;
    EXPECT_EQ(hash, c.hash) << c.values;
  }
}

TEST(Equalize, EachChannelByItself) {
  const Bytes one = {10, 20, 30}, other = {5, 5, 9}, third = {7, 7, 7};
  Bytes joined;
  for (size_t i = 0; i < 3; ++i) joined.insert(joined.end(), {one[i], other[i], third[i]});
  EXPECT_EQ(equalized(joined, 3), (Bytes{0, 0, 7, 128, 0, 7, 255, 255, 7}));
}

TEST(Equalize, RefusesWhatAreNoWholePixels) {
  EXPECT_EQ(message_of([] {
              equalized({1, 2, 3, 4}, 3);
            }),
            "equalize_histogram: expected pixels of 3 bytes, found 4 bytes");
  EXPECT_NE(message_of([] { equalized({1, 2}, 0); }), "");
}

}  // namespace
}  // namespace fer
