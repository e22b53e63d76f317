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

}  // namespace
}  // namespace fer::testing
