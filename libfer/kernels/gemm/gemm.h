// Matrix products: the arithmetic under convolutions and dense layers. Row-major float32; raw pointers, since operands
// are blocks of larger arrays. Single-threaded: callers split the work. A sum over k runs in order of k, from 0 or from
// what c held.
#pragma once

#include <cstdint>

namespace fer::kernels {

// The right operand B [k, n] is packed into panels of up to gemm_panel_width() columns: panel j begins at packed + j *
// width * k and holds, row after row, its columns, filled up with zeros to whole vectors.
int64_t gemm_panel_width();
int64_t gemm_packed_floats(int64_t k, int64_t n);

// B(i, j) = b[i * row_stride + j * column_stride].
struct GemmOperand {
  const float* data = nullptr;
  int64_t row_stride = 0, column_stride = 1;
};
void gemm_pack(int64_t k, int64_t n, const GemmOperand& b, float* packed);

// kBf16Pairs: what looks like a float of A and B is two neighbours along k in bf16, the earlier one in the lower half
// (an odd last one has a zero beside it). k, strides and sizes count such pairs; everything else is as for floats. Each
// sum takes the upper product of a pair first, and rounds after each.
enum class GemmValues { kFloats, kBf16Pairs };

struct GemmShape {
  int64_t m = 0, n = 0, k = 0;
  GemmValues operands = GemmValues::kFloats;
};

// c [m, n] = (accumulate: +=) a [m, k] * B; lda, ldc: floats from row to row. next: what the next call will read as
// packed, if that is known; it is fetched into cache meanwhile.
void gemm_packed(const GemmShape& s, const float* a, int64_t lda, const float* packed, float* c, int64_t ldc,
                 bool accumulate, const float* next = nullptr);

// c [m, n] = (accumulate: +=) transpose(a) * b with a [k, m], b [k, n] as they lie.
void gemm_transposed(const GemmShape& s, const float* a, int64_t lda, const float* b, int64_t ldb, float* c,
                     int64_t ldc, bool accumulate);

}  // namespace fer::kernels
