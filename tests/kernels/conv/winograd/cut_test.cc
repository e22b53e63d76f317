// How Winograd's work is cut.
#include "kernels/conv/winograd/cut.h"

#include <gtest/gtest.h>

#include "fer/threads.h"
#include "tests/kernels/on_targets.h"

namespace fer::testing {
namespace {

using kernels::WinogradTiling;
using kernels::winograd::cut_forward;
using kernels::winograd::cut_weights;

// The order of a sum must not depend on the number of threads.
TEST(WinogradCut, OfWeightsIsTheSameForAnyNumberOfThreads) {
  const Settings restore;
  for (const int64_t channels : {3, 64, 256}) {
    const WinogradTiling tiling(6, 3, 64, 23, 23);
    set_num_threads(1);
    const auto one = cut_weights(tiling, false, channels, channels);
    set_num_threads(4);
    const auto four = cut_weights(tiling, false, channels, channels);
    EXPECT_EQ(one.groups, four.groups);
    EXPECT_EQ(one.set, four.set);
    EXPECT_EQ(one.rows, four.rows);
  }
}

TEST(WinogradCut, CoversAllTilesWithoutEmptySets) {
  const Settings restore;
  for (const int threads : {1, 2, 3, 8}) {
    set_num_threads(threads);
    for (const int64_t images : {1, 2, 7, 64}) {
      for (const int64_t channels : {1, 16, 130, 512}) {
        const WinogradTiling tiling(4, 3, images, 11, 12);
        const auto cut = cut_forward(tiling, false, channels, channels);
        EXPECT_GE(cut.set, 1);
        EXPECT_LE(cut.set, tiling.tiles);
        EXPECT_GE(cut.group, 1);
        EXPECT_LE(cut.group, cut.shared ? 96 : cut.set);
        EXPECT_GE(cut.chunk, 1);
        EXPECT_LE(cut.chunk, channels);
        if (!cut.shared) {
          EXPECT_LE(cut.set, kernels::winograd::most_tiles_of_a_thread(tiling, cut));
        }
      }
    }
  }
}

// Two rows of memory that are a multiple of 4 KiB apart share their sets of the cache.
TEST(WinogradCut, RowsAreAnOddNumberOfCacheLines) {
  for (int64_t channels = 1; channels <= 1024; ++channels) {
    const int64_t floats = kernels::winograd::row_floats(channels);
    EXPECT_EQ(floats % 16, 0);
    EXPECT_GE(floats, channels);
    if (channels % 32 == 0) {
      EXPECT_EQ(floats / 16 % 2, 1) << channels;
    }
  }
}

TEST(WinogradCut, PairsOfBf16TakeHalfThePlaces) {
  EXPECT_EQ(kernels::winograd::places(7, false), 7);
  EXPECT_EQ(kernels::winograd::places(7, true), 4);
  EXPECT_EQ(cut_weights({4, 3, 1, 8, 8}, true, 4, 4).rows_of(3), 2);
}

}  // namespace
}  // namespace fer::testing
