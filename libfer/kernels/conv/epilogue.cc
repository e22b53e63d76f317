#include "kernels/conv/epilogue.h"

#include <algorithm>

#include "core/parallel.h"
#include "kernels/simd/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv/epilogue.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/simd/channel_block-inl.h"
#include "kernels/simd/relu-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

// Per-channel values stay in registers while the rows go by. Without a relu its bounds are infinite: the minimum and
// maximum then change nothing, and cost less than a branch for every vector.
struct EpilogueKernel {
  template <int NV>
  static HWY_INLINE void run(int64_t i, hn::Mask<D> mask, const ConvEpilogue& e, int64_t rows, int64_t channel,
                             float* x, int64_t row_stride) {
    Block<NV> bias, scale, shift, v;
    clear_block<NV>(bias);
    clear_block<NV>(scale);
    clear_block<NV>(shift);
    if (e.bias != nullptr) load_block<NV>(e.bias + channel + i, mask, bias);
    const bool scaled = e.scale != nullptr;
    if (scaled) load_block<NV>(e.scale + channel + i, mask, scale);
    if (scaled) load_block<NV>(e.shift + channel + i, mask, shift);
    const V floor = e.relu ? hn::Zero(D()) : hn::Neg(hn::Inf(D()));
    const V cap = e.relu ? hn::Set(D(), e.relu_cap) : hn::Inf(D());
    for (int64_t r = 0; r < rows; ++r) {
      float* at = x + r * row_stride + i;
      load_block<NV>(at, mask, v);
      FER_UNROLL for (int k = 0; k < NV; ++k) {
        v.v[k] = at_most(at_least(hn::Add(v.v[k], bias.v[k]), floor), cap);
        if (scaled) v.v[k] = hn::MulAdd(v.v[k], scale.v[k], shift.v[k]);
      }
      store_block<NV>(v, mask, at);
    }
  }
};

void Epilogue(const ConvEpilogue& e, int64_t rows, int64_t channel, int64_t channels, float* x, int64_t row_stride) {
  for_channels<EpilogueKernel>(channels, e, rows, channel, x, row_stride);
}

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fer::kernels {

HWY_EXPORT(Epilogue);

void apply_epilogue(const ConvEpilogue& epilogue, int64_t rows, int64_t channel, int64_t channels, float* x,
                    int64_t row_stride) {
  if (epilogue.bias == nullptr && !epilogue.relu && epilogue.scale == nullptr) return;
  HWY_DYNAMIC_DISPATCH(Epilogue)(epilogue, rows, channel, channels, x, row_stride);
}

void sum_parts(int64_t parts, int64_t stride, int64_t floats, const float* in, float* out) {
  parallel_ranges(floats, 4096, [&](int64_t begin, int64_t end) {
    if (out != in) std::copy(in + begin, in + end, out + begin);
    for (int64_t p = 1; p < parts; ++p) {
      for (int64_t i = begin; i < end; ++i) out[i] += in[p * stride + i];
    }
  });
}

}  // namespace fer::kernels
#endif
