// What the last layer of a classifier gives.
#pragma once

#include <variant>

#include "fer/network.h"

namespace fer {

// True where the last layer ends in a softmax; otherwise its outputs are taken for logits.
inline bool gives_probabilities(const Network& network) {
  if (network.layers.empty()) return false;
  const LayerKind& last = network.layers.back().kind;
  if (const auto* dense = std::get_if<Dense>(&last)) return dense->activation == Activation::kSoftmax;
  if (const auto* conv = std::get_if<Conv2D>(&last)) return conv->activation == Activation::kSoftmax;
  if (const auto* layer = std::get_if<ActivationLayer>(&last)) return layer->function == Activation::kSoftmax;
  return false;
}

}  // namespace fer
