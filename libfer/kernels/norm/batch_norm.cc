#include "kernels/norm/batch_norm.h"

#include <algorithm>
#include <numeric>

#include "core/parallel.h"
#include "kernels/norm/chunk_sums.h"
#include "kernels/scratch.h"
#include "kernels/simd/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/norm/batch_norm.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/simd/channel_block-inl.h"
#include "kernels/simd/masked_load-inl.h"
#include "kernels/simd/relu-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

// sums[c] = sum over rows of (x - origin), squares[c] = sum of (x - origin)^2: an origin near the mean keeps the
// squares from cancelling.
struct MomentsKernel {
  template <int NV>
  static HWY_INLINE void run(int64_t i, hn::Mask<D> mask, int64_t rows, int64_t c, const float* x, const float* origin,
                             float* sums, float* squares) {
    Block<NV> o, sum, square, v;
    load_block<NV>(origin + i, mask, o);
    clear_block<NV>(sum);
    clear_block<NV>(square);
    for (int64_t r = 0; r < rows; ++r) {
      load_block<NV>(x + r * c + i, mask, v);
      FER_UNROLL for (int k = 0; k < NV; ++k) {
        const V d = hn::Sub(v.v[k], o.v[k]);
        sum.v[k] = hn::Add(sum.v[k], d);
        square.v[k] = hn::MulAdd(d, d, square.v[k]);
      }
    }
    store_block<NV>(sum, mask, sums + i);
    store_block<NV>(square, mask, squares + i);
  }
};

struct ScaleShiftKernel {
  template <int NV>
  static HWY_INLINE void run(int64_t i, hn::Mask<D> mask, int64_t rows, int64_t c, const float* x, const float* scale,
                             const float* shift, bool relu, float* y) {
    Block<NV> a, b, v;
    load_block<NV>(scale + i, mask, a);
    load_block<NV>(shift + i, mask, b);
    const V floor = relu ? hn::Zero(D()) : hn::Neg(hn::Inf(D()));
    for (int64_t r = 0; r < rows; ++r) {
      load_block<NV>(x + r * c + i, mask, v);
      FER_UNROLL for (int k = 0; k < NV; ++k) v.v[k] = at_least(hn::MulAdd(v.v[k], a.v[k], b.v[k]), floor);
      store_block<NV>(v, mask, y + r * c + i);
    }
  }
};

struct ColumnSumsKernel {
  template <int NV>
  static HWY_INLINE void run(int64_t i, hn::Mask<D> mask, int64_t rows, int64_t c, const float* x, float* out) {
    Block<NV> sum, v;
    clear_block<NV>(sum);
    for (int64_t r = 0; r < rows; ++r) {
      load_block<NV>(x + r * c + i, mask, v);
      FER_UNROLL for (int k = 0; k < NV; ++k) sum.v[k] = hn::Add(sum.v[k], v.v[k]);
    }
    store_block<NV>(sum, mask, out + i);
  }
};

void Moments(int64_t rows, int64_t c, const float* x, const float* origin, float* sums, float* squares) {
  for_channels<MomentsKernel>(c, rows, c, x, origin, sums, squares);
}
void ScaleShift(int64_t rows, int64_t c, const float* x, const float* scale, const float* shift, bool relu, float* y) {
  for_channels<ScaleShiftKernel>(c, rows, c, x, scale, shift, relu, y);
}
void ColumnSums(int64_t rows, int64_t c, const float* x, float* out) {
  for_channels<ColumnSumsKernel>(c, rows, c, x, out);
}

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fer::kernels {

HWY_EXPORT(Moments);
HWY_EXPORT(ScaleShift);
HWY_EXPORT(ColumnSums);

namespace {

// Two sums per channel, over chunks of rows: f(begin, rows, a, b) writes a chunk's two partial sums. Scratch: two
// arrays of partial sums, two of totals.
struct TwoSums {
  double *a, *b;
};
template <class F>
TwoSums sum_in_chunks(int64_t rows, int64_t c, std::span<float> scratch, const F& f) {
  const int64_t chunks = chunks_of(rows, c), step = chunk_rows(c), totals = aligned_floats(2 * c);
  const TwoSums sums = {reinterpret_cast<double*>(scratch.data()), reinterpret_cast<double*>(scratch.data() + totals)};
  float* parts = scratch.data() + 2 * totals;
  parallel_for(chunks, [&](int64_t chunk) {
    const int64_t begin = chunk * step;
    f(begin, std::min(step, rows - begin), parts + chunk * c, parts + (chunks + chunk) * c);
  });
  add_chunks(chunks, c, parts, sums.a);
  add_chunks(chunks, c, parts + chunks * c, sums.b);
  return sums;
}

// Of x - x[0] and its squares. The first row serves as the origin: any value of the right size will do.
TwoSums sums_around_first_row(int64_t rows, int64_t c, std::span<const float> x, std::span<float> scratch) {
  const auto moments = HWY_DYNAMIC_DISPATCH(Moments);
  return sum_in_chunks(rows, c, scratch, [&](int64_t begin, int64_t count, float* a, float* b) {
    moments(count, c, x.data() + begin * c, x.data(), a, b);
  });
}

}  // namespace

int64_t batch_norm_scratch_floats(int64_t rows, int64_t c) {
  return 2 * aligned_floats(2 * c) + 2 * chunks_of(rows, c) * c;
}

void batch_norm_statistics(int64_t rows, int64_t c, std::span<const float> x, std::span<float> mean,
                           std::span<float> variance, std::span<float> scratch) {
  const TwoSums sums = sums_around_first_row(rows, c, x, scratch);
  for (int64_t i = 0; i < c; ++i) {
    const double shift = sums.a[i] / static_cast<double>(rows);
    mean[i] = static_cast<float>(x[i] + shift);
    // (In this order NaN stays NaN.)
    variance[i] = static_cast<float>(std::max(sums.b[i] / static_cast<double>(rows) - shift * shift, 0.0));
  }
}

void batch_norm_part(int64_t rows, int64_t c, std::span<const float> x, std::span<double> part,
                     std::span<float> scratch) {
  const TwoSums sums = sums_around_first_row(rows, c, x, scratch);
  for (int64_t i = 0; i < c; ++i) {
    const double shift = sums.a[i] / static_cast<double>(rows);
    part[i] = x[i] + shift;
    part[c + i] = std::max(sums.b[i] - shift * sums.a[i], 0.0);
  }
}

void join_batch_norm_parts(int64_t c, std::span<const int64_t> rows, std::span<const double> parts,
                           std::span<float> mean, std::span<float> variance) {
  const auto all = static_cast<double>(std::accumulate(rows.begin(), rows.end(), int64_t{0}));
  for (int64_t i = 0; i < c; ++i) {
    double sum = 0, squares = 0;
    for (size_t b = 0; b < rows.size(); ++b) sum += static_cast<double>(rows[b]) * parts[b * 2 * c + i];
    const double joined = sum / all;
    for (size_t b = 0; b < rows.size(); ++b) {
      const double apart = parts[b * 2 * c + i] - joined;
      squares += parts[(b * 2 + 1) * c + i] + static_cast<double>(rows[b]) * apart * apart;
    }
    mean[i] = static_cast<float>(joined);
    variance[i] = static_cast<float>(squares / all);
  }
}

void scale_shift(int64_t rows, int64_t c, std::span<const float> x, std::span<const float> scale,
                 std::span<const float> shift, bool relu, std::span<float> y) {
  const auto kernel = HWY_DYNAMIC_DISPATCH(ScaleShift);
  parallel_ranges(rows, chunk_rows(c), [&](int64_t begin, int64_t end) {
    kernel(end - begin, c, x.data() + begin * c, scale.data(), shift.data(), relu, y.data() + begin * c);
  });
}

void column_sums(int64_t rows, int64_t c, std::span<const float> x, std::span<float> out, std::span<float> scratch) {
  const auto kernel = HWY_DYNAMIC_DISPATCH(ColumnSums);
  const int64_t chunks = chunks_of(rows, c), step = chunk_rows(c), totals = aligned_floats(2 * c);
  float* parts = scratch.data() + totals;
  parallel_for(chunks, [&](int64_t chunk) {
    kernel(std::min(step, rows - chunk * step), c, x.data() + chunk * step * c, parts + chunk * c);
  });
  auto* total = reinterpret_cast<double*>(scratch.data());
  add_chunks(chunks, c, parts, total);
  for (int64_t i = 0; i < c; ++i) out[i] = static_cast<float>(total[i]);
}

}  // namespace fer::kernels
#endif
