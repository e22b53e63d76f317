#include <gtest/gtest.h>

#include "fer/error.h"
#include "fer/explain.h"

namespace fer {
namespace {

TEST(Heat, IsResizedWithHalfPixelCentres) {
  const Heatmap two = {1, 2, {0, 4}};
  EXPECT_EQ(resized(two, 1, 4).values, (std::vector<float>{0, 1, 3, 4}));
  EXPECT_EQ(resized(two, 2, 2).values, (std::vector<float>{0, 4, 0, 4}));
  const Heatmap four = {2, 2, {0, 4, 8, 12}};
  const Heatmap larger = resized(four, 4, 4);
  EXPECT_EQ(larger.values[0], 0);
  EXPECT_EQ(larger.values[5], 1 + 2);
  EXPECT_EQ(larger.values[15], 12);
  EXPECT_THROW(resized(four, 0, 4), Error);
  EXPECT_THROW(resized(Heatmap{2, 2, {1, 2, 3}}, 4, 4), Error);
  EXPECT_THROW(resized(Heatmap{}, 4, 4), Error);
}

TEST(Heat, LeavesAColdPictureAsItIsInGrey) {
  const Image picture = {1, 2, 3, {10, 20, 30, 200, 200, 200}};
  const Image out = with_heat(picture, {1, 2, {0, -1}});
  const uint8_t grey = with_channels(picture, 1).pixels[0];
  EXPECT_EQ(out.pixels, (std::vector<uint8_t>{grey, grey, grey, 200, 200, 200}));
}

TEST(Heat, ColoursWhatIsHot) {
  const Image picture = {1, 2, 1, {100, 100}};
  const Image out = with_heat(picture, {1, 2, {0, 5}});
  EXPECT_EQ(out.channels, 3);
  EXPECT_EQ(out.pixels[0], 100);
  EXPECT_GT(out.pixels[3], out.pixels[5] + 50);  // yellow: red above blue
  // Twice the largest that is shown looks like it; half of it is less.
  EXPECT_EQ(with_heat(picture, {1, 2, {0, 10}}, 5).pixels, out.pixels);
  EXPECT_NE(with_heat(picture, {1, 2, {0, 5}}, 10).pixels, out.pixels);
}

}  // namespace
}  // namespace fer
