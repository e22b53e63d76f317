#include <algorithm>

#include "core/parallel.h"
#include "kernels/norm/batch_norm.h"
#include "kernels/norm/chunk_sums.h"
#include "kernels/norm/norm_line.h"
#include "kernels/scratch.h"
#include "kernels/simd/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/norm/batch_norm_backward.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/simd/bytes-inl.h"
#include "kernels/simd/channel_block-inl.h"
#include "kernels/simd/masked_load-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

// The gradient by the norm's output at a cell of a line. With a max pool after the norm, dy has a value per window: a
// cell gets it where it was the window's largest (`winner` names that cell), else 0. Recomputing this from the pooled
// gradient reads a quarter of what a gradient spread over all cells would be.
template <int NV, bool kPooled>
HWY_INLINE void load_gradient(const NormLine& line, int64_t cell, int64_t i, hn::Mask<D> mask, Block<NV>& d) {
  if (!kPooled) {
    load_block<NV>(line.dy + cell * line.c + i, mask, d);
    return;
  }
  const int64_t column = cell + line.pad_left;
  const int64_t window = line.stride == 2 ? column >> 1 : column / line.stride;
  if (window >= line.windows) {
    clear_block<NV>(d);
    return;
  }
  load_block<NV>(line.dy + window * line.c + i, mask, d);
  const auto here = hn::Set(DI(), line.first + static_cast<int32_t>(column - window * line.stride));
  const uint8_t* winner = line.winner + window * line.c + i;
  FER_UNROLL for (int k = 0; k < NV; ++k) {
    const auto index = load_bytes(winner + k * kLanes, NV == 1 ? std::min(kLanes, line.c - i) : kLanes);
    d.v[k] = hn::IfThenElseZero(hn::RebindMask(D(), hn::Eq(index, here)), d.v[k]);
  }
}

// First walk. Adds to sum_dy the sum of dy, to sum_dy_x that of dy * (x - mean): dbeta, and dgamma before inv_std. The
// relu after the norm is undone by computing its input again; storing it would cost another array.
template <bool kPooled, bool kReluAfter>
struct SumsKernel {
  template <int NV>
  static HWY_INLINE void run(int64_t i, hn::Mask<D> mask, const NormLine& line, const NormConstants& constants,
                             float* sum_dy, float* sum_dy_x) {
    Block<NV> mean, scale, shift, a, b, d, x;
    load_block<NV>(constants.mean + i, mask, mean);
    if (kReluAfter) load_block<NV>(constants.scale + i, mask, scale);
    if (kReluAfter) load_block<NV>(constants.shift + i, mask, shift);
    load_block<NV>(sum_dy + i, mask, a);
    load_block<NV>(sum_dy_x + i, mask, b);
    for (int64_t cell = 0; cell < line.cells; ++cell) {
      load_gradient<NV, kPooled>(line, cell, i, mask, d);
      load_block<NV>(line.x + cell * line.c + i, mask, x);
      FER_UNROLL for (int k = 0; k < NV; ++k) {
        if (kReluAfter) {
          const V y = hn::MulAdd(x.v[k], scale.v[k], shift.v[k]);
          d.v[k] = hn::IfThenElseZero(hn::Gt(y, hn::Zero(D())), d.v[k]);
        }
        a.v[k] = hn::Add(a.v[k], d.v[k]);
        b.v[k] = hn::MulAdd(d.v[k], hn::Sub(x.v[k], mean.v[k]), b.v[k]);
      }
    }
    store_block<NV>(a, mask, sum_dy + i);
    store_block<NV>(b, mask, sum_dy_x + i);
  }
};

// Second walk. Writes dx and adds its sum to sum_dx, the gradient of the bias before. The formula of batch_norm.h is
// linear in dy and x, so per channel three constants hold all of it: dx = dy * p + x * q + s (find_constants).
template <bool kPooled, bool kReluAfter, bool kReluBefore>
struct ApplyKernel {
  template <int NV>
  static HWY_INLINE void run(int64_t i, hn::Mask<D> mask, const NormLine& line, const NormConstants& constants,
                             const NormApply& apply, float* dx, float* sum_dx) {
    Block<NV> p, q, s, scale, shift, sum, d, x;
    load_block<NV>(apply.p + i, mask, p);
    load_block<NV>(apply.q + i, mask, q);
    load_block<NV>(apply.s + i, mask, s);
    if (kReluAfter) load_block<NV>(constants.scale + i, mask, scale);
    if (kReluAfter) load_block<NV>(constants.shift + i, mask, shift);
    load_block<NV>(sum_dx + i, mask, sum);
    for (int64_t cell = 0; cell < line.cells; ++cell) {
      load_gradient<NV, kPooled>(line, cell, i, mask, d);
      load_block<NV>(line.x + cell * line.c + i, mask, x);
      FER_UNROLL for (int k = 0; k < NV; ++k) {
        if (kReluAfter) {
          const V y = hn::MulAdd(x.v[k], scale.v[k], shift.v[k]);
          d.v[k] = hn::IfThenElseZero(hn::Gt(y, hn::Zero(D())), d.v[k]);
        }
        d.v[k] = hn::MulAdd(d.v[k], p.v[k], hn::MulAdd(x.v[k], q.v[k], s.v[k]));
        if (kReluBefore) d.v[k] = hn::IfThenElseZero(hn::Gt(x.v[k], hn::Zero(D())), d.v[k]);
        sum.v[k] = hn::Add(sum.v[k], d.v[k]);
      }
      store_block<NV>(d, mask, dx + cell * line.c + i);
    }
    store_block<NV>(sum, mask, sum_dx + i);
  }
};

void NormSums(const NormLine& line, const NormConstants& constants, float* sum_dy, float* sum_dy_x) {
  const bool relu_after = constants.scale != nullptr;
  const auto run = [&](auto kernel) { for_channels<decltype(kernel)>(line.c, line, constants, sum_dy, sum_dy_x); };
  if (line.winner != nullptr) {
    relu_after ? run(SumsKernel<true, true>()) : run(SumsKernel<true, false>());
  } else {
    relu_after ? run(SumsKernel<false, true>()) : run(SumsKernel<false, false>());
  }
}

template <bool kPooled, bool kReluAfter>
void apply_of(const NormLine& line, const NormConstants& constants, const NormApply& apply, float* dx, float* sum_dx) {
  if (apply.relu_before) {
    for_channels<ApplyKernel<kPooled, kReluAfter, true>>(line.c, line, constants, apply, dx, sum_dx);
  } else {
    for_channels<ApplyKernel<kPooled, kReluAfter, false>>(line.c, line, constants, apply, dx, sum_dx);
  }
}

void NormInput(const NormLine& line, const NormConstants& constants, const NormApply& apply, float* dx, float* sum_dx) {
  const bool relu_after = constants.scale != nullptr;
  if (line.winner != nullptr) {
    relu_after ? apply_of<true, true>(line, constants, apply, dx, sum_dx)
               : apply_of<true, false>(line, constants, apply, dx, sum_dx);
  } else {
    relu_after ? apply_of<false, true>(line, constants, apply, dx, sum_dx)
               : apply_of<false, false>(line, constants, apply, dx, sum_dx);
  }
}

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fer::kernels {

HWY_EXPORT(NormSums);
HWY_EXPORT(NormInput);

namespace {

// The cells of a batch norm's input, cut into chunks of lines.
class Lines {
 public:
  explicit Lines(const BatchNormGradient& g) : g_(g) {
    if (g.pool != nullptr) {
      cells_ = g.pool->w;
      lines_ = g.pool->n * g.pool->h;
      per_chunk_ = std::max<int64_t>(1, chunk_rows(g.c) / cells_);
    } else {
      // One line of all rows, cut anywhere.
      cells_ = 1;
      lines_ = g.rows;
      per_chunk_ = chunk_rows(g.c);
    }
  }

  int64_t chunks() const { return (lines_ + per_chunk_ - 1) / per_chunk_; }

  // Calls f(line, floats before it) for the lines of a chunk.
  template <class F>
  void for_chunk(int64_t chunk, const F& f) const {
    const int64_t begin = chunk * per_chunk_, end = std::min(begin + per_chunk_, lines_);
    if (g_.pool == nullptr) {
      f(NormLine{.cells = end - begin, .c = g_.c, .x = g_.x.data() + begin * g_.c, .dy = g_.dy.data() + begin * g_.c},
        begin * g_.c);
      return;
    }
    for (int64_t line = begin; line < end; ++line) f(pooled_line(line), line * cells_ * g_.c);
  }

 private:
  NormLine pooled_line(int64_t index) const {
    const PoolShape& pool = *g_.pool;
    const int64_t image = index / pool.h, row = index % pool.h + pool.pad_top;
    const int64_t window_row = row / pool.sh;
    const bool pooled = window_row < pool.oh;
    const int64_t windows_before = (image * pool.oh + (pooled ? window_row : 0)) * pool.ow * g_.c;
    return {.cells = cells_,
            .c = g_.c,
            .x = g_.x.data() + index * cells_ * g_.c,
            .dy = g_.dy.data() + windows_before,
            .winner = g_.winner.data() + windows_before,
            .windows = pooled ? pool.ow : 0,
            .stride = pool.sw,
            .pad_left = pool.pad_left,
            .first = static_cast<int32_t>((row - window_row * pool.sh) * pool.kw)};
  }

  const BatchNormGradient& g_;
  int64_t cells_, lines_, per_chunk_;
};

// p, q and s of NormApply. With a = gamma * inv_std and n rows:
//   dx = a * (dy - sum_dy / n - (x - mean) * inv_std^2 * sum_dy_x / n)
// so p = a, q = -a * inv_std^2 * sum_dy_x / n, and s takes what depends on neither dy nor x.
void find_constants(const BatchNormGradient& g, std::span<const double> sums, double n, float* p, float* q, float* s) {
  const double *sum_dy = sums.data(), *sum_dy_x = sum_dy + g.c;
  for (int64_t i = 0; i < g.c; ++i) {
    const double inv_std = g.moments.inv_std[i];
    const double scale = g.moments.gamma[i] * inv_std, slope = -scale * inv_std * inv_std * sum_dy_x[i] / n;
    p[i] = static_cast<float>(scale);
    q[i] = static_cast<float>(slope);
    s[i] = static_cast<float>(-scale * sum_dy[i] / n - slope * g.moments.mean[i]);
  }
}

NormConstants constants_of(const BatchNormGradient& g) {
  return {.scale = g.relu_after ? g.scale.data() : nullptr,
          .shift = g.relu_after ? g.shift.data() : nullptr,
          .mean = g.moments.mean.data()};
}

}  // namespace

int64_t batch_norm_backward_scratch_floats(const BatchNormGradient& g) {
  const int64_t constants = aligned_floats(2 * g.c) + 3 * aligned_floats(g.c);
  return aligned_floats(4 * g.c) + constants + 2 * Lines(g).chunks() * g.c;
}

void batch_norm_backward_sums(const BatchNormGradient& g, std::span<double> sums, std::span<float> scratch) {
  const Lines lines(g);
  const int64_t c = g.c, chunks = lines.chunks();
  const NormConstants constants = constants_of(g);
  float* parts = scratch.data();
  const auto kernel = HWY_DYNAMIC_DISPATCH(NormSums);
  std::fill_n(parts, 2 * chunks * c, 0.0f);
  parallel_for(chunks, [&](int64_t chunk) {
    lines.for_chunk(chunk, [&](const NormLine& line, int64_t) {
      kernel(line, constants, parts + chunk * c, parts + (chunks + chunk) * c);
    });
  });
  add_chunks(chunks, c, parts, sums.data());
  add_chunks(chunks, c, parts + chunks * c, sums.data() + c);
}

void batch_norm_backward_input(const BatchNormGradient& g, std::span<const double> own, std::span<const double> all,
                               int64_t all_rows, const BatchNormGradients& out, std::span<float> scratch) {
  const Lines lines(g);
  const int64_t c = g.c, chunks = lines.chunks(), constants_floats = aligned_floats(c);
  for (int64_t i = 0; i < c; ++i) {
    out.dbeta[i] = static_cast<float>(own[i]);
    out.dgamma[i] = static_cast<float>(own[c + i] * g.moments.inv_std[i]);
  }
  if (out.dx.empty()) return;

  auto* total = reinterpret_cast<double*>(scratch.data());
  float* p = scratch.data() + aligned_floats(2 * c);
  float *q = p + constants_floats, *s = q + constants_floats, *parts = s + constants_floats;
  find_constants(g, all, static_cast<double>(all_rows), p, q, s);
  const NormConstants constants = constants_of(g);
  const NormApply apply{.p = p, .q = q, .s = s, .relu_before = g.relu_before};
  const auto kernel = HWY_DYNAMIC_DISPATCH(NormInput);
  std::fill_n(parts, chunks * c, 0.0f);
  parallel_for(chunks, [&](int64_t chunk) {
    lines.for_chunk(chunk, [&](const NormLine& line, int64_t before) {
      kernel(line, constants, apply, out.dx.data() + before, parts + chunk * c);
    });
  });
  if (out.dbias.empty()) return;
  add_chunks(chunks, c, parts, total);
  for (int64_t i = 0; i < c; ++i) out.dbias[i] = static_cast<float>(total[i]);
}

void batch_norm_backward(const BatchNormGradient& g, const BatchNormGradients& out, std::span<float> scratch) {
  const auto floats = static_cast<size_t>(aligned_floats(4 * g.c));
  const std::span<double> sums(reinterpret_cast<double*>(scratch.data()), static_cast<size_t>(2 * g.c));
  const std::span<float> rest = scratch.subspan(floats);
  batch_norm_backward_sums(g, sums, rest);
  batch_norm_backward_input(g, sums, sums, g.rows, out, rest);
}

}  // namespace fer::kernels
#endif
