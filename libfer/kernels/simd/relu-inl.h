// Maxima and minima that pass NaN on, as Keras and PyTorch do: a broken weight is to show in the loss. (hn::Max gives
// the other operand on x86.)
#if defined(FER_KERNELS_SIMD_RELU_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FER_KERNELS_SIMD_RELU_INL_H
#undef FER_KERNELS_SIMD_RELU_INL_H
#else
#define FER_KERNELS_SIMD_RELU_INL_H
#endif

#include "kernels/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

// max(v, floor)
template <class V>
HWY_INLINE V at_least(V v, V floor) {
  return hn::IfThenElse(hn::Lt(v, floor), floor, v);
}

// min(v, cap)
template <class V>
HWY_INLINE V at_most(V v, V cap) {
  return hn::IfThenElse(hn::Gt(v, cap), cap, v);
}

// max(v, 0)
template <class V>
HWY_INLINE V relu(V v) {
  return hn::IfThenZeroElse(hn::Lt(v, hn::Zero(hn::DFromV<V>())), v);
}

// min(max(v, 0), cap)
template <class V>
HWY_INLINE V capped_relu(V v, V cap) {
  return at_most(relu(v), cap);
}

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
