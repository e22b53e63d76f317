// Batch normalisation over the last axis (Ioffe and Szegedy 2015). rows = n*h*w; x, y, dy, dx [rows, c]; per-channel
// arrays [c].
//   mean = sum x / rows;  variance = sum (x - mean)^2 / rows (biased);  inv_std = 1 / sqrt(variance + epsilon)
//   y = gamma * (x - mean) * inv_std + beta
//   dbeta = sum dy;  dgamma = sum dy * (x - mean) * inv_std
//   dx = gamma * inv_std * (dy - dbeta / rows - (x - mean) * inv_std * dgamma / rows)
// Sums run over fixed chunks of rows, added in order: same bits for any number of threads.
#pragma once

#include <cstdint>
#include <span>

namespace fer::kernels {

int64_t batch_norm_scratch_floats(int64_t rows, int64_t c);

void batch_norm_statistics(int64_t rows, int64_t c, std::span<const float> x, std::span<float> mean,
                           std::span<float> variance, std::span<float> scratch);

// y = x * scale + shift, then max(., 0) if relu. y may be x.
void scale_shift(int64_t rows, int64_t c, std::span<const float> x, std::span<const float> scale,
                 std::span<const float> shift, bool relu, std::span<float> y);

struct BatchNormMoments {
  std::span<const float> mean, inv_std, gamma;
};
// dx may be dy. dgamma and dbeta are overwritten.
void batch_norm_backward(int64_t rows, int64_t c, std::span<const float> x, std::span<const float> dy,
                         const BatchNormMoments& moments, std::span<float> dx, std::span<float> dgamma,
                         std::span<float> dbeta, std::span<float> scratch);

// out[c] = sum over rows of x[rows, c]: the gradient of a bias.
void column_sums(int64_t rows, int64_t c, std::span<const float> x, std::span<float> out, std::span<float> scratch);

}  // namespace fer::kernels
