// Depthwise convolution of a batch: y[n,oh,ow,c*m+j] = sum over kh,kw of x[n, oh*sh+kh-pad_top, ow*sw+kw-pad_left, c] *
// w[kh,kw,c,j], with m = s.multiplier filters per channel and 0 <= j < m. Cells outside x count as zero.
//
//   x, dx  [n,h,w,c]    w, dw  [kh,kw,c,m]    y, dy  [n,oh,ow,c*m]
//   scratch   depthwise_scratch_floats(...) floats, for this n or a larger one, 64-byte aligned; contents undefined
//             before and after
//
// Outputs are overwritten and must not overlap inputs. Sizes are the caller's duty. Does not allocate, throw or keep
// pointers. Same bits for any number of threads on one instruction set. There are two operations to three loads at best
// and nothing to transform: a direct sum, a vector of channels at a time, over pixels that lie side by side.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/conv/conv.h"
#include "kernels/shapes.h"

namespace fer::kernels {

int64_t depthwise_scratch_floats(const DepthwiseShape& s, ConvPass pass);

void depthwise_forward(const DepthwiseShape& s, std::span<const float> x, std::span<const float> w,
                       const ConvEpilogue& epilogue, std::span<float> y, std::span<float> scratch);
// dx = sum of dy * w over every output that x reached.
void depthwise_backward_data(const DepthwiseShape& s, std::span<const float> dy, std::span<const float> w,
                             std::span<float> dx, std::span<float> scratch);
// dw[kh,kw,c,j] = sum over n,oh,ow of x * dy.
void depthwise_backward_weights(const DepthwiseShape& s, std::span<const float> x, std::span<const float> dy,
                                std::span<float> dw, std::span<float> scratch);

}  // namespace fer::kernels
