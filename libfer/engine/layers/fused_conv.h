// Convolutions and dense layers in inference, with what follows them folded in.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "engine/graph.h"
#include "kernels/conv/conv.h"

namespace fer::engine {

// A batch norm with its moving moments: y = x * scale + shift.
struct ScaleShift {
  std::vector<float> scale, shift;
};

// A convolution, also depthwise, or dense layer together with what follows it:
//   y = min(relu(x * w + bias), relu_cap) * scale + shift
// where w is the kernel with its output channels scaled.
struct FusedConv {
  std::span<const float> kernel;
  std::vector<float> kernel_scale;  // empty: ones
  std::vector<float> bias;          // empty: zeros
  bool relu = false;
  float relu_cap = std::numeric_limits<float>::infinity();
  ScaleShift after;  // empty: nothing

  // Takes in what follows; false where the order bias, relu, scale does not allow it.
  bool absorb_batch_norm(const ScaleShift& norm);
  bool absorb_relu(float cap);

  std::vector<float> scaled_kernel() const;
  // Of pointers into this.
  kernels::ConvEpilogue epilogue() const;
};

// The layer alone. The weights must outlive it.
FusedConv fused_conv(const Operation& operation, const ParameterLayout& parameters, std::span<const float> weights);

}  // namespace fer::engine
