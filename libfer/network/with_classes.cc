#include <algorithm>

#include "fer/error.h"
#include "fer/network.h"
#include "network/head.h"
#include "network/layer_facts.h"

namespace fer {
namespace {

int index_of(const Network& network, const std::string& name) {
  for (size_t i = 0; i < network.layers.size(); ++i) {
    if (network.layers[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

// The layer whose output a layer takes first.
int input_of(const Network& network, int layer) {
  const std::vector<std::string>& inputs = network.layers[layer].inputs;
  return inputs.empty() ? layer - 1 : index_of(network, inputs[0]);
}

}  // namespace

int head_of(const Network& network) {
  int at = static_cast<int>(network.layers.size()) - 1;
  while (at >= 0 && facts_of(network.layers[at].kind).keeps_channels) at = input_of(network, at);
  return at;
}

Network with_classes(Network network, const std::vector<std::string>& class_names) {
  const auto outputs = static_cast<int64_t>(class_names.size());
  const bool fits = !network.layers.empty() && class_count(network) == outputs;
  network.class_names = class_names;
  if (fits) return network;
  const int at = head_of(network);
  if (at >= 0) {
    LayerKind& kind = network.layers[at].kind;
    if (auto* dense = std::get_if<Dense>(&kind)) {
      dense->units = outputs;
      return network;
    }
    if (auto* conv = std::get_if<Conv2D>(&kind)) {
      conv->filters = outputs;
      return network;
    }
  }
  throw Error("network " + network.name + ": cannot be given " + std::to_string(outputs) +
              " outputs: expected it to end in a dense layer or a convolution" +
              (at >= 0 ? ", found " + network.layers[at].name : ""));
}

}  // namespace fer
