// The weights of a network: where each lies, and how they begin.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fer/export.h"
#include "fer/network.h"
#include "fer/tensor.h"

namespace FER_PUBLIC fer {

// One named array of a model. `trainable` is false for a batch norm's moving moments and for everything in a frozen
// layer.
struct Parameter {
  std::string name;    // "conv1/kernel", "bn1/moving_mean"
  Shape shape;         // kernels [kh,kw,ci,co] or [in,units]; vectors [channels]
  int64_t offset = 0;  // of its first element, in floats, from the start of Weights::values; a multiple of 16
  int layer = 0;       // index into Network::layers
  bool trainable = true;
  Initializer init;
  Regularizer regularizer;
};

// Where every parameter of a network lies in one flat array: all trainable ones first ([0, trainable_floats)), then the
// others. Gaps from alignment hold zeros. The order within each part is the order of the layers: kernel, bias; gamma,
// beta, moving_mean, moving_variance.
struct ParameterLayout {
  std::vector<Parameter> parameters;
  int64_t trainable_floats = 0;
  int64_t total_floats = 0;
};
ParameterLayout parameter_layout(const Network& network);

struct Weights {
  ParameterLayout layout;
  Tensor values;  // [layout.total_floats]

  Weights() = default;
  // All parameters are zero.
  explicit Weights(const Network& network);
  std::span<float> of(const Parameter& p) {
    return values.values().subspan(static_cast<size_t>(p.offset), static_cast<size_t>(p.shape.elements()));
  }
  std::span<const float> of(const Parameter& p) const {
    return values.values().subspan(static_cast<size_t>(p.offset), static_cast<size_t>(p.shape.elements()));
  }
};

// Draws every parameter from its initialiser: a pure function of network and seed.
Weights initialize(const Network& network, uint64_t seed);

}  // namespace fer
