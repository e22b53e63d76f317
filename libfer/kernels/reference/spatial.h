// The truth that kernels/window/spatial.h is held to: zero padding, cutting off, repeating and bilinear resizing with
// half-pixel centres.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/window/spatial.h"

namespace fer::kernels::reference {

// Calls f(x index, y index) for every cell of the image and where it lands.
template <class F>
void for_each_padded(const PadShape& s, const F& f) {
  for (int64_t n = 0; n < s.n; ++n)
    for (int64_t h = 0; h < s.h; ++h)
      for (int64_t w = 0; w < s.w; ++w)
        for (int64_t c = 0; c < s.c; ++c)
          f(((n * s.h + h) * s.w + w) * s.c + c,
            ((n * (s.h + 2 * s.pad) + h + s.pad) * (s.w + 2 * s.pad) + w + s.pad) * s.c + c);
}

template <class T>
std::vector<T> zero_pad_forward(const PadShape& s, const std::vector<T>& x) {
  std::vector<T> y(s.n * (s.h + 2 * s.pad) * (s.w + 2 * s.pad) * s.c);
  for_each_padded(s, [&](int64_t xi, int64_t yi) { y[yi] = x[xi]; });
  return y;
}

template <class T>
std::vector<T> zero_pad_backward(const PadShape& s, const std::vector<T>& dy) {
  std::vector<T> dx(s.n * s.h * s.w * s.c);
  for_each_padded(s, [&](int64_t xi, int64_t yi) { dx[xi] = dy[yi]; });
  return dx;
}

// Calls f(x index, y index) for every cell that stays, and where it lands.
template <class F>
void for_each_cropped(const CropShape& s, const F& f) {
  const int64_t oh = s.h - s.top - s.bottom, ow = s.w - s.left - s.right;
  for (int64_t n = 0; n < s.n; ++n)
    for (int64_t h = 0; h < oh; ++h)
      for (int64_t w = 0; w < ow; ++w)
        for (int64_t c = 0; c < s.c; ++c)
          f(((n * s.h + h + s.top) * s.w + w + s.left) * s.c + c, ((n * oh + h) * ow + w) * s.c + c);
}

template <class T>
std::vector<T> crop_forward(const CropShape& s, const std::vector<T>& x) {
  std::vector<T> y(s.n * (s.h - s.top - s.bottom) * (s.w - s.left - s.right) * s.c);
  for_each_cropped(s, [&](int64_t xi, int64_t yi) { y[yi] = x[xi]; });
  return y;
}

template <class T>
std::vector<T> crop_backward(const CropShape& s, const std::vector<T>& dy) {
  std::vector<T> dx(s.n * s.h * s.w * s.c);
  for_each_cropped(s, [&](int64_t xi, int64_t yi) { dx[xi] = dy[yi]; });
  return dx;
}

// Calls f(x index, y index) for every cell of y and the one it repeats.
template <class F>
void for_each_copy(const UpSampleShape& s, const F& f) {
  const int64_t oh = s.h * s.rows, ow = s.w * s.columns;
  for (int64_t n = 0; n < s.n; ++n)
    for (int64_t h = 0; h < oh; ++h)
      for (int64_t w = 0; w < ow; ++w)
        for (int64_t c = 0; c < s.c; ++c)
          f(((n * s.h + h / s.rows) * s.w + w / s.columns) * s.c + c, ((n * oh + h) * ow + w) * s.c + c);
}

template <class T>
std::vector<T> upsample_forward(const UpSampleShape& s, const std::vector<T>& x) {
  std::vector<T> y(s.n * s.h * s.rows * s.w * s.columns * s.c);
  for_each_copy(s, [&](int64_t xi, int64_t yi) { y[yi] = x[xi]; });
  return y;
}

template <class T>
std::vector<T> upsample_backward(const UpSampleShape& s, const std::vector<T>& dy) {
  std::vector<double> dx(s.n * s.h * s.w * s.c);
  for_each_copy(s, [&](int64_t xi, int64_t yi) { dx[xi] += dy[yi]; });
  return {dx.begin(), dx.end()};
}

// How much cell `in` of `ins` counts in cell `out` of `outs`, along one axis: a tent one cell wide around the place
// that the output's centre falls on.
inline double resize_share(int64_t out, int64_t outs, int64_t in, int64_t ins) {
  const double centre = (static_cast<double>(out) + 0.5) * static_cast<double>(ins) / static_cast<double>(outs) - 0.5;
  const double inside = std::clamp(centre, 0.0, static_cast<double>(ins - 1));
  return std::max(0.0, 1 - std::fabs(inside - static_cast<double>(in)));
}

// Calls f(x index, y index, share) for every pair of cells.
template <class F>
void for_each_share(const ResizeShape& s, const F& f) {
  for (int64_t n = 0; n < s.n; ++n)
    for (int64_t oh = 0; oh < s.oh; ++oh)
      for (int64_t ow = 0; ow < s.ow; ++ow)
        for (int64_t h = 0; h < s.h; ++h)
          for (int64_t w = 0; w < s.w; ++w)
            for (int64_t c = 0; c < s.c; ++c)
              f(((n * s.h + h) * s.w + w) * s.c + c, ((n * s.oh + oh) * s.ow + ow) * s.c + c,
                resize_share(oh, s.oh, h, s.h) * resize_share(ow, s.ow, w, s.w));
}

template <class T>
std::vector<T> resize_bilinear_forward(const ResizeShape& s, const std::vector<T>& x) {
  std::vector<double> y(s.n * s.oh * s.ow * s.c);
  for_each_share(s, [&](int64_t xi, int64_t yi, double share) { y[yi] += share * x[xi]; });
  return {y.begin(), y.end()};
}

template <class T>
std::vector<T> resize_bilinear_backward(const ResizeShape& s, const std::vector<T>& dy) {
  std::vector<double> dx(s.n * s.h * s.w * s.c);
  for_each_share(s, [&](int64_t xi, int64_t yi, double share) { dx[xi] += share * dy[yi]; });
  return {dx.begin(), dx.end()};
}

}  // namespace fer::kernels::reference
