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
inline bool activation_reads_input(Activation f) {
  return f == Activation::kSilu || f == Activation::kGelu || f == Activation::kGeluTanh || f == Activation::kMish ||
         f == Activation::kHardSwish;
}
// dx = dy * f'(x), from y = f(x) and, where activation_reads_input, from x, which else may be empty.
void activation_backward(Activation f, float alpha, int64_t row, std::span<const float> x, std::span<const float> y,
                         std::span<const float> dy, std::span<float> dx);

// y[i] = x[i] / (1 - rate) where the i-th number of the stream is >= rate, else 0. Backward is the same function of dy.
void dropout(const RandomStream& stream, float rate, std::span<const float> x, std::span<float> y);

void add(std::span<const float> a, std::span<const float> b, std::span<float> y);

// gradient += l1 * sign(w) + 2 * l2 * w; returns l1 * sum |w| + l2 * sum w^2 (summed over fixed chunks).
double add_regularizer(float l1, float l2, std::span<const float> w, std::span<float> gradient);

double sum_of_squares(std::span<const float> x);  // over fixed chunks, in double; NaN or inf where any value is
void scale_values(float factor, std::span<float> x);
void clip_values(float limit, std::span<float> x);

}  // namespace fer::kernels
