#include "kernels/batch_norm.h"

#include <algorithm>

#include "core/parallel.h"
#include "kernels/conv_algorithms.h"
#include "kernels/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/batch_norm.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#define FER_UNROLL _Pragma("GCC unroll 8")

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#include "kernels/masked_load-inl.h"

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
constexpr int64_t kLanes = hn::MaxLanes(D());

// Channels are walked in blocks of NV vectors, so that rows are read in long pieces; `lanes` is how many of the last
// vector's exist.
template <int NV>
struct Block {
  V v[NV];
};

template <int NV>
HWY_INLINE void load(const float* from, hn::Mask<D> mask, Block<NV>& out) {
  FER_UNROLL for (int k = 0; k < NV; ++k) out.v[k] =
      NV == 1 ? masked_load(mask, D(), from) : hn::LoadU(D(), from + k * kLanes);
}

template <int NV>
HWY_INLINE void store(const Block<NV>& block, hn::Mask<D> mask, float* to) {
  FER_UNROLL for (int k = 0; k < NV; ++k) {
    if (NV == 1) {
      hn::BlendedStore(block.v[k], mask, D(), to);
    } else {
      hn::StoreU(block.v[k], D(), to + k * kLanes);
    }
  }
}

template <int NV>
HWY_INLINE void clear(Block<NV>& block) {
  FER_UNROLL for (int k = 0; k < NV; ++k) block.v[k] = hn::Zero(D());
}

// Runs Kernel::run<NV>(channel, mask, args...) over all channels.
template <class Kernel, class... Args>
HWY_INLINE void for_channels(int64_t c, const Args&... args) {
  int64_t i = 0;
  const auto all = hn::FirstN(D(), kLanes);
  for (; i + 4 * kLanes <= c; i += 4 * kLanes) Kernel::template run<4>(i, all, args...);
  for (; i < c; i += kLanes)
    Kernel::template run<1>(i, hn::FirstN(D(), static_cast<size_t>(std::min(kLanes, c - i))), args...);
}

// sums[c] = sum over rows of (x - origin), squares[c] = sum of (x - origin)^2: an origin near the mean keeps the
// squares from cancelling.
struct MomentsKernel {
  template <int NV>
  static HWY_INLINE void run(int64_t i, hn::Mask<D> mask, int64_t rows, int64_t c, const float* x, const float* origin,
                             float* sums, float* squares) {
    Block<NV> o, sum, square, v;
    load<NV>(origin + i, mask, o);
    clear<NV>(sum);
    clear<NV>(square);
    for (int64_t r = 0; r < rows; ++r) {
      load<NV>(x + r * c + i, mask, v);
      FER_UNROLL for (int k = 0; k < NV; ++k) {
        const V d = hn::Sub(v.v[k], o.v[k]);
        sum.v[k] = hn::Add(sum.v[k], d);
        square.v[k] = hn::MulAdd(d, d, square.v[k]);
      }
    }
    store<NV>(sum, mask, sums + i);
    store<NV>(square, mask, squares + i);
  }
};

struct ScaleShiftKernel {
  template <int NV>
  static HWY_INLINE void run(int64_t i, hn::Mask<D> mask, int64_t rows, int64_t c, const float* x, const float* scale,
                             const float* shift, bool relu, float* y) {
    Block<NV> a, b, v;
    load<NV>(scale + i, mask, a);
    load<NV>(shift + i, mask, b);
    const V floor = relu ? hn::Zero(D()) : hn::Neg(hn::Inf(D()));
    for (int64_t r = 0; r < rows; ++r) {
      load<NV>(x + r * c + i, mask, v);
      FER_UNROLL for (int k = 0; k < NV; ++k) v.v[k] = hn::Max(hn::MulAdd(v.v[k], a.v[k], b.v[k]), floor);
      store<NV>(v, mask, y + r * c + i);
    }
  }
};

// sum_dy[c] = sum dy, sum_dy_x[c] = sum dy * (x - mean).
struct BackwardSumsKernel {
  template <int NV>
  static HWY_INLINE void run(int64_t i, hn::Mask<D> mask, int64_t rows, int64_t c, const float* x, const float* dy,
                             const float* mean, float* sum_dy, float* sum_dy_x) {
    Block<NV> m, a, b, d, v;
    load<NV>(mean + i, mask, m);
    clear<NV>(a);
    clear<NV>(b);
    for (int64_t r = 0; r < rows; ++r) {
      load<NV>(dy + r * c + i, mask, d);
      load<NV>(x + r * c + i, mask, v);
      FER_UNROLL for (int k = 0; k < NV; ++k) {
        a.v[k] = hn::Add(a.v[k], d.v[k]);
        b.v[k] = hn::MulAdd(d.v[k], hn::Sub(v.v[k], m.v[k]), b.v[k]);
      }
    }
    store<NV>(a, mask, sum_dy + i);
    store<NV>(b, mask, sum_dy_x + i);
  }
};

// dx = dy * p + x * q + s, the three constants of a channel worked out by the caller.
struct BackwardApplyKernel {
  template <int NV>
  static HWY_INLINE void run(int64_t i, hn::Mask<D> mask, int64_t rows, int64_t c, const float* x, const float* dy,
                             const float* p, const float* q, const float* s, float* dx) {
    Block<NV> vp, vq, vs, d, v;
    load<NV>(p + i, mask, vp);
    load<NV>(q + i, mask, vq);
    load<NV>(s + i, mask, vs);
    for (int64_t r = 0; r < rows; ++r) {
      load<NV>(dy + r * c + i, mask, d);
      load<NV>(x + r * c + i, mask, v);
      FER_UNROLL for (int k = 0; k < NV; ++k) v.v[k] =
          hn::MulAdd(d.v[k], vp.v[k], hn::MulAdd(v.v[k], vq.v[k], vs.v[k]));
      store<NV>(v, mask, dx + r * c + i);
    }
  }
};

struct ColumnSumsKernel {
  template <int NV>
  static HWY_INLINE void run(int64_t i, hn::Mask<D> mask, int64_t rows, int64_t c, const float* x, float* out) {
    Block<NV> sum, v;
    clear<NV>(sum);
    for (int64_t r = 0; r < rows; ++r) {
      load<NV>(x + r * c + i, mask, v);
      FER_UNROLL for (int k = 0; k < NV; ++k) sum.v[k] = hn::Add(sum.v[k], v.v[k]);
    }
    store<NV>(sum, mask, out + i);
  }
};

struct EpilogueKernel {
  template <int NV>
  static HWY_INLINE void run(int64_t i, hn::Mask<D> mask, const ConvEpilogue& e, int64_t rows, int64_t channel,
                             float* x, int64_t row_stride) {
    Block<NV> bias, scale, shift, v;
    clear<NV>(bias);
    clear<NV>(scale);
    clear<NV>(shift);
    if (e.bias != nullptr) load<NV>(e.bias + channel + i, mask, bias);
    const bool scaled = e.scale != nullptr;
    if (scaled) load<NV>(e.scale + channel + i, mask, scale);
    if (scaled) load<NV>(e.shift + channel + i, mask, shift);
    const V floor = e.relu ? hn::Zero(D()) : hn::Neg(hn::Inf(D()));
    for (int64_t r = 0; r < rows; ++r) {
      float* at = x + r * row_stride + i;
      load<NV>(at, mask, v);
      FER_UNROLL for (int k = 0; k < NV; ++k) {
        v.v[k] = hn::Max(hn::Add(v.v[k], bias.v[k]), floor);
        if (scaled) v.v[k] = hn::MulAdd(v.v[k], scale.v[k], shift.v[k]);
      }
      store<NV>(v, mask, at);
    }
  }
};

void Moments(int64_t rows, int64_t c, const float* x, const float* origin, float* sums, float* squares) {
  for_channels<MomentsKernel>(c, rows, c, x, origin, sums, squares);
}
void ScaleShift(int64_t rows, int64_t c, const float* x, const float* scale, const float* shift, bool relu, float* y) {
  for_channels<ScaleShiftKernel>(c, rows, c, x, scale, shift, relu, y);
}
void BackwardSums(int64_t rows, int64_t c, const float* x, const float* dy, const float* mean, float* sum_dy,
                  float* sum_dy_x) {
  for_channels<BackwardSumsKernel>(c, rows, c, x, dy, mean, sum_dy, sum_dy_x);
}
void BackwardApply(int64_t rows, int64_t c, const float* x, const float* dy, const float* p, const float* q,
                   const float* s, float* dx) {
  for_channels<BackwardApplyKernel>(c, rows, c, x, dy, p, q, s, dx);
}
void ColumnSums(int64_t rows, int64_t c, const float* x, float* out) {
  for_channels<ColumnSumsKernel>(c, rows, c, x, out);
}
void Epilogue(const ConvEpilogue& e, int64_t rows, int64_t channel, int64_t channels, float* x, int64_t row_stride) {
  for_channels<EpilogueKernel>(channels, e, rows, channel, x, row_stride);
}

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fer::kernels {

HWY_EXPORT(Moments);
HWY_EXPORT(ScaleShift);
HWY_EXPORT(BackwardSums);
HWY_EXPORT(BackwardApply);
HWY_EXPORT(ColumnSums);
HWY_EXPORT(Epilogue);

namespace {

// Rows in one chunk of a sum: 64 KiB of values, whatever the number of threads.
int64_t chunk_rows(int64_t c) { return std::max<int64_t>(16, 16384 / c); }
int64_t chunks_of(int64_t rows, int64_t c) { return (rows + chunk_rows(c) - 1) / chunk_rows(c); }

// total[i] = sum of parts[chunk * c + i], in order, in double.
void add_chunks(int64_t chunks, int64_t c, const float* parts, double* total) {
  std::fill_n(total, c, 0.0);
  for (int64_t chunk = 0; chunk < chunks; ++chunk) {
    for (int64_t i = 0; i < c; ++i) total[i] += parts[chunk * c + i];
  }
}

// Two sums a channel, over chunks of rows: f(begin, rows, a, b) writes a chunk's two partial sums. Scratch: two arrays
// of partial sums, two of totals.
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

}  // namespace

int64_t batch_norm_scratch_floats(int64_t rows, int64_t c) {
  return 3 * aligned_floats(2 * c) + 3 * aligned_floats(c) + 2 * chunks_of(rows, c) * c;
}

void batch_norm_statistics(int64_t rows, int64_t c, std::span<const float> x, std::span<float> mean,
                           std::span<float> variance, std::span<float> scratch) {
  const auto moments = HWY_DYNAMIC_DISPATCH(Moments);
  // The first row serves as the origin: any value of the right size will do.
  const TwoSums sums = sum_in_chunks(rows, c, scratch, [&](int64_t begin, int64_t count, float* a, float* b) {
    moments(count, c, x.data() + begin * c, x.data(), a, b);
  });
  for (int64_t i = 0; i < c; ++i) {
    const double shift = sums.a[i] / static_cast<double>(rows);
    mean[i] = static_cast<float>(x[i] + shift);
    variance[i] = static_cast<float>(std::max(0.0, sums.b[i] / static_cast<double>(rows) - shift * shift));
  }
}

void scale_shift(int64_t rows, int64_t c, std::span<const float> x, std::span<const float> scale,
                 std::span<const float> shift, bool relu, std::span<float> y) {
  const auto kernel = HWY_DYNAMIC_DISPATCH(ScaleShift);
  parallel_ranges(rows, chunk_rows(c), [&](int64_t begin, int64_t end) {
    kernel(end - begin, c, x.data() + begin * c, scale.data(), shift.data(), relu, y.data() + begin * c);
  });
}

void batch_norm_backward(int64_t rows, int64_t c, std::span<const float> x, std::span<const float> dy,
                         const BatchNormMoments& moments, std::span<float> dx, std::span<float> dgamma,
                         std::span<float> dbeta, std::span<float> scratch) {
  const auto sums_kernel = HWY_DYNAMIC_DISPATCH(BackwardSums);
  const int64_t constants = aligned_floats(c);
  float* p = scratch.data();
  float *q = p + constants, *s = q + constants;
  const TwoSums sums =
      sum_in_chunks(rows, c, scratch.subspan(static_cast<size_t>(3 * constants)),
                    [&](int64_t begin, int64_t count, float* a, float* b) {
                      sums_kernel(count, c, x.data() + begin * c, dy.data() + begin * c, moments.mean.data(), a, b);
                    });
  for (int64_t i = 0; i < c; ++i) {
    const double inv_std = moments.inv_std[i], n = static_cast<double>(rows);
    dbeta[i] = static_cast<float>(sums.a[i]);
    dgamma[i] = static_cast<float>(sums.b[i] * inv_std);
    const double scale = moments.gamma[i] * inv_std, slope = -scale * inv_std * inv_std * sums.b[i] / n;
    p[i] = static_cast<float>(scale);
    q[i] = static_cast<float>(slope);
    s[i] = static_cast<float>(-scale * sums.a[i] / n - slope * moments.mean[i]);
  }
  const auto apply = HWY_DYNAMIC_DISPATCH(BackwardApply);
  parallel_ranges(rows, chunk_rows(c), [&](int64_t begin, int64_t end) {
    apply(end - begin, c, x.data() + begin * c, dy.data() + begin * c, p, q, s, dx.data() + begin * c);
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

void sum_parts(int64_t parts, int64_t stride, int64_t floats, const float* in, float* out) {
  parallel_ranges(floats, 4096, [&](int64_t begin, int64_t end) {
    if (out != in) std::copy(in + begin, in + end, out + begin);
    for (int64_t p = 1; p < parts; ++p) {
      for (int64_t i = begin; i < end; ++i) out[i] += in[p * stride + i];
    }
  });
}

void apply_epilogue(const ConvEpilogue& epilogue, int64_t rows, int64_t channel, int64_t channels, float* x,
                    int64_t row_stride) {
  if (epilogue.bias == nullptr && !epilogue.relu && epilogue.scale == nullptr) return;
  HWY_DYNAMIC_DISPATCH(Epilogue)(epilogue, rows, channel, channels, x, row_stride);
}

}  // namespace fer::kernels
#endif
