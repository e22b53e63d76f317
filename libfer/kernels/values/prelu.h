// The parametric rectifier: y = x where x > 0, else alpha * x (He et al. 2015). x, y, dy, dx [rows, c], alpha [c]. Same
// bits for any number of threads.
#pragma once

#include <cstdint>
#include <span>

namespace fer::kernels {

// y may be x. NaN stays NaN.
void prelu_forward(int64_t rows, int64_t c, std::span<const float> x, std::span<const float> alpha, std::span<float> y);

int64_t prelu_backward_scratch_floats(int64_t rows, int64_t c);

// dx = dy where x > 0, else alpha * dy; dalpha = the sum over rows of dy * x where x <= 0. Either may be empty, and dx
// may be dy.
void prelu_backward(int64_t rows, int64_t c, std::span<const float> dy, std::span<const float> x,
                    std::span<const float> alpha, std::span<float> dx, std::span<float> dalpha,
                    std::span<float> scratch);

}  // namespace fer::kernels
