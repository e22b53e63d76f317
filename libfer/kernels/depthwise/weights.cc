// The gradient of a depthwise convolution's kernel: a tile of taps stays in registers along each row of the output.
#include <algorithm>

#include "core/parallel.h"
#include "kernels/depthwise/depthwise.h"
#include "kernels/depthwise/parts.h"
#include "kernels/simd/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/depthwise/weights.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/simd/masked_load-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

// Outputs [begin, end) that a tap finds a cell for, along one axis.
struct Range {
  int64_t begin, end;
};
HWY_INLINE Range outputs_of_tap(int64_t tap, int64_t stride, int64_t pad, int64_t in, int64_t out) {
  // 0 <= o * stride + tap - pad < in
  const int64_t before = pad - tap, after = in - 1 + pad - tap;
  const int64_t begin = before <= 0 ? 0 : (before + stride - 1) / stride;
  const int64_t end = after < 0 ? 0 : std::min(out, after / stride + 1);
  return {std::min(begin, out), std::max(std::min(begin, out), end)};
}

// A row of outputs and the R x Q taps from (kh, kw) on, all R rows of which lie inside the image.
template <int R, int Q>
struct TapTile {
  const DepthwiseShape& s;
  const float*
      x;  // of the image's cell that tap (0, 0) of the kernel finds for the row's first output; may lie outside
  const float* dy;  // the row's
  float* sums;      // of tap (0, 0); `line` floats a tap
  int64_t line;
  int64_t kh, kw;
  int64_t wide;  // pixels that a vector takes side by side

  // One output's contribution to the R taps of column q.
  HWY_INLINE void add(V (&acc)[R * Q], int q, hn::Mask<D> mask, int64_t channel, int64_t ow) const {
    const V gradient = masked_load(mask, D(), dy + ow * s.c + channel);
    FER_UNROLL for (int r = 0; r < R; ++r) acc[r * Q + q] =
        hn::MulAdd(masked_load(mask, D(), cell(r, q, ow) + channel), gradient, acc[r * Q + q]);
  }
  HWY_INLINE const float* cell(int r, int q, int64_t ow) const {
    return x + ((kh + r) * s.w + kw + q + ow * s.sw) * s.c;
  }

  // `pixel` and `vector`: lanes of one pixel and of `wide` pixels; kFull: both are all.
  template <bool kFull>
  HWY_INLINE void run(int64_t channel, hn::Mask<D> pixel, hn::Mask<D> vector) const {
    V acc[R * Q];
    FER_UNROLL for (int r = 0; r < R; ++r) {
      FER_UNROLL for (int q = 0; q < Q; ++q) acc[r * Q + q] =
          masked_load(vector, D(), sums + ((kh + r) * s.kw + kw + q) * line + channel);
    }
    Range all{0, s.ow}, ranges[Q];
    for (int q = 0; q < Q; ++q) {
      ranges[q] = outputs_of_tap(kw + q, s.sw, s.pad_left, s.w, s.ow);
      all = {std::max(all.begin, ranges[q].begin), std::min(all.end, ranges[q].end)};
    }
    all.end = std::max(all.begin, all.end);
    // At the borders only some columns do.
    FER_UNROLL for (int q = 0; q < Q; ++q) {
      for (int64_t ow = ranges[q].begin; ow < std::min(all.begin, ranges[q].end); ++ow) add(acc, q, pixel, channel, ow);
      for (int64_t ow = std::max(all.end, ranges[q].begin); ow < ranges[q].end; ++ow) add(acc, q, pixel, channel, ow);
    }
    // Outputs for which all Q columns find a cell: no tests, and `wide` pixels at a time.
    int64_t ow = all.begin;
    for (; ow + wide <= all.end; ow += wide) {
      const float* gradients = dy + ow * s.c + channel;
      const V gradient = kFull ? hn::LoadU(D(), gradients) : masked_load(vector, D(), gradients);
      FER_UNROLL for (int r = 0; r < R; ++r) {
        FER_UNROLL for (int q = 0; q < Q; ++q) {
          const float* from = cell(r, q, ow) + channel;
          acc[r * Q + q] =
              hn::MulAdd(kFull ? hn::LoadU(D(), from) : masked_load(vector, D(), from), gradient, acc[r * Q + q]);
        }
      }
    }
    for (; ow < all.end; ++ow) {
      FER_UNROLL for (int q = 0; q < Q; ++q) add(acc, q, pixel, channel, ow);
    }
    FER_UNROLL for (int r = 0; r < R; ++r) {
      FER_UNROLL for (int q = 0; q < Q; ++q)
          hn::BlendedStore(acc[r * Q + q], vector, D(), sums + ((kh + r) * s.kw + kw + q) * line + channel);
    }
  }

  HWY_INLINE void run_channels() const {
    const auto full = hn::FirstN(D(), kLanes);
    int64_t i = 0;
    for (; i + kLanes <= s.c; i += kLanes) run<true>(i, full, full);
    if (i == s.c) return;
    const auto pixel = hn::FirstN(D(), static_cast<size_t>(s.c - i));
    const auto vector = wide == 1 ? pixel : hn::FirstN(D(), static_cast<size_t>(wide * s.c));
    run<false>(i, pixel, vector);
  }
};

// Calls tile(kh, kw, R, Q) for tiles of at most 3 x 4 taps, 12 sums in registers; the sizes are constants. (Of 5
// columns 3 + 2 are better than 4 + 1.)
template <int R, class F>
HWY_INLINE void tiles_of_columns(int64_t kh, int64_t columns, const F& tile) {
  int64_t kw = 0;
  for (; kw + 4 <= columns && columns - kw != 5; kw += 4) tile.template operator()<R, 4>(kh, kw);
  for (; kw + 3 <= columns; kw += 3) tile.template operator()<R, 3>(kh, kw);
  if (columns - kw == 2) tile.template operator()<R, 2>(kh, kw);
  if (columns - kw == 1) tile.template operator()<R, 1>(kh, kw);
}

// Adds what row `oh` of the output gives to sums [kh * kw, line].
void WeightsRow(const DepthwiseShape& s, int64_t wide, int64_t line, const float* image, const float* dy, int64_t oh,
                float* sums) {
  const int64_t first = oh * s.sh - s.pad_top;
  const int64_t begin = std::clamp<int64_t>(-first, 0, s.kh), end = std::clamp<int64_t>(s.h - first, begin, s.kh);
  const float* x = image + (first * s.w - s.pad_left) * s.c;
  const auto tile = [&]<int R, int Q>(int64_t kh, int64_t kw)
                        HWY_ATTR { TapTile<R, Q>{s, x, dy, sums, line, kh, kw, wide}.run_channels(); };
  int64_t kh = begin;
  for (; kh + 3 <= end; kh += 3) tiles_of_columns<3>(kh, s.kw, tile);
  if (end - kh == 2) tiles_of_columns<2>(kh, s.kw, tile);
  if (end - kh == 1) tiles_of_columns<1>(kh, s.kw, tile);
}

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fer::kernels {

HWY_EXPORT(WeightsRow);

namespace {

// Rows are cut into at most kMostChunks pieces of at least kLeastRows, each with sums of its own.
constexpr int64_t kMostChunks = 64, kLeastRows = 8;

int64_t rows_of_chunk(int64_t rows) { return std::max(kLeastRows, (rows + kMostChunks - 1) / kMostChunks); }
int64_t sums_floats(const DepthwiseShape& s) { return s.kh * s.kw * std::max(s.co(), kMostLanes); }

// dw = the chunks' sums and those of pixels side by side, in order.
void add_up(const DepthwiseShape& s, int64_t chunks, int64_t wide, int64_t line, const float* sums, float* dw) {
  const int64_t taps = s.kh * s.kw;
  parallel_ranges(taps, 16, [&](int64_t begin, int64_t end) {
    for (int64_t tap = begin; tap < end; ++tap) {
      for (int64_t c = 0; c < s.c; ++c) {
        double sum = 0;
        for (int64_t chunk = 0; chunk < chunks; ++chunk) {
          for (int64_t k = 0; k < wide; ++k) sum += sums[(chunk * taps + tap) * line + k * s.c + c];
        }
        dw[tap * s.c + c] = static_cast<float>(sum);
      }
    }
  });
}

}  // namespace

void depthwise_backward_weights(const DepthwiseShape& s, std::span<const float> x, std::span<const float> dy,
                                std::span<float> dw, std::span<float> scratch) {
  if (s.multiplier > 1) {
    repeat_values(s.x_floats(), s.multiplier, x.data(), scratch.data());
    const DepthwiseShape one = repeated(s);
    const auto wide = scratch.first(static_cast<size_t>(one.x_floats()));
    return depthwise_backward_weights(one, wide, dy, dw, scratch.subspan(static_cast<size_t>(repeated_floats(s))));
  }
  // Pixels of few channels are taken side by side where the taps of neighbours are neighbours.
  const int64_t wide = s.sw == 1 ? pixels_in_vector(s.c) : 1, line = wide * s.c, taps = s.kh * s.kw;
  const int64_t rows = s.n * s.oh, grain = rows_of_chunk(rows);
  const auto kernel = HWY_DYNAMIC_DISPATCH(WeightsRow);
  parallel_ranges(rows, grain, [&](int64_t begin, int64_t end) {
    float* sums = scratch.data() + begin / grain * taps * line;
    std::fill_n(sums, taps * line, 0.0f);
    for (int64_t r = begin; r < end; ++r)
      kernel(s, wide, line, x.data() + r / s.oh * s.h * s.w * s.c, dy.data() + r * s.ow * s.c, r % s.oh, sums);
  });
  add_up(s, (rows + grain - 1) / grain, wide, line, scratch.data(), dw.data());
}

int64_t depthwise_scratch_floats(const DepthwiseShape& s, ConvPass pass) {
  if (pass != ConvPass::kBackwardWeights) return depthwise_data_scratch_floats(s);
  return repeated_floats(s) + kMostChunks * sums_floats(s);
}

}  // namespace fer::kernels
#endif
