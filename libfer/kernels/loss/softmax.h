// Softmax over the last axis, behind activation_forward and activation_backward. Rows of `row` values; y may be x, dx
// may be dy.
#pragma once

#include <cstdint>
#include <span>

namespace fer::kernels {

void softmax_forward(int64_t row, std::span<const float> x, std::span<float> y);
// dx = y * (dy - sum of dy * y over the row)
void softmax_backward(int64_t row, std::span<const float> y, std::span<const float> dy, std::span<float> dx);

}  // namespace fer::kernels
