// From layer descriptions to the shapes that kernels take.
#pragma once

#include "engine/graph.h"
#include "kernels/shapes.h"
#include "network/geometry.h"

namespace fer::engine {

inline kernels::ConvShape conv_shape(const Conv2D& conv, const Shape& input, int64_t n) {
  const Window at = window(input, dilated(conv.kernel, conv.dilation), conv.strides, conv.padding);
  return {.n = n,
          .h = input[0],
          .w = input[1],
          .ci = input[2],
          .co = conv.filters,
          .kh = conv.kernel[0],
          .kw = conv.kernel[1],
          .sh = conv.strides[0],
          .sw = conv.strides[1],
          .pad_top = at.pad_top,
          .pad_left = at.pad_left,
          .oh = at.out_h,
          .ow = at.out_w,
          .dilation_h = conv.dilation[0],
          .dilation_w = conv.dilation[1],
          .groups = conv.groups};
}

inline kernels::DepthwiseShape depthwise_shape(const DepthwiseConv2D& conv, const Shape& input, int64_t n) {
  const Window at = window(input, conv.kernel, conv.strides, conv.padding);
  return {.n = n,
          .h = input[0],
          .w = input[1],
          .c = input[2],
          .multiplier = conv.depth_multiplier,
          .kh = conv.kernel[0],
          .kw = conv.kernel[1],
          .sh = conv.strides[0],
          .sw = conv.strides[1],
          .pad_top = at.pad_top,
          .pad_left = at.pad_left,
          .oh = at.out_h,
          .ow = at.out_w};
}

inline kernels::PoolShape pool_shape(const Pair& pool, const Pair& strides, const Padding& padding, const Shape& input,
                                     int64_t n) {
  const Pair step = pool_strides(pool, strides);
  const Window at = window(input, pool, step, padding);
  return {.n = n,
          .h = input[0],
          .w = input[1],
          .c = input[2],
          .kh = pool[0],
          .kw = pool[1],
          .sh = step[0],
          .sw = step[1],
          .pad_top = at.pad_top,
          .pad_left = at.pad_left,
          .oh = at.out_h,
          .ow = at.out_w};
}

// The whole image as one window.
inline kernels::PoolShape global_pool_shape(const Shape& input, int64_t n) {
  return pool_shape({input[0], input[1]}, {1, 1}, Padding::valid(), input, n);
}

// A dense layer as the 1x1 convolution that it is.
inline kernels::ConvShape dense_shape(const Dense& dense, const Shape& input, int64_t n) {
  return {.n = n, .h = 1, .w = 1, .ci = input.elements(), .co = dense.units, .kh = 1, .kw = 1, .oh = 1, .ow = 1};
}

// The shape of an operation that is a convolution or a dense layer.
inline kernels::ConvShape conv_shape(const Operation& operation, int64_t n) {
  if (const auto* conv = std::get_if<Conv2D>(&operation.kind)) return conv_shape(*conv, operation.input, n);
  return dense_shape(std::get<Dense>(operation.kind), operation.input, n);
}

}  // namespace fer::engine
