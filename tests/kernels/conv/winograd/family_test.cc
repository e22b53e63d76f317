// Which convolutions Winograd's algorithms compute.
#include <gtest/gtest.h>

#include "tests/kernels/conv/conv_cases.h"

namespace fer::testing {
namespace {

TEST(WinogradFamily, CannotFilterMinimallyWithStridesOrOtherKernels) {
  const ConvShape three = conv_shape({.h = 9, .w = 9}), strided = conv_shape({.h = 9, .w = 9, .strides = {2, 1}}),
                  five = conv_shape({.h = 9, .w = 9, .kernel = {5, 5}}),
                  oblong = conv_shape({.h = 9, .w = 9, .kernel = {3, 5}});
  for (const ConvAlgorithm algorithm : all_conv_algorithms()) {
    const bool direct = algorithm == ConvAlgorithm::kDirect;
    const bool of_five = algorithm == ConvAlgorithm::kWinograd4Of5;
    EXPECT_EQ(kernels::conv_supports(algorithm, three), !of_five);
    EXPECT_EQ(kernels::conv_supports(algorithm, five), direct || of_five);
    EXPECT_EQ(kernels::conv_supports(algorithm, strided), direct);
    EXPECT_EQ(kernels::conv_supports(algorithm, oblong), direct);
  }
}

}  // namespace
}  // namespace fer::testing
