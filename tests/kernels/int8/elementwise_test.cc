#include <gtest/gtest.h>

#include "kernels/reference/pool.h"
#include "tests/kernels/int8/int8_cases.h"

namespace fer::testing {
namespace {

TEST(Int8, KernelsBecomeTheNearestBytes) {
  const ConvShape s = conv_shape({.n = 1, .h = 3, .w = 3, .ci = 5, .co = 4});
  std::vector<float> w = Draw(953).values(s.w_floats());
  for (size_t i = 2; i < w.size(); i += 4) w[i] = 0;  // a channel without weights
  std::vector<int8_t> q(w.size());
  std::vector<float> scale(4);
  kernels::int8_quantize_kernel(s, w, q, scale);
  EXPECT_EQ(scale[2], 1.0f);
  for (size_t i = 0; i < w.size(); ++i) EXPECT_NEAR(q[i] * scale[i % 4], w[i], scale[i % 4] * 0.5001);
  // What bytes stand for becomes the same bytes again.
  std::vector<float> rounded(w.size());
  for (size_t i = 0; i < w.size(); ++i) rounded[i] = q[i] * scale[i % 4];
  std::vector<int8_t> again(w.size());
  kernels::int8_quantize_kernel(s, rounded, again, scale);
  EXPECT_EQ(again, q);
}

TEST(Int8, RangesHoldZeroAndTheirEnds) {
  for (const auto& [low, high] : {std::pair{-1.0f, 3.0f}, {0.5f, 2.0f}, {-2.0f, -1.0f}, {0.0f, 0.0f}}) {
    const kernels::Int8Range range = kernels::int8_range(low, high);
    const float x[] = {0, low, high};
    uint8_t q[12];
    kernels::int8_quantize(3, 1, range, x, q);
    EXPECT_EQ(q[0], range.zero);
    for (int i = 0; i < 3; ++i) EXPECT_NEAR((q[4 * i] - range.zero) * range.scale, x[i], 0.51 * range.scale);
  }
}

TEST(Int8, NumbersBeyondTheRangeAreCut) {
  const std::vector<float> x = {1e30f, -1e30f, INFINITY, -INFINITY};
  uint8_t q[4];
  kernels::int8_quantize(1, 4, kernels::int8_range(-1, 1), x.data(), q);
  EXPECT_EQ((std::vector<uint8_t>(q, q + 4)), (std::vector<uint8_t>{255, 0, 255, 0}));
}

TEST(Int8, MaxPoolsAgree) {
  Draw draw(954);
  for (const Padding& padding : all_paddings()) {
    const ConvCase c{
        .n = 2, .h = 9, .w = 7, .ci = 70, .co = 1, .kernel = {3, 2}, .strides = {2, 2}, .padding = padding};
    if (padding.cells > 1) continue;
    const kernels::PoolShape s = pool_shape(c);
    const std::vector<uint8_t> x = random_bytes(draw, s.n * s.h * s.w, s.c);
    std::vector<double> numbers;
    for (size_t i = 0; i < x.size(); ++i)
      if (static_cast<int64_t>(i) % byte_cell(s.c) < s.c) numbers.push_back(x[i]);
    const auto truth = kernels::reference::max_pool_forward(s, numbers);
    on_every_target(
        "max pool of bytes", 0,
        [&] {
          std::vector<uint8_t> y(static_cast<size_t>(s.n * s.oh * s.ow * byte_cell(s.c)));
          kernels::int8_max_pool(s, x.data(), y.data());
          return Results{{y.begin(), y.end()}};
        },
        [&](const Results& r) {
          for (size_t i = 0; i < truth.y.size(); ++i) {
            const auto row = static_cast<int64_t>(i) / s.c, channel = static_cast<int64_t>(i) % s.c;
            ASSERT_EQ(r[0][static_cast<size_t>(row * byte_cell(s.c) + channel)], truth.y[i]) << i;
          }
        });
  }
}

}  // namespace
}  // namespace fer::testing
