// Depthwise convolutions on every instruction set against the reference in double.
#include <gtest/gtest.h>

#include "tests/kernels/depthwise/depthwise_cases.h"

namespace fer::testing {
namespace {

TEST(Depthwise, AgreesForEveryNumberOfChannels) {
  for (int64_t c = 1; c <= 70; ++c) check_depthwise({.n = 1, .h = 5, .w = 6, .ci = c, .padding = Padding::same()});
  check_depthwise({.n = 1, .h = 4, .w = 9, .ci = 130, .padding = Padding::same()});
}

TEST(Depthwise, AgreesForEverySizeOfImage) {
  for (int64_t h = 1; h <= 20; ++h) {
    const int64_t w = h * 7 % 20 + 1;
    for (const Padding& padding : all_paddings()) {
      check_depthwise({.n = 1, .h = h, .w = w, .ci = 3, .padding = padding});
      check_depthwise({.n = 1, .h = h, .w = w, .ci = 17, .kernel = {5, 5}, .padding = padding});
    }
  }
}

TEST(Depthwise, AgreesForEveryKernelStrideAndPadding) {
  for (int64_t kernel = 1; kernel <= 7; ++kernel)
    for (int64_t stride = 1; stride <= 3; ++stride)
      for (const Padding& padding : all_paddings())
        for (const int64_t c : {2, 19})
          check_depthwise({.n = 2,
                           .h = 9,
                           .w = 8,
                           .ci = c,
                           .kernel = {kernel, 8 - kernel},
                           .strides = {stride, 4 - stride},
                           .padding = padding});
}

TEST(Depthwise, AgreesForEveryKernelOfStrideOne) {
  for (int64_t kernel = 1; kernel <= 12; ++kernel)
    check_depthwise({.n = 1, .h = 12, .w = 13, .ci = 5, .kernel = {kernel, kernel}, .padding = Padding::same()});
}

TEST(Depthwise, AgreesWithSeveralFiltersAChannel) {
  for (const int64_t multiplier : {2, 3, 8})
    for (const int64_t stride : {1, 2})
      for (const int64_t c : {1, 3, 17})
        check_depthwise({.n = 2, .h = 6, .w = 7, .ci = c, .strides = {stride, stride}, .padding = Padding::same()},
                        multiplier);
}

TEST(Depthwise, AgreesForEverySizeOfBatch) {
  for (int64_t n = 1; n <= 5; ++n) check_depthwise({.n = n, .h = 11, .w = 10, .ci = 13, .padding = Padding::same()});
}

// More rows than chunks of the weights' gradient: some take several.
TEST(Depthwise, AgreesForStridesLargerThanTheKernel) {
  check_depthwise({.n = 2, .h = 11, .w = 10, .ci = 5, .kernel = {1, 1}, .strides = {3, 2}});
  check_depthwise({.n = 2, .h = 11, .w = 10, .ci = 5, .kernel = {2, 1}, .strides = {3, 3}});
}

// A batch of pictures is its pictures one by one.
TEST(Depthwise, PicturesDoNotSeeEachOther) {
  const DepthwiseTruth batch(depthwise_shape({.n = 4, .h = 9, .w = 10, .ci = 7, .padding = Padding::same()}, 1));
  DepthwiseTruth one = batch;
  one.s.n = 1;
  const std::vector<float> together = run_depthwise_forward(batch, {});
  for (int64_t n = 0; n < 4; ++n) {
    const int64_t size = one.s.x_floats();
    one.x.assign(batch.x.begin() + n * size, batch.x.begin() + (n + 1) * size);
    expect_same_bits(run_depthwise_forward(one, {}),
                     {together.begin() + n * one.s.y_floats(), together.begin() + (n + 1) * one.s.y_floats()}, "alone");
  }
}

// A 3x3 kernel on a 2x2 picture, by hand.
TEST(Depthwise, SumsWhatLiesUnderTheKernel) {
  DepthwiseTruth t(depthwise_shape({.n = 1, .h = 2, .w = 2, .ci = 1, .padding = Padding::same()}, 2));
  t.x = {1, 2, 3, 4};
  for (size_t tap = 0; tap < 9; ++tap) {
    t.w[2 * tap] = static_cast<float>(tap);  // 0 1 2 / 3 4 5 / 6 7 8
    t.w[2 * tap + 1] = tap == 4 ? 10.0f : 0.0f;
  }
  // At the first cell the kernel's middle lies: 1*4 + 2*5 + 3*7 + 4*8 = 67.
  EXPECT_EQ(run_depthwise_forward(t, {}),
            (std::vector<float>{67, 10, 1 * 3 + 2 * 4 + 3 * 6 + 4 * 7, 20, 1 * 1 + 2 * 2 + 3 * 4 + 4 * 5, 30,
                                1 * 0 + 2 * 1 + 3 * 3 + 4 * 4, 40}));
}

}  // namespace
}  // namespace fer::testing
