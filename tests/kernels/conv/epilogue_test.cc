#include "kernels/conv/epilogue.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/kernels/on_targets.h"

namespace fer::testing {
namespace {

using kernels::ConvEpilogue;

constexpr int64_t kRows = 5, kStride = 150, kFirst = 3;

// Bias, relu with its cap, scale and shift of channels [3, 3 + channels), as ConvEpilogue has them.
std::vector<double> expected_of(const ConvEpilogue& e, int64_t channels, const std::vector<float>& x) {
  std::vector<double> y(x.begin(), x.end());
  for (int64_t r = 0; r < kRows; ++r) {
    for (int64_t i = 0; i < channels; ++i) {
      double& v = y[static_cast<size_t>(r * kStride + i)];
      if (e.bias != nullptr) v += e.bias[kFirst + i];
      if (e.relu) v = std::clamp(v, 0.0, static_cast<double>(e.relu_cap));
      if (e.scale != nullptr) v = v * e.scale[kFirst + i] + e.shift[kFirst + i];
    }
  }
  return y;
}

// Cells beside the channels that are asked for stay as they are.
TEST(ConvEpilogue, AgreesForEveryCombination) {
  for (const int64_t channels : {1, 3, 16, 17, 64, 130}) {
    Draw draw(340);
    const std::vector<float> x = draw.values(kRows * kStride), bias = draw.values(kStride),
                             scale = draw.values(kStride), shift = draw.values(kStride);
    for (int bits = 0; bits < 8; ++bits) {
      const ConvEpilogue e{.bias = bits & 1 ? bias.data() : nullptr,
                           .relu = (bits & 2) != 0,
                           .relu_cap = random_cap(draw),
                           .scale = bits & 4 ? scale.data() : nullptr,
                           .shift = bits & 4 ? shift.data() : nullptr};
      const std::vector<double> expected = expected_of(e, channels, x);
      on_every_target(
          fmt::format("epilogue {} of {} channels", bits, channels), 0,
          [&] {
            Results r = {x};
            kernels::apply_epilogue(e, kRows, kFirst, channels, r[0].data(), kStride);
            return r;
          },
          [&](const Results& r) {
            for (size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(r[0][i], expected[i], 4 * kRounding * 2) << i;
          });
    }
  }
}

TEST(ConvEpilogue, PartsAreSummedInTheirOrder) {
  // In single precision (2^25 + 1) - 2^25 = 0 and (2^25 - 2^25) + 1 = 1: the order shows.
  const float big = 33554432.0f;
  const std::vector<float> parts = {big, big, 1, -big, -big, 1};
  std::vector<float> out = unwritten(2);
  kernels::sum_parts(3, 2, 2, parts.data(), out.data());
  EXPECT_EQ(out, (std::vector<float>{big + 1.0f - big, big - big + 1.0f}));
}

TEST(ConvEpilogue, PartsMayBeSummedInPlace) {
  std::vector<float> parts = {1, 2, 0, 10, 20, 0, 100, 200, 0};
  kernels::sum_parts(3, 3, 2, parts.data(), parts.data());
  EXPECT_EQ(parts[0], 111.0f);
  EXPECT_EQ(parts[1], 222.0f);
}

}  // namespace
}  // namespace fer::testing
