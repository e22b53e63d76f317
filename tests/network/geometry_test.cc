// Windows against counting them one by one.
#include "network/geometry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace fer {
namespace {

// How many places a kernel can be put at on a line of `padded` cells.
int64_t places(int64_t padded, int64_t kernel, int64_t stride) {
  int64_t count = 0;
  for (int64_t begin = 0; begin + kernel <= padded; begin += stride) ++count;
  return count;
}

// The smallest padding in all that gives `out` places.
int64_t least_padding(int64_t in, int64_t kernel, int64_t stride, int64_t out) {
  int64_t total = 0;
  while (places(in + total, kernel, stride) < out) ++total;
  return total;
}

TEST(Geometry, AgreesWithCountingPlaces) {
  for (int64_t in = 1; in <= 17; ++in) {
    for (int64_t kernel = 1; kernel <= 8; ++kernel) {
      for (int64_t stride = 1; stride <= 5; ++stride) {
        SCOPED_TRACE(testing::Message() << "in " << in << " kernel " << kernel << " stride " << stride);
        EXPECT_EQ(axis_window(in, kernel, stride, Padding::valid()).out, places(in, kernel, stride));
        for (int64_t cells = 0; cells <= 4; ++cells) {
          const AxisWindow w = axis_window(in, kernel, stride, Padding::on_each_side(cells));
          EXPECT_EQ(w.out, places(in + 2 * cells, kernel, stride));
          EXPECT_EQ(w.before, cells);
        }
      }
    }
  }
}

TEST(Geometry, SamePaddingGivesCeilOfInputOverStride) {
  for (int64_t in = 1; in <= 17; ++in) {
    for (int64_t kernel = 1; kernel <= 8; ++kernel) {
      for (int64_t stride = 1; stride <= 5; ++stride) {
        SCOPED_TRACE(testing::Message() << "in " << in << " kernel " << kernel << " stride " << stride);
        const AxisWindow w = axis_window(in, kernel, stride, Padding::same());
        std::set<int64_t> blocks;  // of `stride` cells, whole or not
        for (int64_t x = 0; x < in; ++x) blocks.insert(x / stride);
        EXPECT_EQ(w.out, static_cast<int64_t>(blocks.size()));
        EXPECT_EQ(w.before, least_padding(in, kernel, stride, w.out) / 2);
      }
    }
  }
}

TEST(Geometry, SamePaddingPutsTheOddCellAtTheEnd) {
  // Four cells, a kernel of 4: three cells of padding, one before.
  EXPECT_EQ(axis_window(4, 4, 1, Padding::same()).before, 1);
  // 48 cells in steps of 2 with a kernel of 3: one cell, at the end.
  const AxisWindow w = axis_window(48, 3, 2, Padding::same());
  EXPECT_EQ(w.before, 0);
  EXPECT_EQ(w.out, 24);
}

TEST(Geometry, RowsAndColumnsAreIndependent) {
  const Window w = window({68, 2, 1}, {3, 2}, {2, 1}, Padding::same());
  EXPECT_EQ(w.out_h, 34);
  EXPECT_EQ(w.out_w, 2);
  EXPECT_EQ(w.pad_top, 0);
  EXPECT_EQ(w.pad_left, 0);
}

TEST(Geometry, AKernelBeyondThePaddedInputHasNoPlace) {
  EXPECT_EQ(axis_window(3, 4, 2, Padding::valid()).out, 0);
  EXPECT_EQ(axis_window(3, 6, 2, Padding::on_each_side(1)).out, 0);
  EXPECT_EQ(axis_window(3, 5, 2, Padding::on_each_side(1)).out, 1);
}

TEST(Geometry, ADilationSpreadsAKernel) {
  EXPECT_EQ(dilated({3, 5}, {1, 1}), (Pair{3, 5}));
  EXPECT_EQ(dilated({3, 2}, {2, 4}), (Pair{5, 5}));
  EXPECT_EQ(dilated({1, 3}, {7, 3}), (Pair{1, 7}));
  // "same" around 7 cells: Keras pads by what the spread kernel needs, (3 - 1) * 2 cells.
  EXPECT_EQ(window({7, 7, 1}, dilated({3, 3}, {2, 2}), {1, 1}, Padding::same()).pad_top, 2);
}

TEST(Geometry, PoolStridesDefaultToThePool) {
  EXPECT_EQ(pool_strides({3, 2}, {0, 0}), (Pair{3, 2}));
  EXPECT_EQ(pool_strides({3, 2}, {1, 2}), (Pair{1, 2}));
}

}  // namespace
}  // namespace fer
