// Batch norms multiplied into the layer before them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fer/model.h"

namespace fer::onnx_file {

// The parameters of a model by layer and role.
class ParameterTable {
 public:
  explicit ParameterTable(const Weights& weights);
  // The values of parameter LAYER/role; empty where the layer has none.
  std::span<const float> of(const Layer& layer, std::string_view role) const;

 private:
  std::unordered_map<std::string, std::span<const float>> values_;
};

// A kernel whose last axis is the output channels, and its bias.
struct FoldedWeights {
  std::vector<float> kernel, bias;
};

// For each layer the index of the batch norm that it can take in, or -1: it is a convolution or dense layer without
// activation, and the batch norm alone reads it.
std::vector<int> foldable_norms(const Network& network, const std::vector<LayerInfo>& infos);

// Folds into the kernel called `kernel_role`, whose last axes are the output channels: kernel * s and (bias - mean) * s
// + beta per output channel, s = gamma / sqrt(variance + epsilon); in double, rounded once.
FoldedWeights fold(const ParameterTable& parameters, const Layer& layer, const char* kernel_role, const Layer& norm);

}  // namespace fer::onnx_file
