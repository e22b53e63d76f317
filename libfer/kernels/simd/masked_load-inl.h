// A load of the lanes of a mask from FirstN, the others zero. Highway 1.0.3's MaskedLoad is that with AVX2 and AVX-512;
// with SSE4 it wants an aligned address, and there as in scalar code it reads a whole vector, also beyond the end of
// an array.
#if defined(FER_KERNELS_SIMD_MASKED_LOAD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FER_KERNELS_SIMD_MASKED_LOAD_INL_H
#undef FER_KERNELS_SIMD_MASKED_LOAD_INL_H
#else
#define FER_KERNELS_SIMD_MASKED_LOAD_INL_H
#endif

#include "kernels/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

template <class D>
HWY_INLINE hn::Vec<D> masked_load(hn::Mask<D> mask, D d, const float* from) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2
  return hn::MaskedLoad(mask, d, from);
#else
  if (hn::AllTrue(d, mask)) return hn::LoadU(d, from);
  HWY_ALIGN float lanes[hn::MaxLanes(D())] = {};
  const size_t count = hn::CountTrue(d, mask);
  for (size_t i = 0; i < count; ++i) lanes[i] = from[i];
  return hn::Load(d, lanes);
#endif
}

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
