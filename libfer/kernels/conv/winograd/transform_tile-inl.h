// The two-dimensional transform of a tile: a one-dimensional one (steps-inl.h) applied to every column, then to every
// row.
#if defined(FER_KERNELS_CONV_WINOGRAD_TRANSFORM_TILE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FER_KERNELS_CONV_WINOGRAD_TRANSFORM_TILE_INL_H
#undef FER_KERNELS_CONV_WINOGRAD_TRANSFORM_TILE_INL_H
#else
#define FER_KERNELS_CONV_WINOGRAD_TRANSFORM_TILE_INL_H
#endif

#include "kernels/conv/winograd/tiles_2_to_5-inl.h"
#include "kernels/conv/winograd/tiles_6-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

// T in T' for a transform T, kStep, of kIn values to kOut. load(i) gives the i-th of kIn x kIn values, row by row,
// store(i, value) takes the i-th of kOut x kOut. All loops have constant trip counts and are unrolled, so that a tile
// stays in registers as far as there are any: the compiler spills the rest, to the cache line it just used.
template <int kIn, int kOut, void (*kStep)(const V*, V*), class Load, class Store>
HWY_INLINE void transform_2d(const Load& load, const Store& store) {
  V half[kOut * kIn];
  FER_UNROLL for (int j = 0; j < kIn; ++j) {
    V column[kIn], result[kOut];
    FER_UNROLL for (int i = 0; i < kIn; ++i) column[i] = load(i * kIn + j);
    kStep(column, result);
    FER_UNROLL for (int i = 0; i < kOut; ++i) half[i * kIn + j] = result[i];
  }
  FER_UNROLL for (int i = 0; i < kOut; ++i) {
    V result[kOut];
    kStep(half + i * kIn, result);
    FER_UNROLL for (int j = 0; j < kOut; ++j) store(i * kOut + j, result[j]);
  }
}

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
