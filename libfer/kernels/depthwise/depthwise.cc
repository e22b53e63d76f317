// Forward and backward by data. Both are sums over the taps that reach a cell, at distances that are the same all along
// a row; where they stand differs.
#include "kernels/depthwise/depthwise.h"

#include <algorithm>

#include "core/parallel.h"
#include "kernels/depthwise/parts.h"
#include "kernels/simd/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/depthwise/depthwise.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/simd/masked_load-inl.h"
#include "kernels/simd/relu-inl.h"

#ifndef FER_KERNELS_DEPTHWISE_ONCE
#define FER_KERNELS_DEPTHWISE_ONCE
namespace fer::kernels {

// The taps of one cell: from[r * from_row + q * from_column] * w[r * w_row + q * w_column] for every channel, r < rows,
// q < columns. (Distances in floats.)
struct Taps {
  const float *from = nullptr, *w = nullptr;
  int64_t rows = 0, columns = 0;
  int64_t from_row = 0, from_column = 0, w_row = 0, w_column = 0;
};

// Filters and epilogue as they are, and repeated so that `wide` pixels of few channels fill a vector (1: not).
struct DepthwiseFilters {
  const float* w = nullptr;
  ConvEpilogue epilogue;
  int64_t wide = 1;
  const float* wide_w = nullptr;
  ConvEpilogue wide_epilogue = {};
};

}  // namespace fer::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

// P cells side by side, NV vectors of channels: a tile of sums in registers. kPart: one vector, of which `mask` exists.
template <int P, int NV, bool kPart>
struct Tile {
  hn::Mask<D> mask;

  HWY_INLINE V load(const float* from) const {
    if constexpr (kPart) return masked_load(mask, D(), from);
    return hn::LoadU(D(), from);
  }
  HWY_INLINE void store(V v, float* to) const {
    if constexpr (kPart) {
      hn::BlendedStore(v, mask, D(), to);
    } else {
      hn::StoreU(v, D(), to);
    }
  }

  HWY_INLINE V finished(V v, const ConvEpilogue& e, int64_t channel) const {
    if (e.bias != nullptr) v = hn::Add(v, load(e.bias + channel));
    if (e.relu) v = capped_relu(v, hn::Set(D(), e.relu_cap));
    if (e.scale != nullptr) v = hn::MulAdd(v, load(e.scale + channel), load(e.shift + channel));
    return v;
  }

  // A weight is loaded once for P cells. Cells are from_step floats apart where they are read, to_step where their sums
  // go.
  HWY_INLINE void run(const Taps& taps, int64_t channel, int64_t from_step, int64_t to_step, const ConvEpilogue& e,
                      float* to) const {
    V sums[P * NV];
    FER_UNROLL for (int i = 0; i < P * NV; ++i) sums[i] = hn::Zero(D());
    for (int64_t r = 0; r < taps.rows; ++r) {
      const float* from = taps.from + r * taps.from_row + channel;
      const float* w = taps.w + r * taps.w_row + channel;
      for (int64_t q = 0; q < taps.columns; ++q, from += taps.from_column, w += taps.w_column) {
        FER_UNROLL for (int k = 0; k < NV; ++k) {
          const V weight = load(w + k * kLanes);
          FER_UNROLL for (int p = 0; p < P; ++p) sums[p * NV + k] =
              hn::MulAdd(load(from + p * from_step + k * kLanes), weight, sums[p * NV + k]);
        }
      }
    }
    FER_UNROLL for (int p = 0; p < P; ++p) {
      FER_UNROLL for (int k = 0; k < NV; ++k)
          store(finished(sums[p * NV + k], e, channel + k * kLanes), to + p * to_step + channel + k * kLanes);
    }
  }
};

// P cells side by side, all channels: blocks of vectors, single vectors, then the partial last one.
template <int P>
HWY_INLINE void cells(const Taps& taps, int64_t c, int64_t from_step, int64_t to_step, const ConvEpilogue& e,
                      float* to) {
  constexpr int kVectors = P == 1 ? 4 : 1;  // enough sums at once that additions need not wait for each other
  const auto all = hn::FirstN(D(), kLanes);
  int64_t i = 0;
  for (; i + kVectors * kLanes <= c; i += kVectors * kLanes)
    Tile<P, kVectors, false>{all}.run(taps, i, from_step, to_step, e, to);
  for (; i + kLanes <= c; i += kLanes) Tile<P, 1, false>{all}.run(taps, i, from_step, to_step, e, to);
  if (i < c) Tile<P, 1, true>{hn::FirstN(D(), static_cast<size_t>(c - i))}.run(taps, i, from_step, to_step, e, to);
}

// `count` cells side by side whose taps are those of the first, shifted. Eight sums hide the latency of an addition (4
// cycles, two per cycle); rests of 3 are common, where a row of 48 is cut at its borders.
void line(Taps taps, int64_t count, int64_t c, int64_t from_step, int64_t to_step, const ConvEpilogue& e, float* to) {
  constexpr int64_t kMost = 8;
  for (; count >= kMost; count -= kMost, taps.from += kMost * from_step, to += kMost * to_step)
    cells<kMost>(taps, c, from_step, to_step, e, to);
  for (; count >= 3; count -= 3, taps.from += 3 * from_step, to += 3 * to_step)
    cells<3>(taps, c, from_step, to_step, e, to);
  for (; count > 0; --count, taps.from += from_step, to += to_step) cells<1>(taps, c, from_step, to_step, e, to);
}

// The same; w_offset is the first tap's place among the filters. Where pixels of few channels lie next to each other,
// read and written, `wide` of them are one cell of wide * c channels.
void segment(const DepthwiseFilters& f, int64_t w_offset, Taps taps, int64_t count, int64_t c, int64_t from_step,
             int64_t to_step, float* to) {
  if (f.wide > 1 && from_step == c && to_step == c && count >= f.wide) {
    Taps wide = taps;
    wide.w = f.wide_w + w_offset * f.wide;
    wide.w_row *= f.wide;
    wide.w_column *= f.wide;
    const int64_t pieces = count / f.wide, done = pieces * f.wide;
    line(wide, pieces, f.wide * c, f.wide * c, f.wide * c, f.wide_epilogue, to);
    count -= done;
    taps.from += done * c;
    to += done * c;
  }
  taps.w = f.w + w_offset;
  line(taps, count, c, from_step, to_step, f.epilogue, to);
}

// Where the taps of a cell lie along one axis: the first tap of the kernel, how many, and what cell the first reads.
struct Reach {
  int64_t tap = 0, count = 0, cell = 0;
};

// Of an output cell in the input.
HWY_INLINE Reach forward_reach(int64_t out, int64_t kernel, int64_t stride, int64_t pad, int64_t in) {
  const int64_t first = out * stride - pad;
  const int64_t tap = std::clamp<int64_t>(-first, 0, kernel), end = std::clamp<int64_t>(in - first, tap, kernel);
  return {tap, end - tap, first + tap};
}

// Of an input cell in the output: taps `stride` apart, the later the earlier the output.
HWY_INLINE Reach backward_reach(int64_t in, int64_t kernel, int64_t stride, int64_t pad, int64_t out) {
  const int64_t at = in + pad;  // tap k reads output (at - k) / stride
  int64_t tap = at % stride;
  const int64_t least = at - (out - 1) * stride;
  if (tap < least) tap += (least - tap + stride - 1) / stride * stride;
  const int64_t last = std::min(kernel - 1, at);
  return {tap, tap > last ? 0 : (last - tap) / stride + 1, (at - tap) / stride};
}

// The first j in (begin, end) whose taps are not begin's; taps change one way along a row, so those alike are
// neighbours.
template <class ReachAt>
HWY_INLINE int64_t end_of_alike(int64_t begin, int64_t end, const Reach& first, const ReachAt& reach_at) {
  int64_t low = begin + 1, high = end;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    const Reach reach = reach_at(middle);
    if (reach.tap == first.tap && reach.count == first.count) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// One row of outputs. Along it the taps that lie inside the image are the same but for the borders, so a row is at most
// a few segments.
void ForwardRow(const DepthwiseShape& s, const DepthwiseFilters& f, const float* image, int64_t oh, float* y) {
  const int64_t c = s.c;
  const Reach rows = forward_reach(oh, s.kh, s.sh, s.pad_top, s.h);
  const auto reach_at = [&](int64_t ow) { return forward_reach(ow, s.kw, s.sw, s.pad_left, s.w); };
  for (int64_t ow = 0; ow < s.ow;) {
    const Reach columns = reach_at(ow);
    const int64_t end = end_of_alike(ow, s.ow, columns, reach_at);
    const Taps taps{.from = image + (rows.cell * s.w + columns.cell) * c,
                    .rows = columns.count > 0 ? rows.count : 0,
                    .columns = columns.count,
                    .from_row = s.w * c,
                    .from_column = c,
                    .w_row = s.kw * c,
                    .w_column = c};
    segment(f, (rows.tap * s.kw + columns.tap) * c, taps, end - ow, c, s.sw * c, c, y + ow * c);
    ow = end;
  }
}

// One row of dx: the same sums, with taps that run backwards over dy and skip by the stride.
void BackwardRow(const DepthwiseShape& s, const DepthwiseFilters& f, const float* dy_image, int64_t h, float* dx) {
  const int64_t c = s.c;
  const Reach rows = backward_reach(h, s.kh, s.sh, s.pad_top, s.oh);
  // Cells a stride apart see taps a stride apart: one such sequence after another.
  for (int64_t phase = 0; phase < std::min(s.sw, s.w); ++phase) {
    const int64_t count = (s.w - phase + s.sw - 1) / s.sw;
    const auto reach_at = [&](int64_t j) { return backward_reach(phase + j * s.sw, s.kw, s.sw, s.pad_left, s.ow); };
    for (int64_t j = 0; j < count;) {
      const Reach columns = reach_at(j);
      const int64_t end = end_of_alike(j, count, columns, reach_at);
      const bool any = rows.count > 0 && columns.count > 0;
      const Taps taps{.from = any ? dy_image + (rows.cell * s.ow + columns.cell) * c : dy_image,
                      .rows = any ? rows.count : 0,
                      .columns = columns.count,
                      .from_row = -s.ow * c,
                      .from_column = -c,
                      .w_row = s.sh * s.kw * c,
                      .w_column = s.sw * c};
      segment(f, any ? (rows.tap * s.kw + columns.tap) * c : 0, taps, end - j, c, c, s.sw * c,
              dx + (phase + j * s.sw) * c);
      j = end;
    }
  }
}

int64_t PixelsInVector(int64_t c) { return std::max<int64_t>(1, kLanes / c); }

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fer::kernels {

HWY_EXPORT(ForwardRow);
HWY_EXPORT(BackwardRow);
HWY_EXPORT(PixelsInVector);

int64_t pixels_in_vector(int64_t c) { return HWY_DYNAMIC_DISPATCH(PixelsInVector)(c); }

namespace {

constexpr int64_t kRowsOfGrain = 8;

// Kernel and epilogue, every line of c values repeated up to kMostLanes.
int64_t wide_floats(const DepthwiseShape& s) { return (s.kh * s.kw + 3) * kMostLanes; }

DepthwiseFilters prepare_filters(const DepthwiseShape& s, const float* w, const ConvEpilogue& epilogue,
                                 bool side_by_side, float* scratch) {
  DepthwiseFilters f{.w = w, .epilogue = epilogue};
  f.wide_epilogue.relu = epilogue.relu;
  f.wide_epilogue.relu_cap = epilogue.relu_cap;
  f.wide = side_by_side ? pixels_in_vector(s.c) : 1;
  if (f.wide == 1) return f;
  const auto repeat_lines = [&](const float* from, int64_t lines) -> const float* {
    if (from == nullptr) return nullptr;
    float* begin = scratch;
    for (int64_t i = 0; i < lines; ++i) {
      for (int64_t k = 0; k < f.wide; ++k, scratch += s.c) std::copy_n(from + i * s.c, s.c, scratch);
    }
    return begin;
  };
  f.wide_w = repeat_lines(w, s.kh * s.kw);
  f.wide_epilogue.bias = repeat_lines(epilogue.bias, 1);
  f.wide_epilogue.scale = repeat_lines(epilogue.scale, 1);
  f.wide_epilogue.shift = repeat_lines(epilogue.shift, 1);
  return f;
}

}  // namespace

void depthwise_forward(const DepthwiseShape& s, std::span<const float> x, std::span<const float> w,
                       const ConvEpilogue& epilogue, std::span<float> y, std::span<float> scratch) {
  if (s.multiplier > 1) {
    repeat_values(s.x_floats(), s.multiplier, x.data(), scratch.data());
    const DepthwiseShape one = repeated(s);
    const auto wide = scratch.first(static_cast<size_t>(one.x_floats()));
    return depthwise_forward(one, wide, w, epilogue, y, scratch.subspan(static_cast<size_t>(repeated_floats(s))));
  }
  const DepthwiseFilters f = prepare_filters(s, w.data(), epilogue, s.sw == 1, scratch.data());
  const auto kernel = HWY_DYNAMIC_DISPATCH(ForwardRow);
  parallel_ranges(s.n * s.oh, kRowsOfGrain, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r)
      kernel(s, f, x.data() + r / s.oh * s.h * s.w * s.c, r % s.oh, y.data() + r * s.ow * s.c);
  });
}

void depthwise_backward_data(const DepthwiseShape& s, std::span<const float> dy, std::span<const float> w,
                             std::span<float> dx, std::span<float> scratch) {
  if (s.multiplier > 1) {
    const DepthwiseShape one = repeated(s);
    const auto wide = scratch.first(static_cast<size_t>(one.x_floats()));
    depthwise_backward_data(one, dy, w, wide, scratch.subspan(static_cast<size_t>(repeated_floats(s))));
    return sum_repeated(s.x_floats(), s.multiplier, wide.data(), dx.data());
  }
  const DepthwiseFilters f = prepare_filters(s, w.data(), {}, s.sw == 1, scratch.data());
  const auto kernel = HWY_DYNAMIC_DISPATCH(BackwardRow);
  parallel_ranges(s.n * s.h, kRowsOfGrain, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r)
      kernel(s, f, dy.data() + r / s.h * s.oh * s.ow * s.c, r % s.h, dx.data() + r * s.w * s.c);
  });
}

int64_t depthwise_data_scratch_floats(const DepthwiseShape& s) { return repeated_floats(s) + wide_floats(s); }

}  // namespace fer::kernels
#endif
