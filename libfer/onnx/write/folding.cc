#include "onnx/write/folding.h"

#include <cmath>

namespace fer::onnx_file {
namespace {

// A convolution or dense layer without activation.
bool is_linear(const LayerKind& kind) {
  return std::visit(
      [](const auto& layer) {
        if constexpr (requires { layer.activation; }) {
          return layer.activation == Activation::kLinear;
        } else {
          return false;
        }
      },
      kind);
}

}  // namespace

ParameterTable::ParameterTable(const Weights& weights) {
  for (const Parameter& parameter : weights.layout.parameters) values_[parameter.name] = weights.of(parameter);
}

std::span<const float> ParameterTable::of(const Layer& layer, std::string_view role) const {
  std::string name = layer.name;
  const auto found = values_.find(name.append("/").append(role));
  return found == values_.end() ? std::span<const float>() : found->second;
}

std::vector<int> foldable_norms(const Network& network, const std::vector<LayerInfo>& infos) {
  std::vector<int> readers(infos.size(), 0), norms(infos.size(), -1);
  for (const LayerInfo& info : infos) {
    for (const int input : info.inputs) {
      if (input >= 0) ++readers[static_cast<size_t>(input)];
    }
  }
  for (size_t i = 0; i < infos.size(); ++i) {
    if (!std::holds_alternative<BatchNorm>(network.layers[i].kind) || infos[i].inputs[0] < 0) continue;
    const auto before = static_cast<size_t>(infos[i].inputs[0]);
    if (is_linear(network.layers[before].kind) && readers[before] == 1) norms[before] = static_cast<int>(i);
  }
  return norms;
}

FoldedWeights fold(const ParameterTable& parameters, const Layer& layer, const char* kernel_role, const Layer& norm) {
  const auto kernel = parameters.of(layer, kernel_role), bias = parameters.of(layer, "bias");
  const auto gamma = parameters.of(norm, "gamma"), beta = parameters.of(norm, "beta");
  const auto mean = parameters.of(norm, "moving_mean"), variance = parameters.of(norm, "moving_variance");
  const double epsilon = std::get<BatchNorm>(norm.kind).epsilon;
  const size_t channels = gamma.size();
  std::vector<double> scale(channels);
  FoldedWeights folded;
  for (size_t c = 0; c < channels; ++c) {
    scale[c] = gamma[c] / std::sqrt(variance[c] + epsilon);
    const double offset = bias.empty() ? 0 : bias[c];
    folded.bias.push_back(static_cast<float>((offset - mean[c]) * scale[c] + beta[c]));
  }
  folded.kernel.resize(kernel.size());
  for (size_t i = 0; i < kernel.size(); ++i) folded.kernel[i] = static_cast<float>(kernel[i] * scale[i % channels]);
  return folded;
}

}  // namespace fer::onnx_file
