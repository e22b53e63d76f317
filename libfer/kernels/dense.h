// Fully connected layer: y[n,u] = bias[u] + sum over i of x[n,i] * w[i,u]. x [n,inputs], w [inputs,units], y [n,units].
// The rules of kernels/conv.h hold (overwritten outputs, scratch, threads).
#pragma once

#include <span>

#include "kernels/conv.h"
#include "kernels/shapes.h"

namespace fer::kernels {

int64_t dense_scratch_floats(const DenseShape& s);

void dense_forward(const DenseShape& s, std::span<const float> x, std::span<const float> w,
                   const ConvEpilogue& epilogue, std::span<float> y, std::span<float> scratch);
void dense_backward_data(const DenseShape& s, std::span<const float> dy, std::span<const float> w, std::span<float> dx,
                         std::span<float> scratch);
void dense_backward_weights(const DenseShape& s, std::span<const float> x, std::span<const float> dy,
                            std::span<float> dw, std::span<float> scratch);

}  // namespace fer::kernels
