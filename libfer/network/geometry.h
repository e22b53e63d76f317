// Where the windows of a convolution or a pool lie on an image.
#pragma once

#include <cstdint>

#include "fer/network.h"

namespace fer {

struct Window {
  int64_t pad_top = 0, pad_left = 0;  // cells before the first row and column
  int64_t out_h = 0, out_w = 0;       // 0 where the kernel is larger than the padded input
};

// Along one axis.
//   valid     out = floor((in - kernel) / stride) + 1, nothing before
//   explicit  the same with in + 2 * cells, `cells` before
//   same      out = ceil(in / stride), total = max((out - 1) * stride + kernel - in, 0), total / 2 before
struct AxisWindow {
  int64_t before = 0, out = 0;
};
AxisWindow axis_window(int64_t in, int64_t kernel, int64_t stride, const Padding& padding);

// The cells from the first to the last tap of a kernel whose taps are `dilation` cells apart: (kernel - 1) * dilation +
// 1. Windows of a dilated kernel are those of a kernel of this size.
inline Pair dilated(const Pair& kernel, const Pair& dilation) {
  return {(kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1};
}

// input: [height, width, channels]. Extents and strides are at least 1.
Window window(const Shape& input, const Pair& kernel, const Pair& strides, const Padding& padding);

// The strides in force: those given, or the pool's size for {0, 0}.
inline Pair pool_strides(const Pair& pool, const Pair& strides) { return strides == Pair{0, 0} ? pool : strides; }

}  // namespace fer
