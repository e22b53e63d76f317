#include "kernels/int8/gemm.h"

#include <algorithm>

#include "kernels/simd/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/int8/gemm.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

// Without vectors: the definition.
void Gemm(const Int8Product& p) {
  for (int64_t r = 0; r < p.m; ++r) {
    int32_t* c = p.c + r * kInt8Panel;
    std::copy_n(p.start, p.width, c);
    for (int64_t k = 0; k < 4 * p.groups; ++k) {
      const int32_t a = p.a[r * p.a_row + k];
      const int8_t* b = p.b + k / 4 * 4 * p.width + k % 4;
      for (int64_t j = 0; j < p.width; ++j) c[j] += a * b[4 * j];
    }
  }
}

#else

using D16 = hn::ScalableTag<int16_t>;
using D32 = hn::ScalableTag<int32_t>;
constexpr size_t kLanes16 = hn::MaxLanes(D16()), kLanes32 = hn::MaxLanes(D32());
// Vectors that hold 16 channels, each as the sums of its even and its odd pair of products.
constexpr int kVectors = static_cast<int>(2 * kInt8Lanes / kLanes32);

// Four unsigned bytes, over and over, as 16-bit integers.
HWY_INLINE hn::Vec<D16> broadcast_four(const uint8_t* a) {
  const uint64_t four = static_cast<uint64_t>(a[0]) | static_cast<uint64_t>(a[1]) << 16 |
                        static_cast<uint64_t>(a[2]) << 32 | static_cast<uint64_t>(a[3]) << 48;
  return hn::BitCast(D16(), hn::Set(hn::ScalableTag<uint64_t>(), four));
}

// 16 channels of one row; 16-bit products in pairs cannot overflow 32 bits.
HWY_INLINE void row_of_16(const Int8Product& p, int64_t row, int64_t channel) {
  const hn::Rebind<int8_t, D16> d8;
  hn::Vec<D32> sums[kVectors];
  for (auto& sum : sums) sum = hn::Zero(D32());
  const uint8_t* a = p.a + row * p.a_row;
  const int8_t* b = p.b + 4 * channel;
  for (int64_t g = 0; g < p.groups; ++g, a += 4, b += 4 * p.width) {
    const hn::Vec<D16> av = broadcast_four(a);
    for (int v = 0; v < kVectors; ++v) {
      const hn::Vec<D16> bv = hn::PromoteTo(D16(), hn::LoadU(d8, b + static_cast<size_t>(v) * kLanes16));
      hn::Vec<D32> unused = hn::Zero(D32());
      sums[v] = hn::ReorderWidenMulAccumulate(D32(), av, bv, sums[v], unused);
    }
  }
  alignas(64) int32_t pairs[2 * kInt8Lanes];
  for (int v = 0; v < kVectors; ++v) hn::StoreU(sums[v], D32(), pairs + static_cast<size_t>(v) * kLanes32);
  int32_t* c = p.c + row * kInt8Panel + channel;
  for (int64_t j = 0; j < kInt8Lanes; ++j) c[j] = p.start[channel + j] + pairs[2 * j] + pairs[2 * j + 1];
}

void Gemm(const Int8Product& p) {
  for (int64_t row = 0; row < p.m; ++row)
    for (int64_t channel = 0; channel < p.width; channel += kInt8Lanes) row_of_16(p, row, channel);
}

#endif

// The instruction is looked for at run time: Highway's AVX-512 target does not imply it.
void BestGemm(const Int8Product& p) {
#if HWY_TARGET == HWY_AVX3
  if (int8_has_vnni()) return int8_gemm_vnni(p);
#endif
  Gemm(p);
}

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fer::kernels {

HWY_EXPORT(Gemm);
HWY_EXPORT(BestGemm);

void int8_gemm_portable(const Int8Product& p) { HWY_DYNAMIC_DISPATCH(Gemm)(p); }

void int8_gemm(const Int8Product& p) { HWY_DYNAMIC_DISPATCH(BestGemm)(p); }

}  // namespace fer::kernels
#endif
