// PNG: of every kind, whole or refused.
#include <gtest/gtest.h>

#include <utility>

#include "tests/image/pictures.h"

namespace fer {
namespace {

TEST(Png, PngComesBackAsItWas) {
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

TEST(Png, PngOfEveryKindBecomes8BitGreyOrColour) {
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

// libpng would take that much memory before it reads on.
TEST(Png, AChunkThatClaimsMoreThanThereIsIsRefusedUnread) {
  std::string claims = encode_png(pattern(5, 7, 1));
  claims.insert(8 + 25, std::string("\x6b\x3e\x45\x00zTXtRaw profile type exif", 8 + 21));
  EXPECT_EQ(refusal(claims), "p: PNG: expected parts of at most 64 MiB, found one that says it is larger");
}

TEST(Png, AFlippedBitOfAPngIsRefused) {
  const std::string whole = encode_png(pattern(5, 7, 1));
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string spoilt = whole;
    spoilt[i] = static_cast<char>(spoilt[i] ^ 4);
    EXPECT_FALSE(refusal(spoilt).empty()) << i;
  }
}

}  // namespace
}  // namespace fer
