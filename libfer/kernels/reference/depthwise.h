// The truth that kernels/depthwise/depthwise.h is held to.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/shapes.h"

namespace fer::kernels::reference {

// Calls f(x index, w index, y index) for every product of the convolution: y[y index] += x[x index] * w[w index].
template <class F>
void for_each_product(const DepthwiseShape& s, const F& f) {
  for (int64_t n = 0; n < s.n; ++n)
    for (int64_t oh = 0; oh < s.oh; ++oh)
      for (int64_t ow = 0; ow < s.ow; ++ow)
        for (int64_t kh = 0; kh < s.kh; ++kh)
          for (int64_t kw = 0; kw < s.kw; ++kw) {
            const int64_t h = oh * s.sh + kh - s.pad_top, w = ow * s.sw + kw - s.pad_left;
            if (h < 0 || h >= s.h || w < 0 || w >= s.w) continue;
            for (int64_t c = 0; c < s.c; ++c)
              for (int64_t j = 0; j < s.multiplier; ++j)
                f(((n * s.h + h) * s.w + w) * s.c + c, ((kh * s.kw + kw) * s.c + c) * s.multiplier + j,
                  (((n * s.oh + oh) * s.ow + ow) * s.c + c) * s.multiplier + j);
          }
}

// bias may be empty: zero.
template <class T>
std::vector<T> depthwise_forward(const DepthwiseShape& s, const std::vector<T>& x, const std::vector<T>& w,
                                 const std::vector<T>& bias) {
  std::vector<double> y(s.y_floats());
  if (!bias.empty())
    for (int64_t i = 0; i < s.y_floats(); ++i) y[i] = bias[i % s.co()];
  for_each_product(s, [&](int64_t xi, int64_t wi, int64_t yi) { y[yi] += double{x[xi]} * w[wi]; });
  return {y.begin(), y.end()};
}

template <class T>
std::vector<T> depthwise_backward_data(const DepthwiseShape& s, const std::vector<T>& dy, const std::vector<T>& w) {
  std::vector<double> dx(s.x_floats());
  for_each_product(s, [&](int64_t xi, int64_t wi, int64_t yi) { dx[xi] += double{dy[yi]} * w[wi]; });
  return {dx.begin(), dx.end()};
}

template <class T>
std::vector<T> depthwise_backward_weights(const DepthwiseShape& s, const std::vector<T>& x, const std::vector<T>& dy) {
  std::vector<double> dw(s.w_floats());
  for_each_product(s, [&](int64_t xi, int64_t wi, int64_t yi) { dw[wi] += double{x[xi]} * dy[yi]; });
  return {dw.begin(), dw.end()};
}

}  // namespace fer::kernels::reference
