// Memory, not arithmetic, holds these up: plain loops.
#include "kernels/prelu.h"

#include <algorithm>

#include "core/parallel.h"
#include "kernels/chunk_sums.h"
#include "kernels/conv_algorithms.h"

namespace fer::kernels {
namespace {

// Calls work(row) for the rows of each chunk, chunks side by side.
template <class Work>
void for_rows(int64_t rows, int64_t c, const Work& work) {
  const int64_t per_chunk = chunk_rows(c);
  parallel_for(chunks_of(rows, c), [&](int64_t chunk) {
    const int64_t end = std::min(rows, (chunk + 1) * per_chunk);
    for (int64_t row = chunk * per_chunk; row < end; ++row) work(chunk, row);
  });
}

}  // namespace

void prelu_forward(int64_t rows, int64_t c, std::span<const float> x, std::span<const float> alpha,
                   std::span<float> y) {
  for_rows(rows, c, [&](int64_t, int64_t row) {
    const float *in = x.data() + row * c, *slope = alpha.data();
    float* out = y.data() + row * c;
    for (int64_t i = 0; i < c; ++i) out[i] = in[i] > 0 ? in[i] : slope[i] * in[i];
  });
}

int64_t prelu_backward_scratch_floats(int64_t rows, int64_t c) {
  return aligned_floats(2 * c) + chunks_of(rows, c) * c;
}

void prelu_backward(int64_t rows, int64_t c, std::span<const float> dy, std::span<const float> x,
                    std::span<const float> alpha, std::span<float> dx, std::span<float> dalpha,
                    std::span<float> scratch) {
  if (!dalpha.empty()) {
    auto* total = reinterpret_cast<double*>(scratch.data());
    float* parts = scratch.data() + aligned_floats(2 * c);
    const int64_t chunks = chunks_of(rows, c);
    std::fill_n(parts, chunks * c, 0.0f);
    for_rows(rows, c, [&](int64_t chunk, int64_t row) {
      const float *gradient = dy.data() + row * c, *in = x.data() + row * c;
      float* sums = parts + chunk * c;
      for (int64_t i = 0; i < c; ++i) sums[i] += in[i] > 0 ? 0.0f : gradient[i] * in[i];
    });
    add_chunks(chunks, c, parts, total);
    for (int64_t i = 0; i < c; ++i) dalpha[i] = static_cast<float>(total[i]);
  }
  if (dx.empty()) return;
  for_rows(rows, c, [&](int64_t, int64_t row) {
    const float *gradient = dy.data() + row * c, *in = x.data() + row * c, *slope = alpha.data();
    float* out = dx.data() + row * c;
    for (int64_t i = 0; i < c; ++i) out[i] = in[i] > 0 ? gradient[i] : slope[i] * gradient[i];
  });
}

}  // namespace fer::kernels
