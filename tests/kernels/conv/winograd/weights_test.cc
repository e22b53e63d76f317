// The two ways of cutting Winograd's gradient by the kernel: a sum for each of 16 groups of tiles, and one shared sum.
#include <gtest/gtest.h>

#include "kernels/conv/winograd/cut.h"
#include "tests/kernels/conv/conv_cases.h"

namespace fer::testing {
namespace {

TEST(WinogradWeights, AgreesWhereAWeightGradientIsShared) {
  EXPECT_EQ(kernels::winograd::cut_weights({4, 3, 2, 4, 4}, false, 90, 90).groups, 1);
  check_conv_with_all_algorithms({.n = 2, .h = 4, .w = 4, .ci = 90, .co = 90, .padding = Padding::same()});
}

TEST(WinogradWeights, AgreesWhereGroupsHaveSumsOfTheirOwn) {
  EXPECT_EQ(kernels::winograd::cut_weights({4, 3, 3, 13, 11}, false, 9, 7).groups, 16);
  check_conv_with_all_algorithms({.n = 3, .h = 13, .w = 11, .ci = 9, .co = 7, .padding = Padding::same()});
}

// Fewer tiles than groups, and one tile.
TEST(WinogradWeights, AgreesForFewTiles) {
  EXPECT_EQ(kernels::winograd::cut_weights({6, 3, 1, 6, 6}, false, 5, 6).groups, 1);
  check_conv_with_all_algorithms({.n = 1, .h = 6, .w = 6, .ci = 5, .co = 6, .padding = Padding::same()});
  check_conv_with_all_algorithms({.n = 3, .h = 6, .w = 12, .ci = 5, .co = 6, .padding = Padding::same()});
}

}  // namespace
}  // namespace fer::testing
