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

#include "kernels/shapes.h"

namespace fer::kernels {

int64_t batch_norm_scratch_floats(int64_t rows, int64_t c);

void batch_norm_statistics(int64_t rows, int64_t c, std::span<const float> x, std::span<float> mean,
                           std::span<float> variance, std::span<float> scratch);
// The same in two steps, for statistics of several batches: of each batch the mean and sum (x - mean)^2, and of the
// batches together, in their order, the mean and the variance (Chan, Golub and LeVeque 1979).
//   parts  [batches][2 * c]: mean, squares of a batch   rows  [batches]
void batch_norm_part(int64_t rows, int64_t c, std::span<const float> x, std::span<double> part,
                     std::span<float> scratch);
void join_batch_norm_parts(int64_t c, std::span<const int64_t> rows, std::span<const double> parts,
                           std::span<float> mean, std::span<float> variance);

// y = x * scale + shift, then max(., 0) if relu, NaN staying NaN. y may be x.
void scale_shift(int64_t rows, int64_t c, std::span<const float> x, std::span<const float> scale,
                 std::span<const float> shift, bool relu, std::span<float> y);

struct BatchNormMoments {
  std::span<const float> mean, inv_std, gamma;
};
// The backward pass of a batch norm together with that of what stands around it, in the same walks over memory:
//   (bias and) relu_before -> batch norm -> relu_after -> max pool
struct BatchNormGradient {
  int64_t rows = 0, c = 0;
  std::span<const float> x;   // the norm's input, with relu_before the relu's output
  std::span<const float> dy;  // by the last output; with a pool [n,oh,ow,c]
  BatchNormMoments moments;
  std::span<const float> scale, shift;  // with relu_after: the norm's output was x * scale + shift
  bool relu_before = false, relu_after = false;
  const PoolShape* pool = nullptr;  // of windows that do not overlap; n * h * w = rows
  std::span<const uint8_t> winner;  // as max_pool_forward left it
};
// All are overwritten. dx by x (or what the relu was of), empty where not wanted, may be dy without a pool; dbias [c] =
// the sum of dx over rows, empty where not wanted.
struct BatchNormGradients {
  std::span<float> dx, dgamma, dbeta, dbias = {};
};
int64_t batch_norm_backward_scratch_floats(const BatchNormGradient& gradient);
void batch_norm_backward(const BatchNormGradient& gradient, const BatchNormGradients& out, std::span<float> scratch);
// The same in two steps, for statistics of several batches, with `sums` [2 * c]: the sum of dy, and of dy * (x - mean).
// dgamma and dbeta are of `own`; dx takes those of all batches, which have all_rows rows.
void batch_norm_backward_sums(const BatchNormGradient& gradient, std::span<double> sums, std::span<float> scratch);
void batch_norm_backward_input(const BatchNormGradient& gradient, std::span<const double> own,
                               std::span<const double> all, int64_t all_rows, const BatchNormGradients& out,
                               std::span<float> scratch);

// out[c] = sum over rows of x[rows, c]: the gradient of a bias.
void column_sums(int64_t rows, int64_t c, std::span<const float> x, std::span<float> out, std::span<float> scratch);

}  // namespace fer::kernels
