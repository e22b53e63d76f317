// What only direct convolution computes. (conv_test.cc holds all algorithms to the reference.)
#include <gtest/gtest.h>

#include "tests/kernels/conv/conv_cases.h"

namespace fer::testing {
namespace {

TEST(DirectConv, AgreesForPointwiseKernels) {
  for (const int64_t c : {1, 3, 16, 70})
    check_conv_with_all_algorithms({.n = 3, .h = 7, .w = 5, .ci = c, .co = 130 - c, .kernel = {1, 1}});
}

TEST(DirectConv, AgreesForStridesLargerThanTheKernel) {
  check_conv_with_all_algorithms({.n = 2, .h = 11, .w = 10, .ci = 5, .co = 7, .kernel = {1, 1}, .strides = {3, 2}});
  check_conv_with_all_algorithms({.n = 2, .h = 11, .w = 10, .ci = 5, .co = 7, .kernel = {2, 1}, .strides = {3, 3}});
}

}  // namespace
}  // namespace fer::testing
