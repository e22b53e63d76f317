#include "kernels/window/spatial.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"

namespace fer::kernels {
namespace {

// The two cells that a resized cell lies between, and the second one's share.
struct Between {
  int64_t low = 0, high = 0;
  float share = 0;
};

Between between(int64_t out, int64_t outs, int64_t ins) {
  const double at = (static_cast<double>(out) + 0.5) * static_cast<double>(ins) / static_cast<double>(outs) - 0.5;
  const double inside = std::clamp(at, 0.0, static_cast<double>(ins - 1));
  const auto low = static_cast<int64_t>(std::floor(inside));
  return {low, std::min(low + 1, ins - 1), static_cast<float>(inside - static_cast<double>(low))};
}

// Calls f(out cell, in cell, share) for the four cells that make up each resized cell of image n.
template <class F>
void for_resized_cells(const ResizeShape& s, int64_t n, const F& f) {
  for (int64_t oh = 0; oh < s.oh; ++oh) {
    const Between row = between(oh, s.oh, s.h);
    for (int64_t ow = 0; ow < s.ow; ++ow) {
      const Between column = between(ow, s.ow, s.w);
      const int64_t out = (n * s.oh + oh) * s.ow + ow;
      const auto cell = [&](int64_t h, int64_t w) { return (n * s.h + h) * s.w + w; };
      f(out, cell(row.low, column.low), (1 - row.share) * (1 - column.share));
      f(out, cell(row.low, column.high), (1 - row.share) * column.share);
      f(out, cell(row.high, column.low), row.share * (1 - column.share));
      f(out, cell(row.high, column.high), row.share * column.share);
    }
  }
}

}  // namespace

void zero_pad_forward(const PadShape& s, std::span<const float> x, std::span<float> y) {
  const int64_t out_w = s.w + 2 * s.pad, out_h = s.h + 2 * s.pad;
  parallel_for(s.n * out_h, [&](int64_t out_row) {
    float* to = y.data() + out_row * out_w * s.c;
    const int64_t h = out_row % out_h - s.pad, n = out_row / out_h;
    std::fill_n(to, out_w * s.c, 0.0f);
    if (h >= 0 && h < s.h) std::copy_n(x.data() + (n * s.h + h) * s.w * s.c, s.w * s.c, to + s.pad * s.c);
  });
}

void zero_pad_backward(const PadShape& s, std::span<const float> dy, std::span<float> dx) {
  const int64_t out_w = s.w + 2 * s.pad, out_h = s.h + 2 * s.pad;
  parallel_for(s.n * s.h, [&](int64_t row) {
    const int64_t out_row = row / s.h * out_h + row % s.h + s.pad;
    std::copy_n(dy.data() + (out_row * out_w + s.pad) * s.c, s.w * s.c, dx.data() + row * s.w * s.c);
  });
}

void crop_forward(const CropShape& s, std::span<const float> x, std::span<float> y) {
  const int64_t out_h = s.h - s.top - s.bottom, out_w = s.w - s.left - s.right;
  parallel_for(s.n * out_h, [&](int64_t out_row) {
    const int64_t row = out_row / out_h * s.h + out_row % out_h + s.top;
    std::copy_n(x.data() + (row * s.w + s.left) * s.c, out_w * s.c, y.data() + out_row * out_w * s.c);
  });
}

void crop_backward(const CropShape& s, std::span<const float> dy, std::span<float> dx) {
  const int64_t out_h = s.h - s.top - s.bottom, out_w = s.w - s.left - s.right;
  parallel_for(s.n * s.h, [&](int64_t row) {
    float* to = dx.data() + row * s.w * s.c;
    const int64_t h = row % s.h - s.top, n = row / s.h;
    std::fill_n(to, s.w * s.c, 0.0f);
    if (h < 0 || h >= out_h) return;
    std::copy_n(dy.data() + (n * out_h + h) * out_w * s.c, out_w * s.c, to + s.left * s.c);
  });
}

void upsample_forward(const UpSampleShape& s, std::span<const float> x, std::span<float> y) {
  const int64_t out_row = s.w * s.columns * s.c;
  parallel_for(s.n * s.h, [&](int64_t row) {
    const float* from = x.data() + row * s.w * s.c;
    float* const first = y.data() + row * s.rows * out_row;
    float* to = first;
    for (int64_t w = 0; w < s.w; ++w, from += s.c) {
      for (int64_t copy = 0; copy < s.columns; ++copy) to = std::copy_n(from, s.c, to);
    }
    for (int64_t copy = 1; copy < s.rows; ++copy) to = std::copy_n(first, out_row, to);
  });
}

void upsample_backward(const UpSampleShape& s, std::span<const float> dy, std::span<float> dx) {
  parallel_for(s.n * s.h, [&](int64_t row) {
    const float* from = dy.data() + row * s.rows * s.w * s.columns * s.c;
    float* const to = dx.data() + row * s.w * s.c;
    std::fill_n(to, s.w * s.c, 0.0f);
    for (int64_t copy = 0; copy < s.rows; ++copy) {
      for (int64_t i = 0; i < s.w * s.columns; ++i, from += s.c) {
        float* cell = to + i / s.columns * s.c;
        for (int64_t c = 0; c < s.c; ++c) cell[c] += from[c];
      }
    }
  });
}

void resize_bilinear_forward(const ResizeShape& s, std::span<const float> x, std::span<float> y) {
  parallel_for(s.n, [&](int64_t n) {
    std::fill_n(y.data() + n * s.oh * s.ow * s.c, s.oh * s.ow * s.c, 0.0f);
    for_resized_cells(s, n, [&](int64_t out, int64_t in, float share) {
      for (int64_t c = 0; c < s.c; ++c) y[out * s.c + c] += share * x[in * s.c + c];
    });
  });
}

void resize_bilinear_backward(const ResizeShape& s, std::span<const float> dy, std::span<float> dx) {
  parallel_for(s.n, [&](int64_t n) {
    std::fill_n(dx.data() + n * s.h * s.w * s.c, s.h * s.w * s.c, 0.0f);
    for_resized_cells(s, n, [&](int64_t out, int64_t in, float share) {
      for (int64_t c = 0; c < s.c; ++c) dx[in * s.c + c] += share * dy[out * s.c + c];
    });
  });
}

}  // namespace fer::kernels
