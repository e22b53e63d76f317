#include "kernels/values/prelu.h"

#include <algorithm>

#include "core/parallel.h"
#include "kernels/norm/chunk_sums.h"
#include "kernels/scratch.h"
#include "kernels/simd/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/values/prelu.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/simd/channel_block-inl.h"
#include "kernels/simd/masked_load-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

// value where x > 0, else alpha * value: y of x, and dx of dy.
HWY_INLINE V sloped(V x, V alpha, V value) {
  return hn::IfThenElse(hn::Gt(x, hn::Zero(D())), value, hn::Mul(alpha, value));
}

struct ForwardKernel {
  template <int NV>
  static HWY_INLINE void run(int64_t i, hn::Mask<D> mask, int64_t rows, int64_t c, const float* x, const float* alpha,
                             float* y) {
    Block<NV> a, v;
    load_block<NV>(alpha + i, mask, a);
    for (int64_t r = 0; r < rows; ++r) {
      load_block<NV>(x + r * c + i, mask, v);
      FER_UNROLL for (int k = 0; k < NV; ++k) v.v[k] = sloped(v.v[k], a.v[k], v.v[k]);
      store_block<NV>(v, mask, y + r * c + i);
    }
  }
};

// dx: null where nobody wants it. sums: set to this chunk's part of dalpha.
struct BackwardKernel {
  template <int NV>
  static HWY_INLINE void run(int64_t i, hn::Mask<D> mask, int64_t rows, int64_t c, const float* dy, const float* x,
                             const float* alpha, float* dx, float* sums) {
    Block<NV> a, sum, d, v;
    load_block<NV>(alpha + i, mask, a);
    clear_block<NV>(sum);
    for (int64_t r = 0; r < rows; ++r) {
      load_block<NV>(dy + r * c + i, mask, d);
      load_block<NV>(x + r * c + i, mask, v);
      FER_UNROLL for (int k = 0; k < NV; ++k) {
        const V below = hn::IfThenZeroElse(hn::Gt(v.v[k], hn::Zero(D())), v.v[k]);
        sum.v[k] = hn::MulAdd(d.v[k], below, sum.v[k]);
        d.v[k] = sloped(v.v[k], a.v[k], d.v[k]);
      }
      if (dx != nullptr) store_block<NV>(d, mask, dx + r * c + i);
    }
    store_block<NV>(sum, mask, sums + i);
  }
};

void PReluForward(int64_t rows, int64_t c, const float* x, const float* alpha, float* y) {
  for_channels<ForwardKernel>(c, rows, c, x, alpha, y);
}
void PReluBackward(int64_t rows, int64_t c, const float* dy, const float* x, const float* alpha, float* dx,
                   float* sums) {
  for_channels<BackwardKernel>(c, rows, c, dy, x, alpha, dx, sums);
}

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fer::kernels {

HWY_EXPORT(PReluForward);
HWY_EXPORT(PReluBackward);

namespace {

// Calls work(chunk, first row, rows) for the chunks, side by side.
template <class Work>
void for_chunks(int64_t rows, int64_t c, const Work& work) {
  const int64_t per_chunk = chunk_rows(c);
  parallel_for(chunks_of(rows, c), [&](int64_t chunk) {
    const int64_t first = chunk * per_chunk;
    work(chunk, first, std::min(per_chunk, rows - first));
  });
}

}  // namespace

void prelu_forward(int64_t rows, int64_t c, std::span<const float> x, std::span<const float> alpha,
                   std::span<float> y) {
  const auto forward = HWY_DYNAMIC_DISPATCH(PReluForward);
  for_chunks(rows, c, [&](int64_t, int64_t first, int64_t count) {
    forward(count, c, x.data() + first * c, alpha.data(), y.data() + first * c);
  });
}

int64_t prelu_backward_scratch_floats(int64_t rows, int64_t c) {
  return aligned_floats(2 * c) + chunks_of(rows, c) * c;
}

void prelu_backward(int64_t rows, int64_t c, std::span<const float> dy, std::span<const float> x,
                    std::span<const float> alpha, std::span<float> dx, std::span<float> dalpha,
                    std::span<float> scratch) {
  const auto backward = HWY_DYNAMIC_DISPATCH(PReluBackward);
  auto* total = reinterpret_cast<double*>(scratch.data());
  float* parts = scratch.data() + aligned_floats(2 * c);
  for_chunks(rows, c, [&](int64_t chunk, int64_t first, int64_t count) {
    float* to = dx.empty() ? nullptr : dx.data() + first * c;
    backward(count, c, dy.data() + first * c, x.data() + first * c, alpha.data(), to, parts + chunk * c);
  });
  if (dalpha.empty()) return;
  add_chunks(chunks_of(rows, c), c, parts, total);
  for (int64_t i = 0; i < c; ++i) dalpha[i] = static_cast<float>(total[i]);
}

}  // namespace fer::kernels
#endif
