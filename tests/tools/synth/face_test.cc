// How a parametric face is painted.
#include "tools/synth/face.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace fer::synthetic {
namespace {

using Picture = std::array<float, kSide * kSide>;

double difference(const Picture& a, const Picture& b, int first_row = 0, int end_row = kSide) {
  double sum = 0;
  for (int i = first_row * kSide; i < end_row * kSide; ++i) {
    sum += std::abs(a[static_cast<size_t>(i)] - b[static_cast<size_t>(i)]);
  }
  return sum;
}

TEST(PaintedFace, IsFiniteAndAFunctionOfItsParameters) {
  const Picture picture = paint({});
  EXPECT_TRUE(std::all_of(picture.begin(), picture.end(), [](float v) { return std::isfinite(v); }));
  EXPECT_EQ(picture, paint({}));
  const auto [least, most] = std::minmax_element(picture.begin(), picture.end());
  EXPECT_GT(*most - *least, 50) << "the test would see nothing";
}

TEST(PaintedFace, ASmileChangesTheLowerHalfMost) {
  Face smiling;
  smiling.mouth.smile = 0.15;
  const Picture plain = paint({}), smile = paint(smiling);
  EXPECT_GT(difference(plain, smile, kSide / 2), 100);
  EXPECT_GT(difference(plain, smile, kSide / 2), 10 * difference(plain, smile, 0, kSide / 2));
}

TEST(PaintedFace, RaisedBrowsChangeTheUpperHalfMost) {
  Face surprised;
  for (Brow& brow : surprised.brows) brow.inner = brow.outer = 0.12;
  const Picture plain = paint({}), raised = paint(surprised);
  EXPECT_GT(difference(plain, raised, 0, kSide / 2), 100);
  EXPECT_GT(difference(plain, raised, 0, kSide / 2), 10 * difference(plain, raised, kSide / 2));
}

TEST(PaintedFace, NoiseIsNotPainted) {
  Face noisy;
  noisy.light.noise = 50;
  EXPECT_EQ(paint(noisy), paint({}));
}

}  // namespace
}  // namespace fer::synthetic
