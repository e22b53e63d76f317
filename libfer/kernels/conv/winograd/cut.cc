#include "kernels/conv/winograd/cut.h"

#include "core/parallel.h"
#include "kernels/gemm/gemm.h"

namespace fer::kernels::winograd {
namespace {

constexpr int64_t floats_of(int64_t bytes) { return bytes / static_cast<int64_t>(sizeof(float)); }

// What one thread's set of tiles and their products may take of its second-level cache (1 MiB on Zen 4, 2 MiB on a Xeon
// of 2023): the rest is left to the kernels that stream through.
constexpr int64_t kCacheFloats = floats_of(768 << 10);
// Above this size of the transformed kernels the sets are shared.
constexpr int64_t kSharedFilterFloats = floats_of(4 << 20);
// A set of transformed tiles that all threads share: a good part of the last-level cache.
constexpr int64_t kSharedTileFloats = floats_of(16 << 20);
// A part of the transformed kernels, or of a gradient by them, that is made, used and forgotten.
constexpr int64_t kChunkFloats = floats_of(8 << 20);
// Tiles of a shared set that are multiplied at once: 16 full tiles of the matrix product (6 rows each).
constexpr int64_t kTileGroup = 96;

// Up to this size every group of tiles has a sum of its own.
constexpr int64_t kGroupSumFloats = floats_of(1 << 20);
// Tiles of a group that are transformed before they are multiplied. (Both decide the order of a sum, so they are the
// same on every machine.)
constexpr int64_t kGroupTileFloats = floats_of(1 << 20);
constexpr int64_t kGroups = 16;

int64_t round_to(int64_t value, int64_t step) { return std::max(step, value / step * step); }

// Few enough that every thread has a part of the products: twice as many parts as threads even out their speeds.
int64_t shared_group(int64_t tiles, int64_t co) {
  const int64_t panels = (co + gemm_panel_width() - 1) / gemm_panel_width(), parts = 2 * num_threads();
  return std::clamp<int64_t>((tiles * panels + parts - 1) / parts, std::min<int64_t>(tiles, 6), kTileGroup);
}

// As many sets for every thread, none larger than `most`.
int64_t even_set(int64_t tiles, int64_t most) {
  const int64_t at_once = most * num_threads(), sets = (tiles + at_once - 1) / at_once * num_threads();
  return std::max(std::min<int64_t>(tiles, 6), (tiles + sets - 1) / sets);
}

}  // namespace

// 6 rows make a full tile of the matrix product, so sets are multiples of 6 where they can be.
int64_t most_tiles_of_a_thread(const WinogradTiling& t, const ForwardCut& cut) {
  return std::min(t.tiles, round_to(kCacheFloats / (t.points() * (cut.v_row + cut.m_row)), 6) + 6);
}

ForwardCut cut_forward(const WinogradTiling& t, bool bf16, int64_t ci, int64_t co) {
  ForwardCut cut{};
  cut.bf16 = bf16;
  cut.k = places(ci, bf16);
  const int64_t panel = std::min(gemm_panel_width(), aligned_floats(co));
  cut.v_row = row_floats(cut.k);
  cut.m_row = row_floats(panel);
  cut.chunk = co;
  cut.shared = t.points() * cut.k * co > kSharedFilterFloats;
  if (cut.shared) {
    cut.set = std::min(t.tiles, round_to(kSharedTileFloats / (t.points() * cut.v_row), kTileGroup));
    cut.group = shared_group(cut.set, co);
    // Every set goes through all chunks of kernels, so with many sets it is better to transform all kernels once. A
    // chunk has at least a panel for every thread. (No sum depends on that.)
    const int64_t wide = std::max<int64_t>(kChunkFloats / (t.points() * cut.k), num_threads() * gemm_panel_width());
    if (t.tiles <= 2 * cut.set) cut.chunk = std::min(co, round_to(wide, gemm_panel_width()));
  } else {
    cut.set = even_set(t.tiles, most_tiles_of_a_thread(t, cut));
    cut.group = cut.set;
  }
  cut.v_point = point_floats(cut.set, cut.v_row);
  cut.m_point = point_floats(cut.group, cut.m_row);
  cut.v_floats = t.points() * cut.v_point;
  cut.m_floats = t.points() * cut.m_point;
  return cut;
}

WeightCut cut_weights(const WinogradTiling& t, bool bf16, int64_t ci, int64_t co) {
  WeightCut cut{};
  cut.bf16 = bf16;
  cut.v_row = row_floats(ci);
  cut.g_row = row_floats(co);
  const bool small = t.points() * ci * co <= kGroupSumFloats;
  cut.groups = small ? std::min(kGroups, t.tiles) : 1;
  // In bf16 twice as many fit.
  const int64_t budget = (small ? kGroupTileFloats : kSharedTileFloats) * (bf16 ? 2 : 1);
  cut.set = std::min(t.tiles, round_to(budget / (t.points() * (cut.v_row + cut.g_row)), 8));
  const int64_t rows = cut.rows_of(cut.set);
  // With one set a part of the sum is finished, transformed back and forgotten; with several the whole is kept, since
  // later sets add to it.
  cut.rows = small || cut.set < t.tiles ? ci : std::min(ci, round_to(kChunkFloats / (t.points() * co), 16));
  cut.v_point = point_floats(rows, cut.v_row);
  cut.g_point = point_floats(rows, cut.g_row);
  cut.v_floats = t.points() * cut.v_point;
  cut.g_floats = t.points() * cut.g_point;
  cut.du_point = aligned_floats(cut.rows * co) + 16;
  cut.du_floats = t.points() * cut.du_point;
  return cut;
}

}  // namespace fer::kernels::winograd
