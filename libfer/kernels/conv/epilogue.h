// What follows a convolution's sums, while they are still in cache.
#pragma once

#include <cstdint>
#include <limits>

namespace fer::kernels {

// What happens to a sum before it is stored: v = sum + bias; if relu, v = min(max(v, 0), relu_cap), NaN staying NaN;
// if scale, v = v * scale[co] + shift[co].
struct ConvEpilogue {
  const float* bias = nullptr;  // null: zero
  bool relu = false;
  float relu_cap = std::numeric_limits<float>::infinity();
  const float* scale = nullptr;  // with shift, or null
  const float* shift = nullptr;
};

// x = epilogue(x) in place for `rows` rows of x, row_stride floats apart, that hold `channels` output channels from
// number `channel` on. One thread.
void apply_epilogue(const ConvEpilogue& epilogue, int64_t rows, int64_t channel, int64_t channels, float* x,
                    int64_t row_stride);

// out[i] = sum of in[p * stride + i] over the parts p, in their order: the same bits for any number of threads.
// i < floats; out may be in.
void sum_parts(int64_t parts, int64_t stride, int64_t floats, const float* in, float* out);

}  // namespace fer::kernels
