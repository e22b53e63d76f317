#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "fer/class_names.h"
#include "fer/draw.h"
#include "fer/error.h"

namespace fer {
namespace {

double difference(const Image& a, const Image& b) {
  double sum = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) sum += std::abs(a.pixels[i] - b.pixels[i]);
  return sum / static_cast<double>(a.pixels.size());
}

TEST(DrawnEmoji, EveryKnownClassHasOneThatDiffersFromTheOthers) {
  std::vector<Image> faces;
  for (const std::string& name : known_class_names()) {
    const Overlay overlay = drawn_emoji(name, 32);
    ASSERT_FALSE(overlay.empty()) << name;
    EXPECT_EQ(overlay.colour.pixels.size(), 32u * 32 * 3);
    // In grey too: not by the colour of the skin alone.
    faces.push_back(with_channels(overlay.colour, 1));
    for (size_t i = 0; i + 1 < faces.size(); ++i) EXPECT_GT(difference(faces[i], faces.back()), 6) << name << " " << i;
  }
  EXPECT_EQ(faces.size(), 8u);
}

TEST(DrawnEmoji, IsOpaqueWithinACircleAndClearOutside) {
  const Overlay overlay = drawn_emoji("happy", 64);
  EXPECT_EQ(overlay.opacity.pixels[32 * 64 + 32], 255);
  EXPECT_EQ(overlay.opacity.pixels[32 * 64 + 2], 255);
  EXPECT_EQ(overlay.opacity.pixels[0], 0);
  EXPECT_EQ(overlay.opacity.pixels[5 * 64 + 5], 0);
}

TEST(DrawnEmoji, OtherNamesHaveNoneAndSizesHaveBounds) {
  EXPECT_TRUE(drawn_emoji("fear+surprise", 20).empty());
  EXPECT_TRUE(drawn_emoji("", 20).empty());
  EXPECT_EQ(drawn_emoji("sad", 1).colour.pixels.size(), 3u);
  EXPECT_THROW(drawn_emoji("sad", 0), Error);
  EXPECT_THROW(drawn_emoji("sad", 5000), Error);
}

}  // namespace
}  // namespace fer
