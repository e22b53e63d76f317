// The truth that kernels/window/pool.h is held to. Padding never wins a max and is not counted in an average.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/shapes.h"

namespace fer::kernels::reference {

// Calls f(x index, y index, place in the window) for every cell of every window that lies inside the image, windows in
// order, cells of a window in order.
template <class F>
void for_each_cell(const PoolShape& s, const F& f) {
  for (int64_t n = 0; n < s.n; ++n)
    for (int64_t oh = 0; oh < s.oh; ++oh)
      for (int64_t ow = 0; ow < s.ow; ++ow)
        for (int64_t c = 0; c < s.c; ++c)
          for (int64_t kh = 0; kh < s.kh; ++kh)
            for (int64_t kw = 0; kw < s.kw; ++kw) {
              const int64_t h = oh * s.sh + kh - s.pad_top, w = ow * s.sw + kw - s.pad_left;
              if (h < 0 || h >= s.h || w < 0 || w >= s.w) continue;
              f(((n * s.h + h) * s.w + w) * s.c + c, ((n * s.oh + oh) * s.ow + ow) * s.c + c, kh * s.kw + kw);
            }
}

template <class T>
struct MaxPooled {
  std::vector<T> y;
  std::vector<int64_t> winner;  // place in the window of the first largest cell
};

template <class T>
MaxPooled<T> max_pool_forward(const PoolShape& s, const std::vector<T>& x) {
  MaxPooled<T> result{std::vector<T>(s.y_floats()), std::vector<int64_t>(s.y_floats(), -1)};
  for_each_cell(s, [&](int64_t xi, int64_t yi, int64_t place) {
    const bool first = result.winner[yi] < 0;
    if (!first && !(x[xi] > result.y[yi]) && !std::isnan(x[xi])) return;
    result.y[yi] = x[xi];
    result.winner[yi] = place;
  });
  return result;
}

template <class T>
std::vector<T> max_pool_backward(const PoolShape& s, const std::vector<T>& dy, const std::vector<int64_t>& winner) {
  std::vector<double> dx(s.x_floats());
  for_each_cell(s, [&](int64_t xi, int64_t yi, int64_t place) { dx[xi] += place == winner[yi] ? dy[yi] : T{0}; });
  return {dx.begin(), dx.end()};
}

inline std::vector<double> cells_inside(const PoolShape& s) {
  std::vector<double> cells(s.y_floats());
  for_each_cell(s, [&](int64_t, int64_t yi, int64_t) { cells[yi] += 1; });
  return cells;
}

template <class T>
std::vector<T> average_pool_forward(const PoolShape& s, const std::vector<T>& x) {
  const std::vector<double> cells = cells_inside(s);
  std::vector<double> y(s.y_floats());
  for_each_cell(s, [&](int64_t xi, int64_t yi, int64_t) { y[yi] += x[xi] / cells[yi]; });
  return {y.begin(), y.end()};
}

template <class T>
std::vector<T> average_pool_backward(const PoolShape& s, const std::vector<T>& dy) {
  const std::vector<double> cells = cells_inside(s);
  std::vector<double> dx(s.x_floats());
  for_each_cell(s, [&](int64_t xi, int64_t yi, int64_t) { dx[xi] += dy[yi] / cells[yi]; });
  return {dx.begin(), dx.end()};
}

}  // namespace fer::kernels::reference
