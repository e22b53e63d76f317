// Kernels that go over values one by one. Outputs are overwritten and may be the input they are computed from, unless
// said.
#pragma once

#include <cstdint>
#include <span>

#include "core/random.h"
#include "fer/activation.h"

namespace fer::kernels {

// y = f(x). alpha 0 means the function's default (fer/activation.h). softmax runs over rows of `row` values; the others
// ignore `row`.
void activation_forward(Activation f, float alpha, int64_t row, std::span<const float> x, std::span<float> y);
// Whether f's slope is found from its input rather than its output.
inline bool activation_reads_input(Activation f) { return f == Activation::kSilu || f == Activation::kHardSwish; }
// dx = dy * f'(x), from y = f(x) and, where activation_reads_input, from x, which else may be empty.
void activation_backward(Activation f, float alpha, int64_t row, std::span<const float> x, std::span<const float> y,
                         std::span<const float> dy, std::span<float> dx);

// y[i] = x[i] / (1 - rate) where the i-th number of the stream is >= rate, else 0. Backward is the same function of dy.
void dropout(const RandomStream& stream, float rate, std::span<const float> x, std::span<float> y);

void add(std::span<const float> a, std::span<const float> b, std::span<float> y);

// out = pixel * scale + shift
void bytes_to_floats(std::span<const uint8_t> pixels, float scale, float shift, std::span<float> out);

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

// gradient += l1 * sign(w) + 2 * l2 * w; returns l1 * sum |w| + l2 * sum w^2 (summed over fixed chunks).
double add_regularizer(float l1, float l2, std::span<const float> w, std::span<float> gradient);

double sum_of_squares(std::span<const float> x);  // over fixed chunks, in double; NaN or inf where any value is
void scale_values(float factor, std::span<float> x);
void clip_values(float limit, std::span<float> x);

}  // namespace fer::kernels
