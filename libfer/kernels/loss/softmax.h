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

// Symmetric cross-entropy (Wang et al. 2019), of p = softmax(logits) and targets q:
//   loss = sum over rows of weight[row] * (alpha * -sum_k q_k log p_k + beta * -sum_k p_k max(log q_k, log_zero))
//   dlogits = the gradient of loss by the logits, times gradient_scale
// The paper has log_zero (its A) in place of log 0 alone; as a lower limit of all log q_k it serves soft targets too.
// weight, dlogits and `correct` as above.
struct SymmetricFactors {
  double alpha = 0, beta = 0, log_zero = 0;
};
LossSum symmetric_cross_entropy(int64_t classes, const SymmetricFactors& factors, std::span<const float> logits,
                                std::span<const float> targets, std::span<const float> weight, float gradient_scale,
                                std::span<float> dlogits);
// The second sum of one row: -sum_k p_k max(log q_k, log_zero).
double reverse_cross_entropy(std::span<const float> p, std::span<const float> q, double log_zero);

}  // namespace fer::kernels
