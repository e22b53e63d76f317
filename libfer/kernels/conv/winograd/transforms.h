// The transforms of Winograd's minimal filtering F(m x m, r x r): m = 2 to 6 for kernels of r = 3, m = 4 for r = 5
// (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015). How a convolution becomes (m+r-1)^2
// matrix products, and why that is 2.25 to 6.25 times less arithmetic: kernels/conv/winograd/WINOGRAD.md.
// Single-threaded pieces over ranges of tiles; data.cc and weights.cc put them together.
//
// Arrays in the transformed domain are [point][row][channel] with strides given by the caller; point = 0 .. (m+r-1)^2 -
// 1, a row is a tile (or, for filters, an input channel). Row strides are at least the channels rounded up to 16 (half
// of that for pairs of channels). Products and gradients by filters are floats; the rest may be bf16.
#pragma once

#include <cstdint>

#include "kernels/conv/conv.h"

namespace fer::kernels {

// The tiles of a batch of images cut into m x m pieces of [rows, columns], row by row, image by image.
struct WinogradTiling {
  int m = 4, r = 3;
  int64_t rows = 0, columns = 0;             // extents of what is cut
  int64_t tiles_down = 0, tiles_across = 0;  // tiles of one image
  int64_t tiles = 0;                         // of the whole batch

  WinogradTiling(int m, int64_t r, int64_t images, int64_t rows, int64_t columns);
  int64_t alpha() const { return m + r - 1; }
  int64_t points() const { return alpha() * alpha(); }
};

// What stands for a float of an array in the transformed domain: a float; two neighbouring channels in bf16; or one
// channel of two neighbouring rows in bf16, so that row r of memory holds rows 2r and 2r + 1 (a last odd one with
// zeros).
enum class WinogradValues { kFloats, kChannelPairs, kRowPairs };

struct WinogradArray {
  float* data = nullptr;
  int64_t point_stride = 0, row_stride = 0;
  WinogradValues values = WinogradValues::kFloats;
};

// A batch of images [n, h, w, c].
struct WinogradImages {
  const float* data = nullptr;
  int64_t h = 0, w = 0, c = 0;
};

// v(p, t) = B' d B for tiles begin <= t < end, row t - begin; d begins pad_top rows above and pad_left cells left of
// its tile.
void winograd_input(const WinogradTiling& tiling, const WinogradImages& x, int64_t pad_top, int64_t pad_left,
                    int64_t begin, int64_t end, const WinogradArray& v);
// v(p, t) = A dy A' for the tiles of dy, cells outside as zero.
void winograd_gradient(const WinogradTiling& tiling, const WinogradImages& dy, int64_t begin, int64_t end,
                       const WinogradArray& v);
// y = epilogue(A' m A) for channels [channel, channel + channels) of y [n, rows, columns, y_channels]; cells outside
// are dropped.
void winograd_output(const WinogradTiling& tiling, const WinogradArray& products, int64_t begin, int64_t end,
                     int64_t channel, int64_t channels, const ConvEpilogue& epilogue, float* y, int64_t y_channels);
// u = G g G' for rows [begin, end) of k and columns [first, first + columns) of n of filters w [r, r, k, n], packed for
// gemm_packed as matrices [k, columns] point by point (point_stride floats apart). first is a multiple of a panel.
// values: kFloats, or kRowPairs with an even begin.
void winograd_filters(int m, int r, WinogradValues values, int64_t k, int64_t n, const float* w, int64_t begin,
                      int64_t end, int64_t first, int64_t columns, float* packed, int64_t point_stride);
// dw [r, r, k, n] = G' du G for rows [begin, end) of k, which du holds as [point][row - begin][n].
void winograd_weights(int m, int r, int64_t k, int64_t n, const WinogradArray& du, int64_t begin, int64_t end,
                      float* dw);

}  // namespace fer::kernels
