// A dense layer as the engine computes it, a 1x1 convolution of images of one pixel:
// y[n,u] = bias[u] + sum over i of x[n,i] * w[i,u]. x [n,inputs], w [inputs,units], y [n,units].
#pragma once

#include <algorithm>
#include <span>

#include "kernels/conv/conv.h"
#include "kernels/shapes.h"

namespace fer::kernels {

inline ConvShape as_conv(const DenseShape& s) {
  return {.n = s.n, .h = 1, .w = 1, .ci = s.inputs, .co = s.units, .kh = 1, .kw = 1, .oh = 1, .ow = 1};
}

inline int64_t dense_scratch_floats(const DenseShape& s) {
  int64_t floats = 0;
  for (const ConvPass pass : {ConvPass::kForward, ConvPass::kBackwardData, ConvPass::kBackwardWeights}) {
    floats = std::max(floats, conv_scratch_floats(as_conv(s), pass, ConvAlgorithm::kDirect));
  }
  return floats;
}

inline void dense_forward(const DenseShape& s, std::span<const float> x, std::span<const float> w,
                          const ConvEpilogue& epilogue, std::span<float> y, std::span<float> scratch) {
  conv_forward(as_conv(s), ConvAlgorithm::kDirect, x, w, epilogue, y, scratch);
}

inline void dense_backward_data(const DenseShape& s, std::span<const float> dy, std::span<const float> w,
                                std::span<float> dx, std::span<float> scratch) {
  conv_backward_data(as_conv(s), ConvAlgorithm::kDirect, dy, w, dx, scratch);
}

inline void dense_backward_weights(const DenseShape& s, std::span<const float> x, std::span<const float> dy,
                                   std::span<float> dw, std::span<float> scratch) {
  conv_backward_weights(as_conv(s), ConvAlgorithm::kDirect, x, dy, dw, scratch);
}

}  // namespace fer::kernels
