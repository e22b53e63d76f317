// Convolution by Winograd's filtering, forward and by the input: transforms (transforms.h) around matrix products
// (gemm.h), cut so that what one step writes the next still finds in cache (cut.h).
#include <algorithm>

#include "core/parallel.h"
#include "kernels/conv/winograd/cut.h"
#include "kernels/conv/winograd/transforms.h"
#include "kernels/conv/winograd/winograd.h"
#include "kernels/gemm/gemm.h"

namespace fer::kernels::winograd {
namespace {

// One point's matrix of transformed kernels [k, n], packed; k in places.
int64_t filter_point_floats(int64_t k, int64_t n) { return gemm_packed_floats(k, n) + 16; }

// Transforms the kernels w [r, r, ci, co] of output channels [first, first + channels) into `packed`.
void transform_filters(Form form, int64_t r, int64_t ci, int64_t co, const float* w, int64_t first, int64_t channels,
                       float* packed) {
  const WinogradValues values = form.bf16 ? WinogradValues::kRowPairs : WinogradValues::kFloats;
  parallel_ranges(ci, 16, [&](int64_t begin, int64_t end) {
    winograd_filters(form.m, static_cast<int>(r), values, ci, co, w, begin, end, first, channels, packed,
                     filter_point_floats(places(ci, form.bf16), channels));
  });
}

// Transformed kernels of output channels [first, first + channels).
struct Filters {
  const float* data;
  int64_t point;  // floats from point to point
  int64_t first, channels;
};

// One forward pass over a batch. Names of the literature: d is a patch of x and v its transform, u a transformed
// kernel, m = v u their product at one point.
struct ForwardPass {
  const WinogradTiling& tiling;
  const ForwardCut& cut;
  WinogradImages x;
  int64_t pad_top, pad_left;
  int64_t ci, co;
  const ConvEpilogue& epilogue;
  float* y;

  // v of tiles [begin, end).
  void transform(int64_t begin, int64_t end, float* v) const {
    const WinogradValues values = cut.bf16 ? WinogradValues::kChannelPairs : WinogradValues::kFloats;
    winograd_input(tiling, x, pad_top, pad_left, begin, end, {v, cut.v_point, cut.v_row, values});
  }

  // Products and outputs of tiles [begin, end), whose first row in v is given, for one panel of output channels. While
  // a point is multiplied, the next one's part of the kernels is fetched into cache (gemm_packed's last argument).
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

  // Every thread takes sets of its own from the beginning to the end. A slot is one thread's part of the scratch.
  void run_own_sets(const Filters& filters, Scratch scratch) const {
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

  // All threads work on one set at a time. v begins the scratch; behind it every slot has room for a group's products.
  // next_filters(first) gives the filters from that output channel on, as many as it likes.
  template <class NextFilters>
  void run_shared(const NextFilters& next_filters, Scratch scratch) const {
    for (int64_t first = 0; first < tiling.tiles; first += cut.set) {
      const int64_t tiles = std::min(cut.set, tiling.tiles - first);
      // Few tiles are shared out one by one, many in full tiles of the matrix product.
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
    cut.shared ? run_shared([&](int64_t) { return all; }, scratch) : run_own_sets(all, scratch);
  }

  // With kernels w [r, r, ci, co], whose transforms begin the scratch: all of them, or a chunk after another.
  void run(const float* w, Scratch scratch) const {
    const Form form{tiling.m, cut.bf16};
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

// Fewer images may have larger sets than more have: room for the largest.
int64_t working_floats(const WinogradTiling& t, const ForwardCut& cut) {
  if (cut.shared) return cut.v_floats + num_threads() * cut.m_floats;
  const int64_t most = most_tiles_of_a_thread(t, cut);
  return num_threads() * t.points() * (point_floats(most, cut.v_row) + point_floats(most, cut.m_row));
}

// The kernels of the gradient by the input: turned by 180 degrees, channels swapped. out [r, r, co, ci]. In blocks of
// 16 x 16, a cache line either way, since one of the two sides is walked against its order in memory.
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

// The gradient by the input is a convolution of dy whose padding completes the kernel: r - 1 - pad.
ConvShape turned(const ConvShape& s) {
  return {.n = s.n,
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
}

WinogradTiling tiling_of(Form form, const ConvShape& s) { return {form.m, s.kh, s.n, s.oh, s.ow}; }

}  // namespace

int64_t prepared_floats(Form form, const ConvShape& s) {
  return (form.m + s.kh - 1) * (form.m + s.kh - 1) * filter_point_floats(places(s.ci, form.bf16), s.co);
}

void prepare_weights(Form form, const ConvShape& s, const float* w, float* prepared) {
  transform_filters(form, s.kh, s.ci, s.co, w, 0, s.co, prepared);
}

int64_t prepared_scratch_floats(Form form, const ConvShape& s) {
  const WinogradTiling tiling = tiling_of(form, s);
  return working_floats(tiling, cut_forward(tiling, form.bf16, s.ci, s.co));
}

int64_t forward_scratch_floats(Form form, const ConvShape& s) {
  const WinogradTiling tiling = tiling_of(form, s);
  const ForwardCut cut = cut_forward(tiling, form.bf16, s.ci, s.co);
  return tiling.points() * filter_point_floats(cut.k, cut.chunk) + working_floats(tiling, cut);
}

int64_t backward_data_scratch_floats(Form form, const ConvShape& s) {
  return aligned_floats(s.w_floats()) + forward_scratch_floats(form, turned(s));
}

void forward_prepared(Form form, const ConvShape& s, const float* x, const float* prepared,
                      const ConvEpilogue& epilogue, float* y, Scratch scratch) {
  const WinogradTiling tiling = tiling_of(form, s);
  const ForwardCut cut = cut_forward(tiling, form.bf16, s.ci, s.co);
  forward_pass(tiling, cut, s, x, epilogue, y).run_prepared(prepared, scratch);
}

void forward(Form form, const ConvShape& s, const float* x, const float* w, const ConvEpilogue& epilogue, float* y,
             Scratch scratch) {
  const WinogradTiling tiling = tiling_of(form, s);
  const ForwardCut cut = cut_forward(tiling, form.bf16, s.ci, s.co);
  forward_pass(tiling, cut, s, x, epilogue, y).run(w, scratch);
}

void backward_data(Form form, const ConvShape& s, const float* dy, const float* w, float* dx, Scratch scratch) {
  const int64_t kernel = aligned_floats(s.w_floats());
  turn_filters(s, w, scratch.data);
  forward(form, turned(s), dy, scratch.data, {}, dx, {scratch.data + kernel, scratch.floats - kernel});
}

}  // namespace fer::kernels::winograd
