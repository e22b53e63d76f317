// Which convolutions Winograd's algorithms compute.
#include <gtest/gtest.h>

#include "tests/kernels/conv/conv_cases.h"

namespace fer::testing {
namespace {

TEST(WinogradFamily, CannotFilterMinimallyWithStridesDilationsGroupsOrOtherKernels) {
  const ConvShape three = conv_shape({.h = 9, .w = 9}), strided = conv_shape({.h = 9, .w = 9, .strides = {2, 1}}),
                  five = conv_shape({.h = 9, .w = 9, .kernel = {5, 5}}),
                  oblong = conv_shape({.h = 9, .w = 9, .kernel = {3, 5}}),
                  dilated = conv_shape({.h = 9, .w = 9, .dilation = {1, 2}}),
                  grouped = conv_shape({.h = 9, .w = 9, .ci = 2, .co = 2, .groups = 2});
  for (const ConvAlgorithm algorithm : all_conv_algorithms()) {
    const bool direct = algorithm == ConvAlgorithm::kDirect;
    const bool of_five = algorithm == ConvAlgorithm::kWinograd4Of5;
    const bool in_groups = algorithm == ConvAlgorithm::kGrouped;
    EXPECT_EQ(kernels::conv_supports(algorithm, three), !of_five && !in_groups);
    EXPECT_EQ(kernels::conv_supports(algorithm, five), direct || of_five);
    EXPECT_EQ(kernels::conv_supports(algorithm, strided), direct);
    EXPECT_EQ(kernels::conv_supports(algorithm, oblong), direct);
    EXPECT_EQ(kernels::conv_supports(algorithm, dilated), direct);
    EXPECT_EQ(kernels::conv_supports(algorithm, grouped), in_groups);
  }
}

}  // namespace
}  // namespace fer::testing
