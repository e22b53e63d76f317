// Values [rows, channels] walked a block of channels at a time.
#if defined(FER_KERNELS_SIMD_CHANNEL_BLOCK_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FER_KERNELS_SIMD_CHANNEL_BLOCK_INL_H
#undef FER_KERNELS_SIMD_CHANNEL_BLOCK_INL_H
#else
#define FER_KERNELS_SIMD_CHANNEL_BLOCK_INL_H
#endif

#include "kernels/simd/masked_load-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

// Channels are walked in blocks of NV vectors, so that rows are read in long pieces; `lanes` is how many of the last
// vector's exist.
template <int NV>
struct Block {
  V v[NV];
};

template <int NV>
HWY_INLINE void load_block(const float* from, hn::Mask<D> mask, Block<NV>& out) {
  FER_UNROLL for (int k = 0; k < NV; ++k) out.v[k] =
      NV == 1 ? masked_load(mask, D(), from) : hn::LoadU(D(), from + k * kLanes);
}

template <int NV>
HWY_INLINE void store_block(const Block<NV>& block, hn::Mask<D> mask, float* to) {
  FER_UNROLL for (int k = 0; k < NV; ++k) {
    if (NV == 1) {
      hn::BlendedStore(block.v[k], mask, D(), to);
    } else {
      hn::StoreU(block.v[k], D(), to + k * kLanes);
    }
  }
}

template <int NV>
HWY_INLINE void clear_block(Block<NV>& block) {
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

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
