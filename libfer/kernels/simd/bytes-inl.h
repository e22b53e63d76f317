// A vector of small numbers kept as one byte each.
#if defined(FER_KERNELS_SIMD_BYTES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FER_KERNELS_SIMD_BYTES_INL_H
#undef FER_KERNELS_SIMD_BYTES_INL_H
#else
#define FER_KERNELS_SIMD_BYTES_INL_H
#endif

#include "kernels/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

using DI = hn::RebindToSigned<D>;
using DB = hn::Rebind<uint8_t, D>;

// Stores the low bytes of the first `count` lanes.
HWY_INLINE void store_bytes(hn::Vec<DI> values, int64_t count, uint8_t* to) {
  const auto bytes = hn::DemoteTo(DB(), values);
  if (count == kLanes) {
    hn::StoreU(bytes, DB(), to);
    return;
  }
  HWY_ALIGN uint8_t buffer[HWY_MAX_BYTES];
  hn::StoreU(bytes, DB(), buffer);
  std::copy_n(buffer, count, to);
}

// The first `count`, the others zero.
HWY_INLINE hn::Vec<DI> load_bytes(const uint8_t* from, int64_t count) {
  if (count == kLanes) return hn::PromoteTo(DI(), hn::LoadU(DB(), from));
  HWY_ALIGN uint8_t buffer[HWY_MAX_BYTES] = {};
  std::copy_n(from, count, buffer);
  return hn::PromoteTo(DI(), hn::LoadU(DB(), buffer));
}

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
