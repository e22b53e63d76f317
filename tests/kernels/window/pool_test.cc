#include "tests/kernels/window/pool_cases.h"

namespace fer::testing {
namespace {

TEST(Pool, AgreesForEveryWindowStrideAndPadding) {
  for (const Pair& pool : {Pair{1, 1}, Pair{2, 2}, Pair{3, 3}, Pair{2, 5}, Pair{7, 4}})
    for (int64_t stride = 1; stride <= 3; ++stride)
      for (const Padding& padding : {Padding::valid(), Padding::same()})
        check_pools(
            {.n = 2, .h = 9, .w = 8, .ci = 5, .kernel = pool, .strides = {stride, 4 - stride}, .padding = padding});
}

TEST(Pool, AgreesForPaddingOnEachSide) {
  for (int64_t stride = 1; stride <= 3; ++stride)
    check_pools({.n = 2,
                 .h = 7,
                 .w = 6,
                 .ci = 3,
                 .kernel = {3, 4},
                 .strides = {stride, 2},
                 .padding = Padding::on_each_side(2)});
}

TEST(Pool, AgreesForEveryNumberOfChannels) {
  for (const int64_t c : {1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 31, 32, 33, 64, 70, 130})
    check_pools({.n = 1, .h = 5, .w = 7, .ci = c, .kernel = {3, 2}, .strides = {2, 2}, .padding = Padding::same()});
}

TEST(Pool, AgreesForTheWholeImageAsOneWindow) {
  for (const int64_t side : {1, 3, 11}) check_pools({.n = 5, .h = side, .w = side, .ci = 17, .kernel = {side, side}});
}

TEST(Pool, GivesTheGradientOfTiesToTheFirstCell) {
  const PoolShape s = pool_shape({.n = 1, .h = 2, .w = 4, .ci = 1, .kernel = {2, 2}, .strides = {2, 2}});
  check_max_pool(s, {5, 5, 1, 7, 5, 5, 7, 7}, {1, 2});
}

TEST(Pool, LetsNegativeValuesWinOverPadding) {
  const PoolShape s = pool_shape({.n = 1, .h = 3, .w = 3, .ci = 1, .kernel = {3, 3}, .padding = Padding::same()});
  check_max_pool(s, {-1, -2, -3, -4, -5, -6, -7, -8, -9}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST(Pool, KeepsMinusInfinityWhereAllCellsAre) {
  const PoolShape s = pool_shape({.n = 1, .h = 2, .w = 2, .ci = 1, .kernel = {2, 2}});
  const float low = -std::numeric_limits<float>::infinity();
  check_max_pool(s, {low, low, low, low}, {3});
}

}  // namespace
}  // namespace fer::testing
