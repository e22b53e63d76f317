#include "engine/layers/fused_conv.h"

#include <algorithm>

namespace fer::engine {

std::vector<float> FusedConv::scaled_kernel() const {
  std::vector<float> scaled(kernel.begin(), kernel.end());
  if (kernel_scale.empty()) return scaled;
  for (size_t i = 0; i < scaled.size(); ++i) scaled[i] *= kernel_scale[i % kernel_scale.size()];
  return scaled;
}

bool FusedConv::absorb_batch_norm(const ScaleShift& norm) {
  const size_t channels = norm.scale.size();
  if (!relu && after.scale.empty()) {
    kernel_scale.resize(channels, 1.0f);
    bias.resize(channels, 0.0f);
    for (size_t i = 0; i < channels; ++i) kernel_scale[i] *= norm.scale[i];
    for (size_t i = 0; i < channels; ++i) bias[i] = bias[i] * norm.scale[i] + norm.shift[i];
    return true;
  }
  if (after.scale.empty()) {
    after = norm;
    return true;
  }
  for (size_t i = 0; i < channels; ++i) {
    after.scale[i] *= norm.scale[i];
    after.shift[i] = after.shift[i] * norm.scale[i] + norm.shift[i];
  }
  return true;
}

bool FusedConv::absorb_relu(float cap) {
  if (!after.scale.empty()) return false;
  relu = true;
  relu_cap = std::min(relu_cap, cap);
  return true;
}

kernels::ConvEpilogue FusedConv::epilogue() const {
  const auto pointer = [](const std::vector<float>& values) { return values.empty() ? nullptr : values.data(); };
  return {.bias = pointer(bias),
          .relu = relu,
          .relu_cap = relu_cap,
          .scale = pointer(after.scale),
          .shift = pointer(after.shift)};
}

FusedConv fused_conv(const Operation& operation, const ParameterLayout& parameters, std::span<const float> weights) {
  const auto bias = part_of(weights, find_parameter(parameters, operation.layer, operation.bias));
  FusedConv fused;
  fused.kernel = part_of(weights, find_parameter(parameters, operation.layer, operation.kernel));
  fused.bias.assign(bias.begin(), bias.end());
  fused.relu = own_activation(operation.kind) == Activation::kRelu;
  return fused;
}

}  // namespace fer::engine
