#include <fmt/format.h>

#include "fer/error.h"
#include "fer/network.h"
#include "fer/weights.h"
#include "network/infer_layer.h"

namespace fer {
namespace {

// The flatten or reshape that stands before a layer, by name; empty where there is none.
std::string unrolling_layer(const Network& network, const std::vector<LayerInfo>& infos, int layer) {
  for (; layer >= 0; layer = infos[layer].inputs[0]) {
    const LayerKind& kind = network.layers[layer].kind;
    if (std::holds_alternative<Flatten>(kind) || std::holds_alternative<Reshape>(kind)) {
      return network.layers[layer].name;
    }
  }
  return {};
}

void check_parameters(const Network& network, const Network& resized) {
  const std::vector<Parameter> expected = parameter_layout(network).parameters,
                               found = parameter_layout(resized).parameters;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (expected[i].shape == found[i].shape) continue;
    const std::string before = unrolling_layer(network, infer(network), expected[i].layer);
    fail_at(network.layers[expected[i].layer], "{}: expected {} for every size of picture, found {}{}",
            expected[i].name, expected[i].shape.to_string(), found[i].shape.to_string(),
            before.empty()
                ? ""
                : fmt::format(": layer '{}' makes more values of larger maps, a global pool does not", before));
  }
}

}  // namespace

Network with_input_size(Network network, const PictureSize& size) {
  const Network before = network;
  network.input = Shape({size.height, size.width, before.input[2]});
  try {
    infer(network);
    check_parameters(before, network);
    if (class_count(network) == class_count(before)) return network;
  } catch (const Error& e) {
    throw Error(fmt::format("network {} at input {}: {}", network.name, network.input.to_string(), e.what()));
  }
  throw Error(fmt::format("network {} at input {}: expected {} outputs, found {}", network.name,
                          network.input.to_string(), class_count(before), class_count(network)));
}

}  // namespace fer
