// What the library asks about a kind of layer and its description does not say. A kind that is missing here does not
// compile; false is the careful answer to every question.
#pragma once

#include <variant>

#include "fer/network.h"

namespace fer {

struct LayerFacts {
  // Takes any number of inputs; other kinds take one.
  bool many_inputs = false;
  // Computes nothing: only moves numbers about, zeros beside them and means of neighbours among them.
  bool moves_values = false;
  // Values stay what they are: pixels remain pixels. (True of layers that move values, and of pools and dropout.)
  bool keeps_pixels = false;
  // Gives as many outputs as it gets channels, so that it may stand behind the layer that gives the classes.
  bool keeps_channels = false;
  // May compute in 8-bit integers.
  bool int8 = false;
};

constexpr LayerFacts layer_facts(const Conv2D&) { return {.int8 = true}; }
constexpr LayerFacts layer_facts(const DepthwiseConv2D&) { return {}; }
constexpr LayerFacts layer_facts(const SeparableConv2D&) { return {}; }
constexpr LayerFacts layer_facts(const Dense&) { return {.int8 = true}; }
constexpr LayerFacts layer_facts(const BatchNorm&) { return {.keeps_channels = true}; }
constexpr LayerFacts layer_facts(const ActivationLayer&) { return {.keeps_channels = true}; }
constexpr LayerFacts layer_facts(const PRelu&) { return {.keeps_channels = true}; }
constexpr LayerFacts layer_facts(const MaxPool2D&) { return {.keeps_pixels = true}; }
constexpr LayerFacts layer_facts(const AveragePool2D&) { return {.keeps_pixels = true}; }
constexpr LayerFacts layer_facts(const GlobalAveragePool2D&) { return {.keeps_channels = true}; }
constexpr LayerFacts layer_facts(const GlobalMaxPool2D&) { return {.keeps_channels = true}; }
constexpr LayerFacts layer_facts(const Dropout&) { return {.keeps_pixels = true, .keeps_channels = true}; }
constexpr LayerFacts layer_facts(const Flatten&) { return {.moves_values = true, .keeps_pixels = true}; }
inline LayerFacts layer_facts(const Reshape&) { return {.moves_values = true, .keeps_pixels = true}; }
constexpr LayerFacts layer_facts(const Add&) { return {.many_inputs = true}; }
constexpr LayerFacts layer_facts(const Multiply&) { return {.many_inputs = true}; }
constexpr LayerFacts layer_facts(const Concat&) {
  return {.many_inputs = true, .moves_values = true, .keeps_pixels = true};
}
constexpr LayerFacts layer_facts(const ZeroPad2D&) { return {.moves_values = true, .keeps_pixels = true}; }
constexpr LayerFacts layer_facts(const Crop2D&) { return {.moves_values = true, .keeps_pixels = true}; }
constexpr LayerFacts layer_facts(const UpSample2D&) { return {.moves_values = true, .keeps_pixels = true}; }
constexpr LayerFacts layer_facts(const Resize&) { return {.moves_values = true, .keeps_pixels = true}; }

// (Another name than layer_facts: every kind of layer turns into a LayerKind by itself, and one that is forgotten above
// would end here.)
inline LayerFacts facts_of(const LayerKind& kind) {
  return std::visit([](const auto& layer) { return layer_facts(layer); }, kind);
}

// The activation within a layer's description; linear for kinds that have none.
template <class... Kinds>
Activation own_activation(const std::variant<Kinds...>& kind) {
  return std::visit(
      [](const auto& layer) {
        if constexpr (requires { layer.activation; }) {
          return layer.activation;
        } else {
          return Activation::kLinear;
        }
      },
      kind);
}

}  // namespace fer
