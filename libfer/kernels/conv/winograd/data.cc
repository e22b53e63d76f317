// Convolution by Winograd's filtering, forward and by the input: transforms (winograd.h) around matrix products
// (gemm.h), cut so that what one step writes the next still finds in cache.
#include <algorithm>

#include "core/parallel.h"
#include "kernels/conv/algorithms.h"
#include "kernels/conv/winograd/cut.h"
#include "kernels/conv/winograd/transforms.h"
#include "kernels/gemm/gemm.h"

namespace fer::kernels {
namespace {

// What one thread's blocks of transformed tiles may take of its second-level cache.
constexpr int64_t kCacheFloats = (768 << 10) / sizeof(float);
// Above this many floats of transformed filters, reading them again for every block costs more than it spares; then all
// threads walk through one set of tiles together, so that filters are read once for many tiles.
constexpr int64_t kSharedFilterFloats = (4 << 20) / sizeof(float);
constexpr int64_t kTileGroup = 96;

// How a forward pass is cut.
struct ForwardCut {
  bool bf16;
  int64_t k;      // floats, or pairs of bf16, of all input channels
  bool shared;    // all threads transform a set of tiles, then multiply it; else every thread has blocks of its own
  int64_t set;    // tiles transformed before they are multiplied
  int64_t group;  // tiles multiplied at once
  int64_t chunk;  // output channels whose filters are transformed at once, where they are not prepared
  int64_t v_row, v_point;
  int64_t m_row, m_point;
  int64_t v_floats, m_floats;
};

// Tiles that a thread multiplies at once in a shared set: few enough that every thread has a part.
int64_t shared_group(int64_t tiles, int64_t co) {
  const int64_t panels = (co + gemm_panel_width() - 1) / gemm_panel_width(), parts = 2 * num_threads();
  return std::clamp<int64_t>((tiles * panels + parts - 1) / parts, std::min<int64_t>(tiles, 6), kTileGroup);
}

// The most tiles of a thread's block: about as many as fit its cache. (6 rows make a full tile of the matrix product.)
int64_t most_block_tiles(const WinogradTiling& t, int64_t v_row, int64_t m_row) {
  return std::min(t.tiles, round_to(kCacheFloats / (t.points() * (v_row + m_row)), 6) + 6);
}

// As many blocks for every thread.
int64_t even_block_tiles(int64_t tiles, int64_t most) {
  const int64_t at_once = most * num_threads(), blocks = (tiles + at_once - 1) / at_once * num_threads();
  return std::max(std::min<int64_t>(tiles, 6), (tiles + blocks - 1) / blocks);
}

// Places that n values along a sum take: floats, or pairs of bf16.
int64_t places(int64_t n, bool bf16) { return bf16 ? (n + 1) / 2 : n; }

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
    // Every set of tiles goes through all chunks; a chunk has a panel for every thread. (No sum depends on that.)
    const int64_t wide = std::max<int64_t>(kChunkFloats / (t.points() * cut.k), num_threads() * gemm_panel_width());
    if (t.tiles <= 2 * cut.set) cut.chunk = std::min(co, round_to(wide, gemm_panel_width()));
  } else {
    cut.set = even_block_tiles(t.tiles, most_block_tiles(t, cut.v_row, cut.m_row));
    cut.group = cut.set;
  }
  cut.v_point = point_floats(cut.set, cut.v_row);
  cut.m_point = point_floats(cut.group, cut.m_row);
  cut.v_floats = t.points() * cut.v_point;
  cut.m_floats = t.points() * cut.m_point;
  return cut;
}

// k: places.
int64_t filter_point_floats(int64_t k, int64_t n) { return gemm_packed_floats(k, n) + 16; }

// Filters w [r, r, ci, co], of output channels [first, first + channels).
void transform_filters(WinogradForm form, int64_t r, int64_t ci, int64_t co, const float* w, int64_t first,
                       int64_t channels, float* packed) {
  const WinogradValues values = form.bf16 ? WinogradValues::kRowPairs : WinogradValues::kFloats;
  parallel_ranges(ci, 16, [&](int64_t begin, int64_t end) {
    winograd_filters(form.m, static_cast<int>(r), values, ci, co, w, begin, end, first, channels, packed,
                     filter_point_floats(places(ci, form.bf16), channels));
  });
}

// Transformed filters of output channels [first, first + channels).
struct Filters {
  const float* data;
  int64_t point;
  int64_t first, channels;
};

struct ForwardPass {
  const WinogradTiling& tiling;
  const ForwardCut& cut;
  WinogradImages x;
  int64_t pad_top, pad_left;
  int64_t ci, co;
  const ConvEpilogue& epilogue;
  float* y;

  void transform(int64_t begin, int64_t end, float* v) const {
    const WinogradValues values = cut.bf16 ? WinogradValues::kChannelPairs : WinogradValues::kFloats;
    winograd_input(tiling, x, pad_top, pad_left, begin, end, {v, cut.v_point, cut.v_row, values});
  }

  // Products and outputs of tiles [begin, end), whose first row in v is given, for one panel of output channels.
  void multiply(const Filters& filters, int64_t begin, int64_t end, const float* v, int64_t channel, int64_t channels,
                float* m) const {
    const float* panel = filters.data + (channel - filters.first) * cut.k;
    const GemmShape product{.m = end - begin,
                            .n = channels,
                            .k = cut.k,
                            .operands = cut.bf16 ? GemmValues::kBf16Pairs : GemmValues::kFloats};
    for (int64_t p = 0; p < tiling.points(); ++p, panel += filters.point) {
      gemm_packed(product, v + p * cut.v_point, cut.v_row, panel, m + p * cut.m_point, cut.m_row, false,
                  panel + filters.point);
    }
    winograd_output(tiling, {m, cut.m_point, cut.m_row}, begin, end, channel, channels, epilogue, y, co);
  }

  void run_blocks(const Filters& filters, Scratch scratch) const {
    const int64_t per_slot = cut.v_floats + cut.m_floats;
    const int64_t panel = gemm_panel_width();
    parallel_for_slots((tiling.tiles + cut.set - 1) / cut.set, static_cast<int>(scratch.floats / per_slot),
                       [&](int64_t block, int slot) {
                         float* v = scratch.data + slot * per_slot;
                         const int64_t begin = block * cut.set, end = std::min(begin + cut.set, tiling.tiles);
                         transform(begin, end, v);
                         for (int64_t channel = 0; channel < co; channel += panel) {
                           multiply(filters, begin, end, v, channel, std::min(panel, co - channel), v + cut.v_floats);
                         }
                       });
  }

  // next_filters(first) gives the filters from that output channel on, as many as it likes.
  template <class NextFilters>
  void run_shared(const NextFilters& next_filters, Scratch scratch) const {
    for (int64_t first = 0; first < tiling.tiles; first += cut.set) {
      const int64_t tiles = std::min(cut.set, tiling.tiles - first);
      parallel_ranges(tiles, tiles < 24 * num_threads() ? 1 : 6, [&](int64_t begin, int64_t end) {
        transform(first + begin, first + end, scratch.data + begin * cut.v_row);
      });
      for (int64_t channel = 0; channel < co;) {
        const Filters filters = next_filters(channel);
        multiply_set(filters, first, tiles, scratch);
        channel += filters.channels;
      }
    }
  }

  // Products and outputs of a set of tiles, whose transforms begin the scratch.
  void multiply_set(const Filters& filters, int64_t first, int64_t tiles, Scratch scratch) const {
    const int64_t panel = gemm_panel_width(), panels = (filters.channels + panel - 1) / panel;
    const int64_t groups = (tiles + cut.group - 1) / cut.group;
    const int slots = static_cast<int>((scratch.floats - cut.v_floats) / cut.m_floats);
    parallel_for_slots(groups * panels, slots, [&](int64_t item, int slot) {
      const int64_t begin = item / panels * cut.group, end = std::min(begin + cut.group, tiles),
                    channel = item % panels * panel;
      multiply(filters, first + begin, first + end, scratch.data + begin * cut.v_row, filters.first + channel,
               std::min(panel, filters.channels - channel), scratch.data + cut.v_floats + slot * cut.m_floats);
    });
  }

  void run_prepared(const float* prepared, Scratch scratch) const {
    const Filters all{prepared, filter_point_floats(cut.k, co), 0, co};
    cut.shared ? run_shared([&](int64_t) { return all; }, scratch) : run_blocks(all, scratch);
  }

  // With filters w [r, r, ci, co], whose transforms begin the scratch.
  void run(const float* w, Scratch scratch) const {
    const WinogradForm form{tiling.m, cut.bf16};
    const int64_t point = filter_point_floats(cut.k, cut.chunk), filters = tiling.points() * point;
    const Scratch rest{scratch.data + filters, scratch.floats - filters};
    if (cut.chunk == co) {
      transform_filters(form, tiling.r, ci, co, w, 0, co, scratch.data);
      run_prepared(scratch.data, rest);
      return;
    }
    run_shared(
        [&](int64_t first) {
          const int64_t channels = std::min(cut.chunk, co - first);
          transform_filters(form, tiling.r, ci, co, w, first, channels, scratch.data);
          return Filters{scratch.data, filter_point_floats(cut.k, channels), first, channels};
        },
        rest);
  }
};

// Enough for fewer images too, whose blocks may be larger.
int64_t prepared_scratch_floats(const WinogradTiling& t, const ForwardCut& cut) {
  if (cut.shared) return cut.v_floats + num_threads() * cut.m_floats;
  const int64_t most = most_block_tiles(t, cut.v_row, cut.m_row);
  return num_threads() * t.points() * (point_floats(most, cut.v_row) + point_floats(most, cut.m_row));
}

int64_t forward_scratch_floats(const WinogradTiling& t, bool bf16, int64_t ci, int64_t co) {
  const ForwardCut cut = cut_forward(t, bf16, ci, co);
  return t.points() * filter_point_floats(cut.k, cut.chunk) + prepared_scratch_floats(t, cut);
}

// The filters of the data gradient: turned by 180 degrees, channels swapped. out [r, r, co, ci].
void turn_filters(const ConvShape& s, const float* w, float* out) {
  constexpr int64_t kBlock = 16;
  parallel_ranges(s.co, kBlock, [&](int64_t begin, int64_t end) {
    for (int64_t tap = 0; tap < s.kh * s.kw; ++tap) {
      const float* from = w + (s.kh * s.kw - 1 - tap) * s.ci * s.co;
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

ForwardPass forward_pass(const WinogradTiling& tiling, const ForwardCut& cut, const ConvShape& s, const float* x,
                         const ConvEpilogue& epilogue, float* y) {
  return {tiling, cut, {x, s.h, s.w, s.ci}, s.pad_top, s.pad_left, s.ci, s.co, epilogue, y};
}

}  // namespace

int64_t winograd_prepared_floats(WinogradForm form, const ConvShape& s) {
  return (form.m + s.kh - 1) * (form.m + s.kh - 1) * filter_point_floats(places(s.ci, form.bf16), s.co);
}

void winograd_prepare_weights(WinogradForm form, const ConvShape& s, const float* w, float* prepared) {
  transform_filters(form, s.kh, s.ci, s.co, w, 0, s.co, prepared);
}

int64_t winograd_prepared_scratch_floats(WinogradForm form, const ConvShape& s) {
  const WinogradTiling tiling(form.m, s.kh, s.n, s.oh, s.ow);
  return prepared_scratch_floats(tiling, cut_forward(tiling, form.bf16, s.ci, s.co));
}

int64_t winograd_scratch_floats(WinogradForm form, const ConvShape& s, ConvPass pass) {
  switch (pass) {
    case ConvPass::kForward:
      return forward_scratch_floats(WinogradTiling(form.m, s.kh, s.n, s.oh, s.ow), form.bf16, s.ci, s.co);
    case ConvPass::kBackwardData:
      return aligned_floats(s.w_floats()) +
             forward_scratch_floats(WinogradTiling(form.m, s.kh, s.n, s.h, s.w), form.bf16, s.co, s.ci);
    case ConvPass::kBackwardWeights:
      return winograd_weights_scratch_floats(form, s);
  }
  return 0;
}

void winograd_forward_prepared(WinogradForm form, const ConvShape& s, const float* x, const float* prepared,
                               const ConvEpilogue& epilogue, float* y, Scratch scratch) {
  const WinogradTiling tiling(form.m, s.kh, s.n, s.oh, s.ow);
  const ForwardCut cut = cut_forward(tiling, form.bf16, s.ci, s.co);
  forward_pass(tiling, cut, s, x, epilogue, y).run_prepared(prepared, scratch);
}

void winograd_forward(WinogradForm form, const ConvShape& s, const float* x, const float* w,
                      const ConvEpilogue& epilogue, float* y, Scratch scratch) {
  const WinogradTiling tiling(form.m, s.kh, s.n, s.oh, s.ow);
  const ForwardCut cut = cut_forward(tiling, form.bf16, s.ci, s.co);
  forward_pass(tiling, cut, s, x, epilogue, y).run(w, scratch);
}

void winograd_backward_data(WinogradForm form, const ConvShape& s, const float* dy, const float* w, float* dx,
                            Scratch scratch) {
  const int64_t turned = aligned_floats(s.w_floats());
  turn_filters(s, w, scratch.data);
  // dx is a convolution of dy whose padding completes the kernel: r - 1 - pad.
  const ConvShape back{.n = s.n,
                       .h = s.oh,
                       .w = s.ow,
                       .ci = s.co,
                       .co = s.ci,
                       .kh = s.kh,
                       .kw = s.kw,
                       .pad_top = s.kh - 1 - s.pad_top,
                       .pad_left = s.kw - 1 - s.pad_left,
                       .oh = s.h,
                       .ow = s.w};
  winograd_forward(form, back, dy, scratch.data, {}, dx, {scratch.data + turned, scratch.floats - turned});
}

}  // namespace fer::kernels
