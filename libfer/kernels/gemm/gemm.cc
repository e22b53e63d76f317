#include "kernels/gemm/gemm.h"

#include <algorithm>

#include "kernels/gemm/bf16.h"
#include "kernels/simd/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gemm/gemm.cc"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/gemm/bf16-inl.h"
#include "kernels/gemm/gemm_tile-inl.h"
#include "kernels/simd/masked_load-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

// AVX-512 has 32 vector registers, the others here 16.
constexpr int kVectors = HWY_MAX_BYTES == 64 ? 4 : 2;
constexpr int64_t kPanel = kVectors * kLanes;
// Rows of B in one pass: a panel of them (64 KiB) stays in the second-level cache while the rows of A go by.
constexpr int64_t kDepth = 256;

// How the micro-kernel is instantiated: for every number of rows and of vectors, so that the last rows and columns of C
// run through the same unrolled loop, with and without a partial last vector. The functions below look the instance up
// once per panel.
using TileFunction = void (*)(const GemmTileArgs&);

template <class Products, int R, int NV, bool kTail>
void tile_entry(const GemmTileArgs& args) {
  gemm_tile<Products, R, NV, kTail>(D(), args);
}

template <class Products, int R, bool kTail>
TileFunction tile_of_vectors(int vectors) {
  if constexpr (kVectors == 4) {
    if (vectors == 4) return tile_entry<Products, R, 4, kTail>;
    if (vectors == 3) return tile_entry<Products, R, 3, kTail>;
  }
  return vectors == 2 ? tile_entry<Products, R, 2, kTail> : tile_entry<Products, R, 1, kTail>;
}

template <class Products, bool kTail>
TileFunction tile_of_rows(int rows, int vectors) {
  switch (rows) {
    case 1:
      return tile_of_vectors<Products, 1, kTail>(vectors);
    case 2:
      return tile_of_vectors<Products, 2, kTail>(vectors);
    case 3:
      return tile_of_vectors<Products, 3, kTail>(vectors);
    case 4:
      return tile_of_vectors<Products, 4, kTail>(vectors);
    case 5:
      return tile_of_vectors<Products, 5, kTail>(vectors);
    default:
      return tile_of_vectors<Products, kRows, kTail>(vectors);
  }
}

// One panel of C (up to kPanel columns), all rows: full tiles, then what is left. B's panel is read again for every
// tile of rows, from the second-level cache; A is read once.
template <class Products>
void panel_of_rows(int64_t m, int64_t columns, GemmTileArgs args) {
  const int vectors = static_cast<int>((columns + kLanes - 1) / kLanes);
  const bool tail = columns % kLanes != 0;
  args.tail_lanes = tail ? columns % kLanes : kLanes;
  const auto find = [&](int rows) {
    return tail ? tile_of_rows<Products, true>(rows, vectors) : tile_of_rows<Products, false>(rows, vectors);
  };
  const TileFunction full = find(kRows);
  int64_t row = 0;
  // The tiles share out what is fetched ahead; a single one has enough to do with its own.
  const int64_t tiles = (m + kRows - 1) / kRows;
  args.ahead_k = args.ahead == nullptr || tiles == 1 ? 0 : (args.b_k + tiles - 1) / tiles;
  if (args.ahead_k == 0) args.ahead = args.a;
  for (; row + kRows <= m; row += kRows) {
    full(args);
    args.ahead += args.ahead_k * args.k;
    args.a += kRows * args.a_row;
    args.c += kRows * args.c_row;
  }
  if (row < m) find(static_cast<int>(m - row))(args);
}

int64_t PanelWidth() { return kPanel; }

// Panel by panel, row by row: the micro-kernel then reads B from the beginning to the end, whole vectors at a time.
void Pack(int64_t k, int64_t n, const GemmOperand& b, float* packed) {
  for (int64_t column = 0; column < n; column += kPanel) {
    const int64_t columns = std::min(kPanel, n - column);
    const int64_t width = (columns + kLanes - 1) / kLanes * kLanes;
    float* out = packed + column * k;
    for (int64_t i = 0; i < k; ++i, out += width) {
      const float* from = b.data + i * b.row_stride + column * b.column_stride;
      for (int64_t j = 0; j < columns; ++j) out[j] = from[j * b.column_stride];
      for (int64_t j = columns; j < width; ++j) out[j] = 0;
    }
  }
}

// Columns outermost, depth next: a piece of B [kDepth, panel] stays in cache while all rows of A pass, and C's panel is
// loaded and stored once per piece. A sum therefore runs in order of k whatever the sizes.
template <class Products>
void packed_of(const GemmShape& s, const float* a, int64_t lda, const float* packed, float* c, int64_t ldc,
               bool accumulate, const float* next) {
  for (int64_t column = 0; column < s.n; column += kPanel) {
    const int64_t columns = std::min(kPanel, s.n - column);
    const int64_t width = (columns + kLanes - 1) / kLanes * kLanes;
    for (int64_t depth = 0; depth < s.k; depth += kDepth) {
      panel_of_rows<Products>(s.m, columns,
                              {.k = std::min(kDepth, s.k - depth),
                               .a = a + depth,
                               .a_row = lda,
                               .a_k = 1,
                               .b = packed + column * s.k + depth * width,
                               .b_k = width,
                               .c = c + column,
                               .c_row = ldc,
                               .ahead = depth + kDepth < s.k ? packed + column * s.k + (depth + kDepth) * width : next,
                               .ahead_k = 0,
                               .tail_lanes = 0,
                               .accumulate = accumulate || depth > 0});
    }
  }
}

// The same with A read down its columns: in the micro-kernel the rows of a tile are then neighbours in memory, and the
// steps along k are lda apart. B lies as it is, so its last columns may be a partial vector.
template <class Products>
void transposed_of(const GemmShape& s, const float* a, int64_t lda, const float* b, int64_t ldb, float* c, int64_t ldc,
                   bool accumulate) {
  for (int64_t column = 0; column < s.n; column += kPanel) {
    const int64_t columns = std::min(kPanel, s.n - column);
    for (int64_t depth = 0; depth < s.k; depth += kDepth) {
      panel_of_rows<Products>(s.m, columns,
                              {.k = std::min(kDepth, s.k - depth),
                               .a = a + depth * lda,
                               .a_row = 1,
                               .a_k = lda,
                               .b = b + depth * ldb + column,
                               .b_k = ldb,
                               .c = c + column,
                               .c_row = ldc,
                               .ahead = nullptr,
                               .ahead_k = 0,
                               .tail_lanes = 0,
                               .accumulate = accumulate || depth > 0});
    }
  }
}

// f with the products that s asks for.
template <class F>
void with_products(const GemmShape& s, const F& f) {
  s.operands == GemmValues::kBf16Pairs ? with_bf16(f) : f(FloatProducts());
}

void Packed(const GemmShape& s, const float* a, int64_t lda, const float* packed, float* c, int64_t ldc,
            bool accumulate, const float* next) {
  with_products(s, [&]<class Products>(Products) { packed_of<Products>(s, a, lda, packed, c, ldc, accumulate, next); });
}

void Transposed(const GemmShape& s, const float* a, int64_t lda, const float* b, int64_t ldb, float* c, int64_t ldc,
                bool accumulate) {
  with_products(s, [&]<class Products>(Products) { transposed_of<Products>(s, a, lda, b, ldb, c, ldc, accumulate); });
}

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fer::kernels {

HWY_EXPORT(PanelWidth);
HWY_EXPORT(Pack);
HWY_EXPORT(Packed);
HWY_EXPORT(Transposed);

int64_t gemm_panel_width() { return HWY_DYNAMIC_DISPATCH(PanelWidth)(); }

int64_t gemm_packed_floats(int64_t k, int64_t n) {
  // Columns are filled up to whole vectors of at most 16.
  return k * ((n + 15) / 16 * 16);
}

void gemm_pack(int64_t k, int64_t n, const GemmOperand& b, float* packed) {
  HWY_DYNAMIC_DISPATCH(Pack)(k, n, b, packed);
}

void gemm_packed(const GemmShape& s, const float* a, int64_t lda, const float* packed, float* c, int64_t ldc,
                 bool accumulate, const float* next) {
  HWY_DYNAMIC_DISPATCH(Packed)(s, a, lda, packed, c, ldc, accumulate, next);
}

void gemm_transposed(const GemmShape& s, const float* a, int64_t lda, const float* b, int64_t ldb, float* c,
                     int64_t ldc, bool accumulate) {
  HWY_DYNAMIC_DISPATCH(Transposed)(s, a, lda, b, ldb, c, ldc, accumulate);
}

}  // namespace fer::kernels
#endif
