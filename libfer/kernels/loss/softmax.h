// Softmax over the last axis, and the losses of what it gives.
#pragma once

#include <cstdint>
#include <span>

namespace fer::kernels {

// Behind activation_forward and activation_backward. Rows of `row` values; y may be x, dx may be dy.
void softmax_forward(int64_t row, std::span<const float> x, std::span<float> y);
// dx = y * (dy - sum of dy * y over the row)
void softmax_backward(int64_t row, std::span<const float> y, std::span<const float> dy, std::span<float> dx);

// Softmax and cross-entropy together, rows of `classes` logits:
//   p = softmax(logits);  loss = sum over rows of weight[row] * -sum_k target[row,k] * log p[row,k]
//   dlogits = weight[row] * (p * sum_k target[row,k] - target) * gradient_scale
// weight empty: ones. `correct` counts rows whose largest logit is their largest target (the first on ties). dlogits
// may be empty.
struct LossSum {
  double loss_sum = 0;
  int64_t correct = 0;
};
LossSum softmax_cross_entropy(int64_t classes, std::span<const float> logits, std::span<const float> targets,
                              std::span<const float> weight, float gradient_scale, std::span<float> dlogits);

// Keras's squared hinge on outputs y, which are softmax(logits) where `softmax` is set, else the logits themselves:
//   loss = sum over rows of weight[row] * mean_k max(0, 1 - s_k * y[row,k])^2, s_k = 2 * target[row,k] - 1
//   dlogits = the gradient of loss by the logits, times gradient_scale
// weight, dlogits and `correct` as above.
LossSum squared_hinge(int64_t classes, bool softmax, std::span<const float> logits, std::span<const float> targets,
                      std::span<const float> weight, float gradient_scale, std::span<float> dlogits);

}  // namespace fer::kernels
