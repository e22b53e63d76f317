// What only the gradient by the kernel has: sums over many rows in chunks, and tiles of taps.
#include <gtest/gtest.h>

#include "tests/kernels/depthwise/depthwise_cases.h"

namespace fer::testing {
namespace {

TEST(DepthwiseWeights, AgreesForManyRows) {
  check_depthwise({.n = 40, .h = 16, .w = 5, .ci = 3, .padding = Padding::same()});
}

// Rows and columns of taps that tiles of 3 x 4 do not divide.
TEST(DepthwiseWeights, AgreesForEveryRestOfATileOfTaps) {
  for (int64_t rows = 1; rows <= 7; ++rows)
    for (int64_t columns = 1; columns <= 9; ++columns)
      check_depthwise({.n = 1, .h = 10, .w = 11, .ci = 5, .kernel = {rows, columns}, .padding = Padding::same()});
}

}  // namespace
}  // namespace fer::testing
