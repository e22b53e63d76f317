// Every algorithm, pass, instruction set and thread count against the reference in double.
#include <gtest/gtest.h>

#include "tests/kernels/conv/conv_cases.h"

namespace fer::testing {
namespace {

const std::vector<int64_t> kChannels = {1, 2, 3, 5, 7, 13, 16, 17, 33, 64, 70, 130};

void check_channels(size_t first, size_t last) {
  for (size_t i = first; i < last; ++i) {
    const int64_t ci = kChannels[i], co = kChannels[(i * 5 + 3) % kChannels.size()];
    check_conv_with_all_algorithms({.n = 1, .h = 5, .w = 6, .ci = ci, .co = co, .padding = Padding::same()});
    check_conv_with_all_algorithms({.n = 1, .h = 4, .w = 5, .ci = co, .co = ci});
  }
}

TEST(Conv, AgreesForFewChannels) { check_channels(0, 6); }
TEST(Conv, AgreesForManyChannels) { check_channels(6, kChannels.size()); }

TEST(Conv, AgreesForEverySizeOfImage) {
  for (int64_t h = 1; h <= 20; ++h) {
    const int64_t w = h * 7 % 20 + 1;
    for (const Padding& padding : all_paddings()) {
      check_conv_with_all_algorithms({.n = 1, .h = h, .w = w, .ci = 3, .co = 5, .padding = padding});
      check_conv_with_all_algorithms({.n = 1, .h = h, .w = w, .ci = 3, .co = 5, .kernel = {5, 5}, .padding = padding});
    }
  }
}

TEST(Conv, AgreesForEveryKernelStrideAndPadding) {
  for (int64_t kernel = 1; kernel <= 7; ++kernel)
    for (int64_t stride = 1; stride <= 3; ++stride)
      for (const Padding& padding : all_paddings())
        check_conv_with_all_algorithms({.n = 2,
                                        .h = 9,
                                        .w = 8,
                                        .ci = 3,
                                        .co = 4,
                                        .kernel = {kernel, 8 - kernel},
                                        .strides = {stride, 4 - stride},
                                        .padding = padding});
}

TEST(Conv, AgreesForEveryDilation) {
  for (int64_t kernel = 1; kernel <= 4; ++kernel)
    for (int64_t dilation = 1; dilation <= 4; ++dilation)
      for (const Padding& padding : all_paddings())
        check_conv_with_all_algorithms({.n = 2,
                                        .h = 13,
                                        .w = 12,
                                        .ci = 3,
                                        .co = 4,
                                        .kernel = {kernel, 5 - kernel},
                                        .strides = {kernel % 2 + 1, dilation % 2 + 1},
                                        .padding = padding,
                                        .dilation = {dilation, 5 - dilation}});
}

// One, some and a vector's worth of channels for each group, and one more.
TEST(Conv, AgreesForEveryNumberOfGroups) {
  for (const int64_t groups : {2, 3, 7, 32})
    for (const int64_t ci : {1, 2, 5, 16, 17})
      for (const int64_t dilation : {1, 2})
        check_conv_with_all_algorithms({.n = 2,
                                        .h = 5,
                                        .w = 6,
                                        .ci = groups * ci,
                                        .co = groups * (ci * 5 % 19),
                                        .kernel = {3, 2},
                                        .padding = Padding::same(),
                                        .dilation = {dilation, dilation},
                                        .groups = groups});
  // Gradients too large for several sums, more outputs than a block, and more images than fit one.
  check_conv_with_all_algorithms(
      {.n = 3, .h = 4, .w = 4, .ci = 256, .co = 260, .padding = Padding::same(), .groups = 4});
  check_conv_with_all_algorithms({.n = 2, .h = 33, .w = 31, .ci = 4, .co = 6, .strides = {1, 2}, .groups = 2});
  check_conv_with_all_algorithms({.n = 1, .h = 1, .w = 1, .ci = 6, .co = 4, .kernel = {1, 1}, .groups = 2});
}

TEST(Conv, AgreesForEverySizeOfBatch) {
  for (int64_t n = 1; n <= 5; ++n)
    check_conv_with_all_algorithms({.n = n, .h = 11, .w = 10, .ci = 17, .co = 13, .padding = Padding::same()});
}

// A batch of pictures is its pictures one by one: a smaller last batch, an inference request of any size.
TEST(Conv, PicturesDoNotSeeEachOther) {
  const ConvShape batch = conv_shape({.n = 4, .h = 9, .w = 10, .ci = 7, .co = 17, .padding = Padding::same()});
  ConvShape one = batch;
  one.n = 1;
  Draw draw(203);
  const std::vector<float> x = draw.values(batch.x_floats()), w = draw.values(batch.w_floats());
  for (const ConvAlgorithm algorithm : all_conv_algorithms()) {
    if (!kernels::conv_supports(algorithm, batch)) continue;
    std::vector<float> together = unwritten(batch.y_floats()), alone = unwritten(batch.y_floats());
    ScratchMemory scratch(kernels::conv_scratch_floats(batch, ConvPass::kForward, algorithm));
    kernels::conv_forward(batch, algorithm, x, w, {}, together, scratch.span());
    for (int64_t n = 0; n < batch.n; ++n) {
      kernels::conv_forward(one, algorithm, std::span(x).subspan(n * one.x_floats(), one.x_floats()), w, {},
                            std::span(alone).subspan(n * one.y_floats(), one.y_floats()), scratch.span());
    }
    expect_same_bits(together, alone, kernels::conv_algorithm_name(algorithm));
  }
}

TEST(Conv, PutsTheOddCellOfSamePaddingAtTheEnd) {
  // 4 cells, kernel 2, stride 1: one cell of padding in all, after the last.
  const ConvShape s =
      conv_shape({.n = 1, .h = 1, .w = 4, .ci = 1, .co = 1, .kernel = {1, 2}, .padding = Padding::same()});
  const std::vector<float> x = {1, 2, 3, 4}, w = {10, 1};
  std::vector<float> y = unwritten(4);
  ScratchMemory scratch(kernels::conv_scratch_floats(s, ConvPass::kForward, ConvAlgorithm::kDirect));
  kernels::conv_forward(s, ConvAlgorithm::kDirect, x, w, {}, y, scratch.span());
  EXPECT_EQ(y, (std::vector<float>{12, 23, 34, 40}));
}

// The passes of one convolution, with the only algorithm that has it.
Results passes(const ConvShape& s, const std::vector<float>& x, const std::vector<float>& w,
               const std::vector<float>& dy) {
  ConvTruth t(s);
  t.x = x;
  t.w = w;
  t.dy = dy;
  return run_conv(t, kernels::conv_choose(s, ConvPass::kForward));
}

TEST(Conv, ADilationSpreadsTheTaps) {
  // Five cells, a kernel of three taps two cells apart: the size of five, two cells of padding on either side.
  const ConvShape s = conv_shape(
      {.n = 1, .h = 1, .w = 5, .ci = 1, .co = 1, .kernel = {1, 3}, .padding = Padding::same(), .dilation = {1, 2}});
  const Results r = passes(s, {1, 2, 3, 4, 5}, {1, 10, 100}, {1, 2, 3, 4, 5});
  EXPECT_EQ(r[0], (std::vector<float>{310, 420, 531, 42, 53}));
  // Input i is read by output i - 2 with 100, i with 10, i + 2 with 1.
  EXPECT_EQ(r[1], (std::vector<float>{13, 24, 135, 240, 350}));
  EXPECT_EQ(r[2], (std::vector<float>{1 * 3 + 2 * 4 + 3 * 5, 1 + 4 + 9 + 16 + 25, 3 * 1 + 4 * 2 + 5 * 3}));
}

TEST(Conv, GroupsSeeTheirOwnChannels) {
  const ConvShape s = conv_shape({.n = 1, .h = 1, .w = 1, .ci = 4, .co = 4, .kernel = {1, 1}, .groups = 2});
  // w [ci / 2, co]: filters 0 and 1 see channels 0 and 1, filters 2 and 3 channels 2 and 3.
  const Results r = passes(s, {1, 2, 3, 4}, {1, 10, 100, 1000, 2, 20, 200, 2000}, {1, 2, 3, 4});
  EXPECT_EQ(r[0], (std::vector<float>{1 + 4, 10 + 40, 300 + 800, 3000 + 8000}));
  EXPECT_EQ(r[1], (std::vector<float>{1 + 20, 2 + 40, 300 + 4000, 600 + 8000}));
  EXPECT_EQ(r[2], (std::vector<float>{1, 2, 9, 12, 2, 4, 12, 16}));
}

}  // namespace
}  // namespace fer::testing
