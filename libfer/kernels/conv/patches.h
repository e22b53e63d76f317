// A convolution's patches: what one output sees of the image, as a row of a matrix. Private to convolutions. All here
// is for one group.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "kernels/shapes.h"

namespace fer::kernels {

inline int64_t patch_size(const ConvShape& s) { return s.kh * s.kw * s.ci; }
inline int64_t output_rows(const ConvShape& s) { return s.n * s.oh * s.ow; }

// A 1x1 convolution of stride 1 reads the image itself as its patches.
inline bool is_pointwise(const ConvShape& s) {
  return s.kh == 1 && s.kw == 1 && s.sh == 1 && s.sw == 1 && s.pad_top == 0 && s.pad_left == 0 && s.oh == s.h &&
         s.ow == s.w;
}

inline bool is_dilated(const ConvShape& s) { return s.dilation_h != 1 || s.dilation_w != 1; }

// Calls f(pixel) for every tap of outputs [begin, end) (counted over n, oh, ow), in the order of their patches: the
// pixel of the images that it reads, counted over n, h, w, or -1 beyond the image.
template <class F>
void for_each_tap(const ConvShape& s, int64_t begin, int64_t end, const F& f) {
  for (int64_t out = begin; out < end; ++out) {
    const int64_t ow = out % s.ow, oh = out / s.ow % s.oh, n = out / s.ow / s.oh;
    const int64_t top = oh * s.sh - s.pad_top, left = ow * s.sw - s.pad_left;
    for (int64_t i = 0; i < s.kh; ++i) {
      const int64_t row = top + i * s.dilation_h;
      for (int64_t j = 0; j < s.kw; ++j) {
        const int64_t column = left + j * s.dilation_w;
        const bool inside = row >= 0 && row < s.h && column >= 0 && column < s.w;
        f(inside ? (n * s.h + row) * s.w + column : -1);
      }
    }
  }
}

// Patches of outputs [begin, end), one after another, of an image whose pixels are `pixel` values apart, of which
// `cell` are taken; `outside` stands for cells beyond it. For any dilation.
template <class T>
void gather_taps(const ConvShape& s, const T* x, int64_t pixel, int64_t cell, int64_t begin, int64_t end, T* patches,
                 T outside = T()) {
  for_each_tap(s, begin, end, [&](int64_t at) {
    if (at < 0) {
      std::fill_n(patches, cell, outside);
    } else {
      std::copy_n(x + at * pixel, cell, patches);
    }
    patches += cell;
  });
}

// The way back: adds the patches to the pixels that they came from.
inline void scatter_taps(const ConvShape& s, const float* patches, int64_t pixel, int64_t cell, int64_t begin,
                         int64_t end, float* dx) {
  for_each_tap(s, begin, end, [&](int64_t at) {
    if (at >= 0) {
      for (int64_t c = 0; c < cell; ++c) dx[at * pixel + c] += patches[c];
    }
    patches += cell;
  });
}

// Patches of outputs [begin, end) (counted over n, oh, ow), one after another, of an image whose cells are `cell`
// values each; `outside` stands for cells beyond it.
template <class T>
void gather_patches(const ConvShape& s, const T* x, int64_t cell, int64_t begin, int64_t end, T* patches,
                    T outside = T()) {
  if (is_dilated(s)) return gather_taps(s, x, cell, cell, begin, end, patches, outside);
  const int64_t width = s.kw * cell;
  for (int64_t out = begin; out < end; ++out) {
    const int64_t ow = out % s.ow, oh = out / s.ow % s.oh, n = out / s.ow / s.oh;
    const int64_t column = ow * s.sw - s.pad_left;
    // Columns of the kernel that lie inside the image.
    const int64_t first = std::clamp<int64_t>(-column, 0, s.kw), last = std::clamp<int64_t>(s.w - column, first, s.kw);
    for (int64_t i = 0; i < s.kh; ++i, patches += width) {
      const int64_t row = oh * s.sh - s.pad_top + i;
      if (row < 0 || row >= s.h || first == last) {
        std::fill_n(patches, width, outside);
        continue;
      }
      const T* from = x + ((n * s.h + row) * s.w + column + first) * cell;
      std::fill_n(patches, first * cell, outside);
      std::memcpy(patches + first * cell, from, static_cast<size_t>((last - first) * cell) * sizeof(T));
      std::fill_n(patches + last * cell, (s.kw - last) * cell, outside);
    }
  }
}

}  // namespace fer::kernels
