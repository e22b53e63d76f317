#include <gtest/gtest.h>

#include "tests/kernels/int8/int8_cases.h"

namespace fer::testing {
namespace {

TEST(Int8, ConvolutionsAgreeForEveryKernelStrideAndPadding) {
  Draw draw(950);
  for (int64_t kernel = 1; kernel <= 7; ++kernel)
    for (int64_t stride = 1; stride <= 3; ++stride)
      for (const Padding& padding : all_paddings()) {
        const ConvShape s = conv_shape({.n = 2,
                                        .h = 9,
                                        .w = 8,
                                        .ci = 3,
                                        .co = 5,
                                        .kernel = {kernel, 8 - kernel},
                                        .strides = {stride, 4 - stride},
                                        .padding = padding});
        if (s.oh > 0 && s.ow > 0) check_int8_conv(Int8Case(s, draw));
      }
}

TEST(Int8, ConvolutionsAgreeForAnyChannels) {
  Draw draw(951);
  for (const int64_t c : {1, 4, 15, 16, 17, 48, 64, 65, 130}) {
    check_int8_conv(Int8Case(conv_shape({.n = 1, .h = 4, .w = 5, .ci = c, .co = 131 - c}), draw));
    check_int8_conv(Int8Case(conv_shape({.n = 37, .h = 1, .w = 1, .ci = c, .co = 131 - c, .kernel = {1, 1}}), draw));
  }
}

// The largest sums that 32 bits must hold.
TEST(Int8, SumsDoNotOverflow) {
  Draw draw(952);
  Int8Case c(conv_shape({.n = 1, .h = 1, .w = 1, .ci = 60000, .co = 16, .kernel = {1, 1}}), draw);
  ASSERT_TRUE(kernels::int8_conv_supports(c.s));
  std::fill(c.x.begin(), c.x.end(), uint8_t{255});
  for (size_t i = 0; i < c.q.size(); ++i) c.q[i] = i % 2 == 0 ? int8_t{127} : int8_t{-127};
  kernels::int8_prepare_kernel(c.s, c.q, c.prepared);
  std::fill(c.start.begin(), c.start.end(), 0);
  on_every_target(
      "large sums", 0, [&] { return run_int8(c); },
      [&](const Results& r) {
        for (size_t i = 0; i < r[2].size(); ++i)
          ASSERT_EQ(r[2][i], (i % 2 == 0 ? 1.0f : -1.0f) * (60000.0f * 255 * 127)) << i;
      });
  EXPECT_FALSE(
      kernels::int8_conv_supports(conv_shape({.n = 1, .h = 1, .w = 1, .ci = 70000, .co = 1, .kernel = {1, 1}})));
}

}  // namespace
}  // namespace fer::testing
