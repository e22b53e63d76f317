// Rounding to bf16 and sums of products of bf16, with AVX512_BF16's instructions and, with the same bits, without.
// (They take denormal numbers for zero, which floats do too within parallel loops.) The
// instructions are spelled in assembly because Highway's AVX-512 target does not imply them, and a caller chooses at
// run time (with_bf16).
#if defined(FER_KERNELS_GEMM_BF16_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FER_KERNELS_GEMM_BF16_INL_H
#undef FER_KERNELS_GEMM_BF16_INL_H
#else
#define FER_KERNELS_GEMM_BF16_INL_H
#endif

#include "kernels/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

struct PortableBf16 {
  using DU = hn::ScalableTag<uint32_t>;
  using VU = hn::Vec<DU>;

  // The bits of v, rounded in the upper halves.
  static HWY_INLINE VU rounded(V v) {
    const DU du;
    const VU bits = hn::BitCast(du, v);
    const VU even = hn::And(hn::ShiftRight<16>(bits), hn::Set(du, 1u));
    const VU nearest = hn::Add(hn::Add(bits, hn::Set(du, 0x7fffu)), even);
    // A NaN may not round to infinity or around it.
    const VU quiet = hn::Or(bits, hn::Set(du, 0x400000u));
    return hn::IfThenElse(hn::RebindMask(du, hn::IsNaN(v)), quiet, nearest);
  }
  static HWY_INLINE void store_halves(V v, uint16_t* to) {
    hn::StoreU(hn::TruncateTo(hn::Rebind<uint16_t, DU>(), hn::ShiftRight<16>(rounded(v))), hn::Rebind<uint16_t, DU>(),
               to);
  }
  // Pairs of low and high, lane by lane.
  static HWY_INLINE V pairs(V low, V high) {
    const VU upper = hn::And(rounded(high), hn::Set(DU(), 0xffff0000u));
    return hn::BitCast(D(), hn::Or(upper, hn::ShiftRight<16>(rounded(low))));
  }
  // sum + a.high * b.high, and to that + a.low * b.low, each rounded once where the CPU fuses.
  static HWY_INLINE V dot(V a, V b, V sum) {
    return hn::MulAdd(low_of(a), low_of(b), hn::MulAdd(high_of(a), high_of(b), sum));
  }

 private:
  static HWY_INLINE V low_of(V v) { return hn::BitCast(D(), hn::ShiftLeft<16>(hn::BitCast(DU(), v))); }
  static HWY_INLINE V high_of(V v) {
    return hn::BitCast(D(), hn::And(hn::BitCast(DU(), v), hn::Set(DU(), 0xffff0000u)));
  }
};

#if HWY_TARGET == HWY_AVX3
struct NativeBf16 {
  static HWY_INLINE void store_halves(V v, uint16_t* to) {
    __m256i halves;
    asm("vcvtneps2bf16 %1, %0" : "=v"(halves) : "v"(v.raw));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), halves);
  }
  static HWY_INLINE V pairs(V low, V high) {
    alignas(64) static constexpr uint16_t kInterleave[32] = {0,  16, 1,  17, 2,  18, 3,  19, 4,  20, 5,
                                                             21, 6,  22, 7,  23, 8,  24, 9,  25, 10, 26,
                                                             11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    __m512i both;
    asm("vcvtne2ps2bf16 %2, %1, %0" : "=v"(both) : "v"(high.raw), "v"(low.raw));
    return V{_mm512_castsi512_ps(_mm512_permutexvar_epi16(_mm512_load_si512(kInterleave), both))};
  }
  static HWY_INLINE V dot(V a, V b, V sum) {
    asm("vdpbf16ps %2, %1, %0" : "+v"(sum.raw) : "v"(a.raw), "v"(b.raw));
    return sum;
  }
};
#endif

// f(PortableBf16()), or f(NativeBf16()) where the CPU has it.
template <class F>
HWY_INLINE void with_bf16(const F& f) {
#if HWY_TARGET == HWY_AVX3
  if (cpu_has_bf16()) return f(NativeBf16());
#endif
  f(PortableBf16());
}

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
