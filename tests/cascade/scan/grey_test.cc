// Grey values and sizes against numbers that OpenCV 4.6 gave (cv2.resize, INTER_LINEAR_EXACT; cv2.cvtColor).
#include "cascade/scan/grey.h"

#include <gtest/gtest.h>

namespace fer::cascade {
namespace {

using Bytes = std::vector<uint8_t>;

Grey table() {
  Grey grey{7, 5, {}};
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 7; ++x) grey.pixels.push_back(static_cast<uint8_t>(x * 37 + y * 91 + x * y * 13));
  }
  return grey;
}

TEST(Grey, IsResizedAsOpenCvDoes) {
  EXPECT_EQ(resized_exactly(table(), 7, 5).pixels, table().pixels);
  EXPECT_EQ(resized_exactly(table(), 3, 2).pixels, (Bytes{99, 209, 126, 93, 214, 142}));
  EXPECT_EQ(resized_exactly(table(), 5, 4).pixels,
            (Bytes{19, 73, 127, 149, 203, 136, 155, 194, 110, 111, 93, 135, 196, 136, 159, 114, 102, 135, 136, 123}));
  EXPECT_EQ(
      resized_exactly(table(), 9, 7).pixels,
      (Bytes{0,   25,  53,  82,  111, 140, 169, 197, 222, 52,  82,  116, 151, 185, 106, 108, 143, 172, 117, 153, 162,
             163, 205, 105, 106, 123, 110, 182, 224, 159, 66,  115, 164, 213, 177, 48,  64,  112, 136, 152, 208, 122,
             137, 169, 169, 56,  111, 125, 127, 191, 141, 111, 125, 180, 108, 167, 123, 50,  119, 188, 115, 71,  130}));
}

TEST(Grey, OfColoursIsAsOpenCvHasIt) {
  const Image rgb{1, 3, 3, {30, 200, 10, 1, 0, 255, 177, 77, 7}};
  EXPECT_EQ(grey_of(rgb).pixels, (Bytes{128, 29, 99}));
}

TEST(Grey, RoundsAHalfToTheEvenNumber) {
  EXPECT_EQ(rounded(0.5), 0);
  EXPECT_EQ(rounded(1.5), 2);
  EXPECT_EQ(rounded(-2.5), -2);
}

}  // namespace
}  // namespace fer::cascade
