#include "kernels/window/pool.h"

#include <algorithm>

#include "core/parallel.h"
#include "kernels/simd/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/window/pool.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/simd/bytes-inl.h"
#include "kernels/simd/masked_load-inl.h"
#include "kernels/simd/relu-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

// The part of a window that lies inside the image.
struct Inside {
  int64_t row, column;  // of the window's first cell, may be negative
  int64_t first_i, last_i, first_j, last_j;
};

Inside window_inside(const PoolShape& s, int64_t oh, int64_t ow) {
  const int64_t row = oh * s.sh - s.pad_top, column = ow * s.sw - s.pad_left;
  const int64_t first_i = std::clamp<int64_t>(-row, 0, s.kh), first_j = std::clamp<int64_t>(-column, 0, s.kw);
  return {row,     column,
          first_i, std::clamp<int64_t>(s.h - row, first_i, s.kh),
          first_j, std::clamp<int64_t>(s.w - column, first_j, s.kw)};
}

// One output row: y and winner (which may be null) begin at it. Channels are the vector dimension, so a window is a
// walk over its cells with a running maximum and the index of the cell that has it, both in registers. The first of
// equals wins, as in Keras and PyTorch. kNormed: the batch norm before the pool is applied on the way in.
template <bool kNormed>
void max_forward_row(const PoolShape& s, const float* image, int64_t oh, const NormedPool& norm, float* y,
                     uint8_t* winner) {
  for (int64_t ow = 0; ow < s.ow; ++ow) {
    const Inside in = window_inside(s, oh, ow);
    for (int64_t c = 0; c < s.c; c += kLanes) {
      const int64_t count = std::min(kLanes, s.c - c);
      const auto mask = hn::FirstN(D(), static_cast<size_t>(count));
      const V scale = kNormed ? masked_load(mask, D(), norm.scale.data() + c) : hn::Zero(D());
      const V shift = kNormed ? masked_load(mask, D(), norm.shift.data() + c) : hn::Zero(D());
      V best = hn::Neg(hn::Inf(D()));
      auto index = hn::Set(DI(), static_cast<int32_t>(in.first_i * s.kw + in.first_j));
      for (int64_t i = in.first_i; i < in.last_i; ++i) {
        for (int64_t j = in.first_j; j < in.last_j; ++j) {
          V v = masked_load(mask, D(), image + ((in.row + i) * s.w + in.column + j) * s.c + c);
          if (kNormed) v = hn::MulAdd(v, scale, shift);
          // (A NaN wins, and then stays: nothing is larger.)
          const auto better = hn::Or(hn::Gt(v, best), hn::IsNaN(v));
          best = hn::IfThenElse(better, v, best);
          index =
              hn::IfThenElse(hn::RebindMask(DI(), better), hn::Set(DI(), static_cast<int32_t>(i * s.kw + j)), index);
        }
      }
      if (kNormed && norm.relu) best = relu(best);
      hn::BlendedStore(best, mask, D(), y + ow * s.c + c);
      if (winner != nullptr) store_bytes(index, count, winner + ow * s.c + c);
    }
  }
}

void MaxForwardRow(const PoolShape& s, const float* image, int64_t oh, const NormedPool& norm, float* y,
                   uint8_t* winner) {
  norm.scale.empty() ? max_forward_row<false>(s, image, oh, norm, y, winner)
                     : max_forward_row<true>(s, image, oh, norm, y, winner);
}

// One image; dx is zero before. Windows may overlap, so their gradients are added.
void MaxBackwardImage(const PoolShape& s, const float* dy, const uint8_t* winner, float* dx) {
  for (int64_t oh = 0; oh < s.oh; ++oh) {
    for (int64_t ow = 0; ow < s.ow; ++ow) {
      const Inside in = window_inside(s, oh, ow);
      const int64_t out = (oh * s.ow + ow) * s.c;
      for (int64_t c = 0; c < s.c; c += kLanes) {
        const int64_t count = std::min(kLanes, s.c - c);
        const auto mask = hn::FirstN(D(), static_cast<size_t>(count));
        const V gradient = masked_load(mask, D(), dy + out + c);
        const auto index = load_bytes(winner + out + c, count);
        for (int64_t i = in.first_i; i < in.last_i; ++i) {
          for (int64_t j = in.first_j; j < in.last_j; ++j) {
            float* to = dx + ((in.row + i) * s.w + in.column + j) * s.c + c;
            const auto won = hn::RebindMask(D(), hn::Eq(index, hn::Set(DI(), static_cast<int32_t>(i * s.kw + j))));
            hn::BlendedStore(hn::Add(masked_load(mask, D(), to), hn::IfThenElseZero(won, gradient)), mask, D(), to);
          }
        }
      }
    }
  }
}

// What each cell of a window has of its mean: padding does not count.
float share_of(const Inside& in) {
  return 1.0f / static_cast<float>((in.last_i - in.first_i) * (in.last_j - in.first_j));
}

void AverageForwardRow(const PoolShape& s, const float* image, int64_t oh, float* y) {
  for (int64_t ow = 0; ow < s.ow; ++ow) {
    const Inside in = window_inside(s, oh, ow);
    const V share = hn::Set(D(), share_of(in));
    for (int64_t c = 0; c < s.c; c += kLanes) {
      const auto mask = hn::FirstN(D(), static_cast<size_t>(std::min(kLanes, s.c - c)));
      V sum = hn::Zero(D());
      for (int64_t i = in.first_i; i < in.last_i; ++i) {
        for (int64_t j = in.first_j; j < in.last_j; ++j) {
          sum = hn::Add(sum, masked_load(mask, D(), image + ((in.row + i) * s.w + in.column + j) * s.c + c));
        }
      }
      hn::BlendedStore(hn::Mul(sum, share), mask, D(), y + ow * s.c + c);
    }
  }
}

void AverageBackwardImage(const PoolShape& s, const float* dy, float* dx) {
  for (int64_t oh = 0; oh < s.oh; ++oh) {
    for (int64_t ow = 0; ow < s.ow; ++ow) {
      const Inside in = window_inside(s, oh, ow);
      const V share = hn::Set(D(), share_of(in));
      for (int64_t c = 0; c < s.c; c += kLanes) {
        const auto mask = hn::FirstN(D(), static_cast<size_t>(std::min(kLanes, s.c - c)));
        const V gradient = hn::Mul(masked_load(mask, D(), dy + (oh * s.ow + ow) * s.c + c), share);
        for (int64_t i = in.first_i; i < in.last_i; ++i) {
          for (int64_t j = in.first_j; j < in.last_j; ++j) {
            float* to = dx + ((in.row + i) * s.w + in.column + j) * s.c + c;
            hn::BlendedStore(hn::Add(masked_load(mask, D(), to), gradient), mask, D(), to);
          }
        }
      }
    }
  }
}

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fer::kernels {

HWY_EXPORT(MaxForwardRow);
HWY_EXPORT(MaxBackwardImage);
HWY_EXPORT(AverageForwardRow);
HWY_EXPORT(AverageBackwardImage);

void max_pool_forward(const PoolShape& s, std::span<const float> x, std::span<float> y, std::span<uint8_t> winner,
                      const NormedPool& norm) {
  const auto kernel = HWY_DYNAMIC_DISPATCH(MaxForwardRow);
  const int64_t row = s.ow * s.c;
  parallel_ranges(s.n * s.oh, 8, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      kernel(s, x.data() + r / s.oh * s.h * s.w * s.c, r % s.oh, norm, y.data() + r * row,
             winner.empty() ? nullptr : winner.data() + r * row);
    }
  });
}

void max_pool_backward(const PoolShape& s, std::span<const float> dy, std::span<const uint8_t> winner,
                       std::span<float> dx) {
  const auto kernel = HWY_DYNAMIC_DISPATCH(MaxBackwardImage);
  const int64_t in = s.h * s.w * s.c, out = s.oh * s.ow * s.c;
  parallel_for(s.n, [&](int64_t n) {
    std::fill_n(dx.data() + n * in, in, 0.0f);
    kernel(s, dy.data() + n * out, winner.data() + n * out, dx.data() + n * in);
  });
}

void average_pool_forward(const PoolShape& s, std::span<const float> x, std::span<float> y) {
  const auto kernel = HWY_DYNAMIC_DISPATCH(AverageForwardRow);
  parallel_ranges(s.n * s.oh, 8, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      kernel(s, x.data() + r / s.oh * s.h * s.w * s.c, r % s.oh, y.data() + r * s.ow * s.c);
    }
  });
}

void average_pool_backward(const PoolShape& s, std::span<const float> dy, std::span<float> dx) {
  const auto kernel = HWY_DYNAMIC_DISPATCH(AverageBackwardImage);
  const int64_t in = s.h * s.w * s.c, out = s.oh * s.ow * s.c;
  parallel_for(s.n, [&](int64_t n) {
    std::fill_n(dx.data() + n * in, in, 0.0f);
    kernel(s, dy.data() + n * out, dx.data() + n * in);
  });
}

}  // namespace fer::kernels
#endif
