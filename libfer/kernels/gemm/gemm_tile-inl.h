// The micro-kernel of every matrix product here: a tile of R rows by NV vectors of C lives in registers while k runs.
// With 32 vector registers 6 x 4 leaves 4 for B and one for a broadcast of A; with 16 registers it is 6 x 2 (the shapes
// of BLIS, Van Zee and van de Geijn 2015).
#if defined(FER_KERNELS_GEMM_GEMM_TILE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FER_KERNELS_GEMM_GEMM_TILE_INL_H
#undef FER_KERNELS_GEMM_GEMM_TILE_INL_H
#else
#define FER_KERNELS_GEMM_GEMM_TILE_INL_H
#endif

#include "kernels/gemm/bf16-inl.h"
#include "kernels/simd/masked_load-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

constexpr int kRows = 6;  // of C in one tile

struct GemmTileArgs {
  int64_t k;
  const float* a;
  int64_t a_row, a_k;  // A(r, i) = a[r * a_row + i * a_k]
  const float* b;
  int64_t b_k;  // B(i, j) = b[i * b_k + j]
  float* c;
  int64_t c_row;
  const float* ahead;  // fetched into cache meanwhile: a line in every step along k
  int64_t ahead_k;     // floats from line to line
  size_t tail_lanes;   // how many lanes of the last vector exist
  bool accumulate;
};

struct FloatProducts {
  static HWY_INLINE V dot(V a, V b, V sum) { return hn::MulAdd(a, b, sum); }
};

// kTail: the last vector of B and C is loaded and stored through the mask. Products: what the "floats" of A and B are,
// FloatProducts or pairs of bf16.
template <class Products, int R, int NV, bool kTail, class D>
HWY_INLINE void gemm_tile(D d, const GemmTileArgs& t) {
  constexpr size_t kLanes = hn::MaxLanes(d);
  const hn::Mask<D> tail = hn::FirstN(d, t.tail_lanes);
  // Every index below is a constant once the loops are unrolled: that is what keeps these in registers.
  hn::Vec<D> acc[R][NV];
  FER_UNROLL for (int r = 0; r < R; ++r) {
    FER_UNROLL for (int v = 0; v < NV; ++v) {
      const float* c = t.c + r * t.c_row + v * kLanes;
      if (!t.accumulate) {
        acc[r][v] = hn::Zero(d);
      } else if (kTail && v == NV - 1) {
        acc[r][v] = masked_load(tail, d, c);
      } else {
        acc[r][v] = hn::LoadU(d, c);
      }
    }
  }
  const float* HWY_RESTRICT a = t.a;
  const float* HWY_RESTRICT b = t.b;
  const int64_t a_row = t.a_row, a_k = t.a_k, b_k = t.b_k;
  const float* ahead = t.ahead;
  for (int64_t i = 0; i < t.k; ++i, ahead += t.ahead_k) {
    // What the next tile, panel or point will read: it comes from beyond this core's caches, and its latency hides
    // behind R * NV multiply-adds.
    hwy::Prefetch(ahead);
    hn::Vec<D> bv[NV];
    FER_UNROLL for (int v = 0; v < NV; ++v) {
      bv[v] = kTail && v == NV - 1 ? masked_load(tail, d, b + v * kLanes) : hn::LoadU(d, b + v * kLanes);
    }
    FER_UNROLL for (int r = 0; r < R; ++r) {
      // One element of A for a whole row of the tile: a broadcast from memory costs no more than a load.
      const hn::Vec<D> av = hn::Set(d, a[r * a_row]);
      FER_UNROLL for (int v = 0; v < NV; ++v) acc[r][v] = Products::dot(av, bv[v], acc[r][v]);
    }
    a += a_k;
    b += b_k;
  }
  FER_UNROLL for (int r = 0; r < R; ++r) {
    FER_UNROLL for (int v = 0; v < NV; ++v) {
      float* c = t.c + r * t.c_row + v * kLanes;
      if (kTail && v == NV - 1) {
        hn::BlendedStore(acc[r][v], tail, d, c);
      } else {
        hn::StoreU(acc[r][v], d, c);
      }
    }
  }
}

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
