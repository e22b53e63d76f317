// Convolution by Winograd's filtering: transforms (winograd.h) around matrix products (gemm.h), cut so that what one
// step writes the next still finds in cache.
#include <algorithm>

#include "core/parallel.h"
#include "kernels/conv_algorithms.h"
#include "kernels/gemm.h"
#include "kernels/winograd.h"

namespace fer::kernels {
namespace {

// What one thread's blocks of transformed tiles may take of its second-level cache.
constexpr int64_t kCacheFloats = (768 << 10) / sizeof(float);
// Above this many floats of transformed filters, reading them again for every block costs more than it spares; then all
// threads walk through one set of tiles together, so that filters are read once for many tiles.
constexpr int64_t kSharedFilterFloats = (4 << 20) / sizeof(float);
// The same for the sums of a weight gradient, of which every group of tiles has its own.
constexpr int64_t kSharedSumFloats = (1 << 20) / sizeof(float);
// Tiles of a group that are transformed before they are multiplied. (The cut decides the order of the sum: it is the
// same on every machine.)
constexpr int64_t kGroupFloats = (1 << 20) / sizeof(float);
// A shared set of transformed tiles: 12 MiB.
constexpr int64_t kSharedTileFloats = (12 << 20) / sizeof(float);
constexpr int64_t kTileGroup = 96;
constexpr int64_t kWeightGroups = 16;

// An odd number of cache lines from row to row: rows of a power of two would fall into few sets of the cache.
int64_t row_floats(int64_t channels) { return aligned_floats(channels) + 16; }

int64_t point_floats(int64_t rows, int64_t row) { return rows * row + 16; }

int64_t round_to(int64_t value, int64_t step) { return std::max(step, value / step * step); }

// How a forward pass is cut.
struct ForwardCut {
  bool shared;    // all threads transform a set of tiles, then multiply it; else every thread has blocks of its own
  int64_t set;    // tiles transformed before they are multiplied
  int64_t group;  // tiles multiplied at once
  int64_t v_row, v_point;
  int64_t m_row, m_point;
  int64_t v_floats, m_floats;
};

ForwardCut cut_forward(const WinogradTiling& t, int64_t ci, int64_t co) {
  ForwardCut cut{};
  const int64_t panel = std::min(gemm_panel_width(), aligned_floats(co));
  cut.v_row = row_floats(ci);
  cut.m_row = row_floats(panel);
  cut.shared = t.points() * ci * co > kSharedFilterFloats;
  if (cut.shared) {
    cut.set = std::min(t.tiles, round_to(kSharedTileFloats / (t.points() * cut.v_row), kTileGroup));
    cut.group = std::min(cut.set, kTileGroup);
  } else {
    // 6 rows make a full tile of the matrix product.
    cut.set = std::min(t.tiles, round_to(kCacheFloats / (t.points() * (cut.v_row + cut.m_row)), 6) + 6);
    cut.group = cut.set;
  }
  cut.v_point = point_floats(cut.set, cut.v_row);
  cut.m_point = point_floats(cut.group, cut.m_row);
  cut.v_floats = t.points() * cut.v_point;
  cut.m_floats = t.points() * cut.m_point;
  return cut;
}

struct ForwardPass {
  const WinogradTiling& tiling;
  const ForwardCut& cut;
  WinogradImages x;
  int64_t pad_top, pad_left;
  int64_t ci, co;
  const float* filters;
  int64_t filter_point;
  const ConvEpilogue& epilogue;
  float* y;

  void transform(int64_t begin, int64_t end, float* v) const {
    winograd_input(tiling, x, pad_top, pad_left, begin, end, {v, cut.v_point, cut.v_row});
  }

  // Products and outputs of tiles [begin, end), whose first row in v is given, for one panel of output channels.
  void multiply(int64_t begin, int64_t end, const float* v, int64_t channel, int64_t channels, float* m) const {
    for (int64_t p = 0; p < tiling.points(); ++p) {
      gemm_packed({.m = end - begin, .n = channels, .k = ci}, v + p * cut.v_point, cut.v_row,
                  filters + p * filter_point + channel * ci, m + p * cut.m_point, cut.m_row, false);
    }
    winograd_output(tiling, {m, cut.m_point, cut.m_row}, begin, end, channel, channels, epilogue, y, co);
  }

  void run_blocks(Scratch scratch) const {
    const int64_t per_slot = cut.v_floats + cut.m_floats;
    const int64_t panel = gemm_panel_width();
    parallel_for_slots((tiling.tiles + cut.set - 1) / cut.set, static_cast<int>(scratch.floats / per_slot),
                       [&](int64_t block, int slot) {
                         float* v = scratch.data + slot * per_slot;
                         const int64_t begin = block * cut.set, end = std::min(begin + cut.set, tiling.tiles);
                         transform(begin, end, v);
                         for (int64_t channel = 0; channel < co; channel += panel) {
                           multiply(begin, end, v, channel, std::min(panel, co - channel), v + cut.v_floats);
                         }
                       });
  }

  void run_shared(Scratch scratch) const {
    const int64_t panel = gemm_panel_width(), panels = (co + panel - 1) / panel;
    const int slots = static_cast<int>((scratch.floats - cut.v_floats) / cut.m_floats);
    for (int64_t first = 0; first < tiling.tiles; first += cut.set) {
      const int64_t tiles = std::min(cut.set, tiling.tiles - first);
      parallel_ranges(tiles, 6, [&](int64_t begin, int64_t end) {
        transform(first + begin, first + end, scratch.data + begin * cut.v_row);
      });
      const int64_t groups = (tiles + cut.group - 1) / cut.group;
      parallel_for_slots(groups * panels, slots, [&](int64_t item, int slot) {
        const int64_t begin = item / panels * cut.group, end = std::min(begin + cut.group, tiles),
                      channel = item % panels * panel;
        multiply(first + begin, first + end, scratch.data + begin * cut.v_row, channel, std::min(panel, co - channel),
                 scratch.data + cut.v_floats + slot * cut.m_floats);
      });
    }
  }
};

int64_t forward_scratch_floats(const WinogradTiling& t, int64_t ci, int64_t co) {
  const ForwardCut cut = cut_forward(t, ci, co);
  return cut.shared ? cut.v_floats + num_threads() * cut.m_floats : num_threads() * (cut.v_floats + cut.m_floats);
}

int64_t filter_point_floats(int64_t k, int64_t n) { return gemm_packed_floats(k, n) + 16; }

void transform_filters(int m, int64_t k, int64_t n, const float* w, float* packed) {
  parallel_ranges(k, 16, [&](int64_t begin, int64_t end) {
    winograd_filters(m, k, n, w, begin, end, packed, filter_point_floats(k, n));
  });
}

// The filters of the data gradient: turned by 180 degrees, channels swapped. out [3, 3, co, ci].
void turn_filters(const ConvShape& s, const float* w, float* out) {
  constexpr int64_t kBlock = 16;
  parallel_ranges(s.co, kBlock, [&](int64_t begin, int64_t end) {
    for (int64_t tap = 0; tap < 9; ++tap) {
      const float* from = w + (8 - tap) * s.ci * s.co;
      float* to = out + tap * s.ci * s.co;
      for (int64_t first = 0; first < s.ci; first += kBlock) {
        const int64_t last = std::min(first + kBlock, s.ci);
        for (int64_t o = begin; o < end; ++o) {
          for (int64_t i = first; i < last; ++i) to[o * s.ci + i] = from[i * s.co + o];
        }
      }
    }
  });
}

// How a weight gradient is cut.
struct WeightCut {
  int64_t groups;  // sums of their own, added at the end; 1: one sum, whose parts the threads share out
  int64_t set;     // tiles transformed before they are multiplied
  int64_t v_row, v_point, g_row, g_point;
  int64_t v_floats, g_floats;
  int64_t du_point, du_floats;
};

WeightCut cut_weights(const WinogradTiling& t, int64_t ci, int64_t co) {
  WeightCut cut{};
  cut.v_row = row_floats(ci);
  cut.g_row = row_floats(co);
  const bool small = t.points() * ci * co <= kSharedSumFloats;
  cut.groups = small ? std::min(kWeightGroups, t.tiles) : 1;
  const int64_t budget = small ? kGroupFloats : kSharedTileFloats;
  cut.set = std::min(t.tiles, round_to(budget / (t.points() * (cut.v_row + cut.g_row)), 8));
  cut.v_point = point_floats(cut.set, cut.v_row);
  cut.g_point = point_floats(cut.set, cut.g_row);
  cut.v_floats = t.points() * cut.v_point;
  cut.g_floats = t.points() * cut.g_point;
  cut.du_point = aligned_floats(ci * co) + 16;
  cut.du_floats = t.points() * cut.du_point;
  return cut;
}

struct WeightPass {
  const WinogradTiling& tiling;
  const WeightCut& cut;
  WinogradImages x, dy;
  int64_t pad_top, pad_left;

  void transform(int64_t begin, int64_t end, float* v, float* g) const {
    winograd_input(tiling, x, pad_top, pad_left, begin, end, {v, cut.v_point, cut.v_row});
    winograd_gradient(tiling, dy, begin, end, {g, cut.g_point, cut.g_row});
  }

  // du(p)[row .. row + rows) += v' g over `tiles` transformed tiles.
  void multiply(int64_t p, int64_t row, int64_t rows, int64_t tiles, const float* v, const float* g, float* du,
                bool accumulate) const {
    gemm_transposed({.m = rows, .n = dy.c, .k = tiles}, v + p * cut.v_point + row, cut.v_row, g + p * cut.g_point,
                    cut.g_row, du + p * cut.du_point + row * dy.c, dy.c, accumulate);
  }

  // Every group of tiles has a sum of its own.
  void run_groups(float* du, Scratch scratch) const {
    const int64_t per_slot = cut.v_floats + cut.g_floats;
    const int64_t per_group = (tiling.tiles + cut.groups - 1) / cut.groups;
    parallel_for_slots(cut.groups, static_cast<int>(scratch.floats / per_slot), [&](int64_t group, int slot) {
      float* v = scratch.data + slot * per_slot;
      float* g = v + cut.v_floats;
      const int64_t first = group * per_group, last = std::min(first + per_group, tiling.tiles);
      if (first >= last) std::fill_n(du + group * cut.du_floats, cut.du_floats, 0.0f);
      for (int64_t begin = first; begin < last; begin += cut.set) {
        const int64_t end = std::min(begin + cut.set, last);
        transform(begin, end, v, g);
        for (int64_t p = 0; p < tiling.points(); ++p)
          multiply(p, 0, x.c, end - begin, v, g, du + group * cut.du_floats, begin > first);
      }
    });
  }

  // All threads share one sum, each working on rows of it.
  void run_shared(float* du, Scratch scratch) const {
    constexpr int64_t kRowsAtOnce = 96;
    float* v = scratch.data;
    float* g = v + cut.v_floats;
    const int64_t pieces = (x.c + kRowsAtOnce - 1) / kRowsAtOnce;
    for (int64_t first = 0; first < tiling.tiles; first += cut.set) {
      const int64_t tiles = std::min(cut.set, tiling.tiles - first);
      parallel_ranges(tiles, 4, [&](int64_t begin, int64_t end) {
        transform(first + begin, first + end, v + begin * cut.v_row, g + begin * cut.g_row);
      });
      parallel_for(tiling.points() * pieces, [&](int64_t item) {
        const int64_t row = item % pieces * kRowsAtOnce;
        multiply(item / pieces, row, std::min(kRowsAtOnce, x.c - row), tiles, v, g, du, first > 0);
      });
    }
  }
};

}  // namespace

int64_t winograd_prepared_floats(int m, const ConvShape& s) {
  return (m + 2) * (m + 2) * filter_point_floats(s.ci, s.co);
}

void winograd_prepare_weights(int m, const ConvShape& s, const float* w, float* prepared) {
  transform_filters(m, s.ci, s.co, w, prepared);
}

int64_t winograd_scratch_floats(int m, const ConvShape& s, ConvPass pass) {
  if (pass == ConvPass::kForward) return forward_scratch_floats(WinogradTiling(m, s.n, s.oh, s.ow), s.ci, s.co);
  if (pass == ConvPass::kBackwardData) {
    const int64_t filters = (m + 2) * (m + 2) * filter_point_floats(s.co, s.ci);
    // The turned filters are needed only until they are transformed.
    return filters +
           std::max(aligned_floats(s.w_floats()), forward_scratch_floats(WinogradTiling(m, s.n, s.h, s.w), s.co, s.ci));
  }
  const WinogradTiling tiling(m, s.n, s.oh, s.ow);
  const WeightCut cut = cut_weights(tiling, s.ci, s.co);
  return cut.groups * cut.du_floats + (cut.groups > 1 ? num_threads() : 1) * (cut.v_floats + cut.g_floats);
}

void winograd_forward(int m, const ConvShape& s, const float* x, const float* prepared, const ConvEpilogue& epilogue,
                      float* y, Scratch scratch) {
  const WinogradTiling tiling(m, s.n, s.oh, s.ow);
  const ForwardCut cut = cut_forward(tiling, s.ci, s.co);
  const ForwardPass pass{
      tiling,   cut, {x, s.h, s.w, s.ci}, s.pad_top, s.pad_left, s.ci, s.co, prepared, filter_point_floats(s.ci, s.co),
      epilogue, y};
  cut.shared ? pass.run_shared(scratch) : pass.run_blocks(scratch);
}

void winograd_backward_data(int m, const ConvShape& s, const float* dy, const float* w, float* dx, Scratch scratch) {
  const int64_t filter_point = filter_point_floats(s.co, s.ci);
  const int64_t filter_floats = (m + 2) * (m + 2) * filter_point;
  const Scratch rest{scratch.data + filter_floats, scratch.floats - filter_floats};
  turn_filters(s, w, rest.data);
  transform_filters(m, s.co, s.ci, rest.data, scratch.data);
  const WinogradTiling tiling(m, s.n, s.h, s.w);
  const ForwardCut cut = cut_forward(tiling, s.co, s.ci);
  const ConvEpilogue nothing;
  // dx is a convolution of dy whose padding completes the kernel: 2 - pad.
  const ForwardPass pass{tiling, cut,  {dy, s.oh, s.ow, s.co}, 2 - s.pad_top, 2 - s.pad_left,
                         s.co,   s.ci, scratch.data,           filter_point,  nothing,
                         dx};
  cut.shared ? pass.run_shared(rest) : pass.run_blocks(rest);
}

void winograd_backward_weights(int m, const ConvShape& s, const float* x, const float* dy, float* dw, Scratch scratch) {
  const WinogradTiling tiling(m, s.n, s.oh, s.ow);
  const WeightCut cut = cut_weights(tiling, s.ci, s.co);
  const WeightPass pass{tiling, cut, {x, s.h, s.w, s.ci}, {dy, s.oh, s.ow, s.co}, s.pad_top, s.pad_left};
  float* du = scratch.data;
  const int64_t sums = cut.groups * cut.du_floats;
  const Scratch rest{scratch.data + sums, scratch.floats - sums};
  if (cut.groups > 1) {
    pass.run_groups(du, rest);
    sum_parts(cut.groups, cut.du_floats, cut.du_floats, du, du);
  } else {
    pass.run_shared(du, rest);
  }
  parallel_ranges(s.ci, 8, [&](int64_t begin, int64_t end) {
    winograd_weights(m, s.ci, s.co, {du, cut.du_point, s.co}, begin, end, dw);
  });
}

}  // namespace fer::kernels
