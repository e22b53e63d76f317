// How the work of Winograd's filtering is cut into pieces: sizes alone, no arithmetic. Every piece is chosen so that
// what one step writes the next still finds in cache. Cuts that decide the order of a sum never look at the number of
// threads or at the machine. Private to this folder.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/conv/winograd/transforms.h"
#include "kernels/scratch.h"

namespace fer::kernels::winograd {

// A row of the transformed domain takes an odd number of cache lines: rows of a power of two bytes would all fall into
// the same few sets of the cache, and push each other out.
inline int64_t row_floats(int64_t channels) { return aligned_floats(channels) + 16; }
// One point's matrix, with a line more for the same reason.
inline int64_t point_floats(int64_t rows, int64_t row) { return rows * row + 16; }

// Places that n values along a sum take: floats, or pairs of bf16 where a float would lie.
inline int64_t places(int64_t n, bool bf16) { return bf16 ? (n + 1) / 2 : n; }

// How a forward pass is cut: `tiles` are transformed a `set` at a time and multiplied a `group` at a time.
struct ForwardCut {
  bool bf16;
  int64_t k;  // places of all input channels
  // False: every thread takes a set of its own through transform, products and output transform, within its cache.
  // True: the transformed kernels are so large that reading them again for every small set costs more than that spares;
  // then all threads transform one large set, and share out its products.
  bool shared;
  int64_t set;
  int64_t group;
  int64_t chunk;           // output channels whose kernels are transformed at once, where they are not prepared
  int64_t v_row, v_point;  // strides of the transformed input: of a tile, of a point
  int64_t m_row, m_point;  // the same of the products of one group and one panel of output channels
  int64_t v_floats, m_floats;
};
ForwardCut cut_forward(const WinogradTiling& tiling, bool bf16, int64_t ci, int64_t co);

// The largest set of a thread of its own, for any number of images: scratch is laid out for it.
int64_t most_tiles_of_a_thread(const WinogradTiling& tiling, const ForwardCut& cut);

// How a gradient by the kernel is cut. Its sums run over tiles.
struct WeightCut {
  bool bf16;
  // Above 1: so many groups of neighbouring tiles have sums of their own, each made by one thread and all added in
  // order at the end. 1: there is one sum, too large to have several times, and the threads share out its rows.
  int64_t groups;
  int64_t set;                             // tiles transformed before they are multiplied
  int64_t rows;                            // input channels whose sums are made at once
  int64_t v_row, v_point, g_row, g_point;  // strides of the transformed input and of the transformed dy
  int64_t v_floats, g_floats;
  int64_t du_point, du_floats;  // of one sum [points][rows][co]

  // Rows of memory that so many tiles take: in bf16 two tiles, neighbours along the sum, share a row.
  int64_t rows_of(int64_t tiles) const { return bf16 ? (tiles + 1) / 2 : tiles; }
};
WeightCut cut_weights(const WinogradTiling& tiling, bool bf16, int64_t ci, int64_t co);

}  // namespace fer::kernels::winograd
