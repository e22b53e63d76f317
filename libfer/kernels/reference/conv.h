// The truth that kernels/conv/conv.h is held to. All references: one loop nest that can be checked by eye, sums in
// double, results in new vectors; T is float or double.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/shapes.h"

namespace fer::kernels::reference {

// Calls f(x index, w index, y index) for every product of the convolution: y[y index] += x[x index] * w[w index].
template <class F>
void for_each_product(const ConvShape& s, const F& f) {
  for (int64_t n = 0; n < s.n; ++n)
    for (int64_t oh = 0; oh < s.oh; ++oh)
      for (int64_t ow = 0; ow < s.ow; ++ow)
        for (int64_t kh = 0; kh < s.kh; ++kh)
          for (int64_t kw = 0; kw < s.kw; ++kw) {
            const int64_t h = oh * s.sh + kh * s.dilation_h - s.pad_top;
            const int64_t w = ow * s.sw + kw * s.dilation_w - s.pad_left;
            if (h < 0 || h >= s.h || w < 0 || w >= s.w) continue;
            for (int64_t ci = 0; ci < s.ci / s.groups; ++ci)
              for (int64_t co = 0; co < s.co; ++co) {
                const int64_t group = co / (s.co / s.groups);
                f(((n * s.h + h) * s.w + w) * s.ci + group * (s.ci / s.groups) + ci,
                  ((kh * s.kw + kw) * (s.ci / s.groups) + ci) * s.co + co, ((n * s.oh + oh) * s.ow + ow) * s.co + co);
              }
          }
}

// bias may be empty: zero.
template <class T>
std::vector<T> conv_forward(const ConvShape& s, const std::vector<T>& x, const std::vector<T>& w,
                            const std::vector<T>& bias) {
  std::vector<double> y(s.y_floats());
  if (!bias.empty())
    for (int64_t i = 0; i < s.y_floats(); ++i) y[i] = bias[i % s.co];
  for_each_product(s, [&](int64_t xi, int64_t wi, int64_t yi) { y[yi] += double{x[xi]} * w[wi]; });
  return {y.begin(), y.end()};
}

template <class T>
std::vector<T> conv_backward_data(const ConvShape& s, const std::vector<T>& dy, const std::vector<T>& w) {
  std::vector<double> dx(s.x_floats());
  for_each_product(s, [&](int64_t xi, int64_t wi, int64_t yi) { dx[xi] += double{dy[yi]} * w[wi]; });
  return {dx.begin(), dx.end()};
}

template <class T>
std::vector<T> conv_backward_weights(const ConvShape& s, const std::vector<T>& x, const std::vector<T>& dy) {
  std::vector<double> dw(s.w_floats());
  for_each_product(s, [&](int64_t xi, int64_t wi, int64_t yi) { dw[wi] += double{x[xi]} * dy[yi]; });
  return {dw.begin(), dw.end()};
}

// The gradient of a bias: sums over the rows of x [rows, c].
template <class T>
std::vector<T> column_sums(int64_t c, const std::vector<T>& x) {
  std::vector<double> sums(c);
  for (size_t i = 0; i < x.size(); ++i) sums[i % c] += x[i];
  return {sums.begin(), sums.end()};
}

}  // namespace fer::kernels::reference
