// The gradient by the kernel: sums over tiles of products in the transformed domain (WINOGRAD.md).
#include <algorithm>

#include "core/parallel.h"
#include "kernels/conv/epilogue.h"
#include "kernels/conv/winograd/cut.h"
#include "kernels/conv/winograd/transforms.h"
#include "kernels/conv/winograd/winograd.h"
#include "kernels/gemm/gemm.h"

namespace fer::kernels::winograd {
namespace {

// Input channels whose sums a thread makes at once: 16 full tiles of the matrix product.
constexpr int64_t kRowsAtOnce = 96;

// One gradient by the kernel. Names of the literature: v is a transformed patch of x, g a transformed tile of dy, and
// du = v' g, summed over all tiles, the gradient by the transformed kernel.
struct WeightPass {
  const WinogradTiling& tiling;
  const WeightCut& cut;
  WinogradImages x, dy;
  int64_t pad_top, pad_left;
  float* dw;

  void transform(int64_t begin, int64_t end, float* v, float* g) const {
    const WinogradValues values = cut.bf16 ? WinogradValues::kRowPairs : WinogradValues::kFloats;
    winograd_input(tiling, x, pad_top, pad_left, begin, end, {v, cut.v_point, cut.v_row, values});
    winograd_gradient(tiling, dy, begin, end, {g, cut.g_point, cut.g_row, values});
  }

  // du(p) [rows, co] += v' g over `tiles` transformed tiles, for input channels from `row` on.
  void multiply(int64_t p, int64_t row, int64_t rows, int64_t tiles, const float* v, const float* g, float* du,
                bool accumulate) const {
    const GemmShape product{.m = rows,
                            .n = dy.c,
                            .k = cut.rows_of(tiles),
                            .operands = cut.bf16 ? GemmValues::kBf16Pairs : GemmValues::kFloats};
    gemm_transposed(product, v + p * cut.v_point + row, cut.v_row, g + p * cut.g_point, cut.g_row, du, dy.c,
                    accumulate);
  }

  // dw for input channels [first, first + rows), from du, which holds those.
  void finish(int64_t first, int64_t rows, float* du) const {
    parallel_ranges(rows, 8, [&](int64_t begin, int64_t end) {
      winograd_weights(tiling.m, tiling.r, x.c, dy.c, {du + begin * dy.c, cut.du_point, dy.c}, first + begin,
                       first + end, dw);
    });
  }

  // Every group of tiles has a sum of its own, made by one thread; the sums are added in the order of the groups, so
  // that the bits do not depend on who made which.
  void run_groups(float* du, Scratch scratch) const {
    const int64_t per_slot = cut.v_floats + cut.g_floats;
    const int64_t per_group = (tiling.tiles + cut.groups - 1) / cut.groups;
    parallel_for_slots(cut.groups, static_cast<int>(scratch.floats / per_slot), [&](int64_t group, int slot) {
      float* v = scratch.data + slot * per_slot;
      float* g = v + cut.v_floats;
      float* sum = du + group * cut.du_floats;
      const int64_t first = group * per_group, last = std::min(first + per_group, tiling.tiles);
      // (With few tiles the last groups are empty.)
      if (first >= last) std::fill_n(sum, cut.du_floats, 0.0f);
      for (int64_t begin = first; begin < last; begin += cut.set) {
        const int64_t end = std::min(begin + cut.set, last);
        transform(begin, end, v, g);
        for (int64_t p = 0; p < tiling.points(); ++p)
          multiply(p, 0, x.c, end - begin, v, g, sum + p * cut.du_point, begin > first);
      }
    });
    sum_parts(cut.groups, cut.du_floats, cut.du_floats, du, du);
    finish(0, x.c, du);
  }

  // All threads share one sum: they transform a set of tiles together, then each adds the set's products to rows of its
  // own. Every element is summed over the tiles in their order, whoever does it.
  void run_shared(float* du, Scratch scratch) const {
    float* v = scratch.data;
    float* g = v + cut.v_floats;
    for (int64_t first = 0; first < tiling.tiles; first += cut.set) {
      const int64_t tiles = std::min(cut.set, tiling.tiles - first);
      parallel_ranges(tiles, 4, [&](int64_t begin, int64_t end) {
        transform(first + begin, first + end, v + cut.rows_of(begin) * cut.v_row, g + cut.rows_of(begin) * cut.g_row);
      });
      for (int64_t row = 0; row < x.c; row += cut.rows) {
        const int64_t rows = std::min(cut.rows, x.c - row);
        sum_rows(row, rows, tiles, v, g, du, first > 0);
        if (first + tiles == tiling.tiles) finish(row, rows, du);
      }
    }
  }

  void sum_rows(int64_t row, int64_t rows, int64_t tiles, const float* v, const float* g, float* du,
                bool accumulate) const {
    const int64_t pieces = (rows + kRowsAtOnce - 1) / kRowsAtOnce;
    parallel_for(tiling.points() * pieces, [&](int64_t item) {
      const int64_t p = item / pieces, begin = item % pieces * kRowsAtOnce;
      multiply(p, row + begin, std::min(kRowsAtOnce, rows - begin), tiles, v, g, du + p * cut.du_point + begin * dy.c,
               accumulate);
    });
  }
};

}  // namespace

int64_t backward_weights_scratch_floats(Form form, const ConvShape& s) {
  const WeightCut cut = cut_weights(WinogradTiling(form.m, s.kh, s.n, s.oh, s.ow), form.bf16, s.ci, s.co);
  return cut.groups * cut.du_floats + (cut.groups > 1 ? num_threads() : 1) * (cut.v_floats + cut.g_floats);
}

void backward_weights(Form form, const ConvShape& s, const float* x, const float* dy, float* dw, Scratch scratch) {
  const WinogradTiling tiling(form.m, s.kh, s.n, s.oh, s.ow);
  const WeightCut cut = cut_weights(tiling, form.bf16, s.ci, s.co);
  const WeightPass pass{tiling, cut, {x, s.h, s.w, s.ci}, {dy, s.oh, s.ow, s.co}, s.pad_top, s.pad_left, dw};
  const int64_t sums = cut.groups * cut.du_floats;
  const Scratch rest{scratch.data + sums, scratch.floats - sums};
  cut.groups > 1 ? pass.run_groups(scratch.data, rest) : pass.run_shared(scratch.data, rest);
}

}  // namespace fer::kernels::winograd
