#include "tools/synth/synthetic_faces.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

namespace fer::synthetic {
namespace {

double mean_tone(const Pixels& pixels) {
  return std::accumulate(pixels.begin(), pixels.end(), 0.0) / static_cast<double>(pixels.size());
}

TEST(SyntheticFaces, AreAFunctionOfSeedAndIndex) {
  const Sample a = draw_sample(1, 7), b = draw_sample(1, 7);
  EXPECT_EQ(a.label, b.label);
  EXPECT_EQ(a.pixels, b.pixels);
  EXPECT_NE(a.pixels, draw_sample(2, 7).pixels);
  EXPECT_NE(a.pixels, draw_sample(1, 8).pixels);
  EXPECT_EQ(a.pixels, draw_sample(1, 7, a.label).pixels);
}

// 700 draws of 1/7: 100 each, with a standard deviation of 9.3.
TEST(SyntheticFaces, ComeWithEveryLabelAboutAsOften) {
  std::vector<int> counts(7);
  for (uint32_t i = 0; i < 700; ++i) ++counts.at(static_cast<size_t>(draw_sample(3, i).label));
  for (const int count : counts) EXPECT_NEAR(count, 100, 5 * 9.3);
}

// The same person in the same light: what is outside of the face does not tell the expression.
TEST(SyntheticFaces, ChangeInsideTheFaceOnly) {
  for (uint32_t index = 0; index < 8; ++index) {
    const Pixels neutral = draw_sample(5, index, 6).pixels;
    for (int label = 0; label < 6; ++label) {
      const Pixels other = draw_sample(5, index, label).pixels;
      EXPECT_NE(other, neutral);
      for (const size_t corner : {size_t{0}, size_t{kSide - 1}}) EXPECT_EQ(other[corner], neutral[corner]) << index;
    }
  }
}

// Else a network would have nothing to learn: each class's mean tone lies well inside the spread of all.
TEST(SyntheticFaces, DoNotTellTheirLabelByBrightness) {
  constexpr int kEach = 40;
  double sum = 0, squares = 0;
  std::vector<double> means(7);
  for (size_t label = 0; label < 7; ++label) {
    for (uint32_t i = 0; i < kEach; ++i) {
      const double tone =
          mean_tone(draw_sample(11, 1000 * static_cast<uint32_t>(label) + i, static_cast<int>(label)).pixels);
      means[label] += tone / kEach;
      sum += tone;
      squares += tone * tone;
    }
  }
  const double mean = sum / (7 * kEach), deviation = std::sqrt(squares / (7 * kEach) - mean * mean);
  EXPECT_GT(deviation, 10);
  for (const double m : means) EXPECT_LT(std::abs(m - mean), 0.5 * deviation);
}

// With pose, light and noise held still, the seven faces of one person differ by more than noise does.
TEST(SyntheticFaces, ShowSevenExpressions) {
  for (uint32_t index = 0; index < 5; ++index) {
    for (int a = 0; a < 7; ++a) {
      for (int b = a + 1; b < 7; ++b) {
        const Pixels one = draw_sample(9, index, a).pixels, other = draw_sample(9, index, b).pixels;
        int moved = 0;
        for (size_t i = 0; i < one.size(); ++i) moved += std::abs(one[i] - other[i]) > 8;
        EXPECT_GT(moved, 20) << "person " << index << ", " << a << " and " << b;
      }
    }
  }
}

}  // namespace
}  // namespace fer::synthetic
