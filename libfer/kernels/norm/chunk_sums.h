// Sums per channel over many rows, in chunks of a fixed size that are added in order: the same bits for any number of
// threads. Private to the kernels.
#pragma once

#include <algorithm>
#include <cstdint>

namespace fer::kernels {

// Rows in one chunk of a sum: 64 KiB of values, whatever the number of threads.
inline int64_t chunk_rows(int64_t c) { return std::max<int64_t>(16, 16384 / c); }
inline int64_t chunks_of(int64_t rows, int64_t c) { return (rows + chunk_rows(c) - 1) / chunk_rows(c); }

// total[i] = sum of parts[chunk * c + i], in order, in double.
inline void add_chunks(int64_t chunks, int64_t c, const float* parts, double* total) {
  std::fill_n(total, c, 0.0);
  for (int64_t chunk = 0; chunk < chunks; ++chunk) {
    for (int64_t i = 0; i < c; ++i) total[i] += parts[chunk * c + i];
  }
}

}  // namespace fer::kernels
