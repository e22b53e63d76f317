// The prelude of every source that is compiled once per instruction set: names for Highway's vectors of floats. Each
// per-target header includes what it needs and has Highway's toggling guard: it is read once for each instruction set.
#if defined(FER_KERNELS_SIMD_VECTORS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FER_KERNELS_SIMD_VECTORS_INL_H
#undef FER_KERNELS_SIMD_VECTORS_INL_H
#else
#define FER_KERNELS_SIMD_VECTORS_INL_H
#endif

#include <hwy/highway.h>

// Before a loop whose trip count is a constant: written out, so that arrays of vectors live in registers.
#ifndef FER_UNROLL
#define FER_UNROLL _Pragma("GCC unroll 8")
#endif

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
constexpr int64_t kLanes = hn::MaxLanes(D());

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
