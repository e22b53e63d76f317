// What the last layer of a classifier gives.
#pragma once

#include <variant>

#include "fer/network.h"

namespace fer {

// The function that a layer ends in: a convolution's, a dense or an activation layer's. Null where it has none.
inline Activation* activation_of(LayerKind& kind) {
  const auto find = [](auto& layer) -> Activation* {
    if constexpr (requires { layer.activation; }) {
      return &layer.activation;
    } else if constexpr (requires { layer.function; }) {
      return &layer.function;
    } else {
      return nullptr;
    }
  };
  return std::visit(find, kind);
}
inline const Activation* activation_of(const LayerKind& kind) { return activation_of(const_cast<LayerKind&>(kind)); }

inline Activation last_activation(const Network& network) {
  const Activation* last = network.layers.empty() ? nullptr : activation_of(network.layers.back().kind);
  return last == nullptr ? Activation::kLinear : *last;
}

inline bool ends_in_softmax(const Network& network) { return last_activation(network) == Activation::kSoftmax; }
inline bool ends_in_sigmoids(const Network& network) {
  const Activation last = last_activation(network);
  return last == Activation::kSigmoid || last == Activation::kHardSigmoid;
}

// True where each output is a class's probability as the network says it; those of sigmoids need not sum to 1.
// Otherwise the outputs are taken for logits.
inline bool gives_probabilities(const Network& network) {
  return ends_in_softmax(network) || ends_in_sigmoids(network);
}

}  // namespace fer
