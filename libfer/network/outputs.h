// What the last layer of a classifier gives.
#pragma once

#include <variant>

#include "fer/network.h"
#include "network/layer_facts.h"

namespace fer {

// True where the last layer ends in a softmax; otherwise its outputs are taken for logits.
inline bool gives_probabilities(const Network& network) {
  if (network.layers.empty()) return false;
  const LayerKind& last = network.layers.back().kind;
  const auto* activation = std::get_if<ActivationLayer>(&last);
  return (activation != nullptr ? activation->function : own_activation(last)) == Activation::kSoftmax;
}

}  // namespace fer
