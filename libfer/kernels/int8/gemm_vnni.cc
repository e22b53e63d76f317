// Four multiplications of bytes and their sum in one instruction (AVX-512 VNNI). The tile is that of gemm_tile-inl.h: 6
// rows by 4 vectors in registers.
#include "kernels/int8/gemm.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstring>

// These functions alone may use the instructions; int8_has_vnni says whether they may be called.
#define FER_VNNI __attribute__((target("avx512f,avx512bw,avx512vnni")))
#define FER_UNROLL _Pragma("GCC unroll 8")

namespace fer::kernels {
namespace {

constexpr int kRows = 6;

// R rows by NV vectors of 16 channels. Four bytes of A, neighbours along the sum, go to all lanes; dpbusd multiplies
// them by the four bytes of each channel and adds the products to its sum. It takes A as unsigned and B as signed,
// which is why activations are unsigned with a zero point and kernels signed without one.
template <int R, int NV>
FER_VNNI void tile(const Int8Product& p, int64_t row) {
  __m512i acc[R][NV];
  FER_UNROLL for (int v = 0; v < NV; ++v) {
    const __m512i start = _mm512_loadu_si512(p.start + v * kInt8Lanes);
    FER_UNROLL for (int r = 0; r < R; ++r) acc[r][v] = start;
  }
  const uint8_t* a = p.a + row * p.a_row;
  const int8_t* b = p.b;
  for (int64_t g = 0; g < p.groups; ++g, a += 4, b += NV * 64) {
    __m512i bv[NV];
    FER_UNROLL for (int v = 0; v < NV; ++v) bv[v] = _mm512_loadu_si512(b + v * 64);
    FER_UNROLL for (int r = 0; r < R; ++r) {
      int32_t four;
      std::memcpy(&four, a + r * p.a_row, sizeof four);
      const __m512i av = _mm512_set1_epi32(four);
      FER_UNROLL for (int v = 0; v < NV; ++v) acc[r][v] = _mm512_dpbusd_epi32(acc[r][v], av, bv[v]);
    }
  }
  FER_UNROLL for (int r = 0; r < R; ++r) {
    FER_UNROLL for (int v = 0; v < NV; ++v)
        _mm512_storeu_si512(p.c + (row + r) * kInt8Panel + v * kInt8Lanes, acc[r][v]);
  }
}

template <int NV>
void rows_of(const Int8Product& p) {
  int64_t row = 0;
  for (; row + kRows <= p.m; row += kRows) tile<kRows, NV>(p, row);
  switch (p.m - row) {
    case 1:
      return tile<1, NV>(p, row);
    case 2:
      return tile<2, NV>(p, row);
    case 3:
      return tile<3, NV>(p, row);
    case 4:
      return tile<4, NV>(p, row);
    case 5:
      return tile<5, NV>(p, row);
    default:
      return;
  }
}

}  // namespace

bool int8_has_vnni() { return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vnni"); }

void int8_gemm_vnni(const Int8Product& p) {
  switch (p.width / kInt8Lanes) {
    case 1:
      return rows_of<1>(p);
    case 2:
      return rows_of<2>(p);
    case 3:
      return rows_of<3>(p);
    default:
      return rows_of<4>(p);
  }
}

}  // namespace fer::kernels

#else

namespace fer::kernels {

bool int8_has_vnni() { return false; }
void int8_gemm_vnni(const Int8Product&) {}

}  // namespace fer::kernels
#endif
