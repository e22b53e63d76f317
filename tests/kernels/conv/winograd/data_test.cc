// The two ways of cutting Winograd's forward pass and its gradient by the input: shared sets of tiles, and sets of each
// thread's own. (conv_test.cc holds all algorithms to the reference.)
#include <gtest/gtest.h>

#include "kernels/conv/winograd/cut.h"
#include "tests/kernels/conv/conv_cases.h"

namespace fer::testing {
namespace {

// Transformed filters too large for the second-level cache take another path, as do weight gradients.
TEST(WinogradData, AgreesWhereFiltersAreLarge) {
  EXPECT_TRUE(kernels::winograd::cut_forward({6, 3, 1, 6, 6}, false, 130, 140).shared);
  check_conv_with_all_algorithms({.n = 1, .h = 6, .w = 6, .ci = 130, .co = 140, .padding = Padding::same()});
}

TEST(WinogradData, AgreesWhereTilesFillSeveralBlocks) {
  EXPECT_FALSE(kernels::winograd::cut_forward({6, 3, 5, 20, 20}, false, 16, 17).shared);
  check_conv_with_all_algorithms({.n = 5, .h = 20, .w = 20, .ci = 16, .co = 17, .padding = Padding::same()});
}

}  // namespace
}  // namespace fer::testing
