#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "fer/error.h"
#include "fer/network.h"
#include "network/infer_layer.h"
#include "network/json_text.h"
#include "network/layer_facts.h"
#include "network/limits.h"

namespace fer {
namespace {

bool is_good_text(const std::string& text) {
  return text.size() <= kMaxNameBytes &&
         std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}
bool is_good_name(const std::string& name) { return !name.empty() && is_good_text(name); }

// Texts that a file may not hold would make a network that cannot be read again.
void check_texts(const Network& network) {
  if (!is_good_text(network.name)) {
    throw Error(fmt::format("name: expected at most {} bytes without control characters, found {}", kMaxNameBytes,
                            shown(network.name)));
  }
  std::set<std::string_view> seen;
  for (const std::string& name : network.class_names) {
    if (!is_good_name(name)) {
      throw Error(fmt::format("class_names: expected 1 to {} bytes without control characters, found {}", kMaxNameBytes,
                              shown(name)));
    }
    if (!seen.insert(name).second) {
      throw Error("class_names: expected each name once, found '" + name + "' twice");
    }
  }
}

void check_network(const Network& network) {
  if (network.input.rank() != 3) {
    throw Error("input: expected [height, width, channels], found " + network.input.to_string());
  }
  for (const int64_t extent : network.input.dims()) {
    if (extent < 1 || extent > kMaxExtent) {
      throw Error(fmt::format("input: expected extents of 1 to {}, found {}", kMaxExtent, network.input.to_string()));
    }
  }
  const auto& in = network.input;
  if (product_within({in[0], in[1], in[2]}, kMaxActivations) < 0) {
    throw Error(fmt::format("input: expected at most {} values, found {}", kMaxActivations, in.to_string()));
  }
  if (network.layers.empty()) throw Error("network: expected one layer or more, found none");
  if (network.layers.size() > kMaxLayers) {
    throw Error(fmt::format("network: expected at most {} layers, found {}", kMaxLayers, network.layers.size()));
  }
}

// Names to indices while walking: what a layer may refer to.
using Index = std::unordered_map<std::string, int>;

void check_name(const Layer& layer, int position) {
  if (is_good_name(layer.name)) return;
  throw Error(
      fmt::format("layer {}: name: expected 1 to {} bytes without control characters", position + 1, kMaxNameBytes));
}

void enter_name(Index& index, const Layer& layer, int position) {
  if (!index.emplace(layer.name, position).second) {
    fail_at(layer, "name: expected one that no earlier layer has{}",
            layer.name == kInputName ? ", and 'input' is the network's input" : "");
  }
}

std::vector<int> input_indices(const Network& network, const Index& index, int position) {
  const Layer& layer = network.layers[position];
  if (layer.inputs.empty()) return {position - 1};
  if (layer.inputs.size() > 1 && !facts_of(layer.kind).many_inputs) {
    fail_at(layer, "inputs: expected one for {}, found {}", layer_type_name(layer.kind), layer.inputs.size());
  }
  std::vector<int> indices;
  for (const std::string& name : layer.inputs) {
    const auto found = index.find(name);
    if (found == index.end()) {
      const bool good = is_good_name(name);
      fail_at(layer, "inputs: expected earlier layers or 'input', found {}", good ? "'" + name + "'" : "no name");
    }
    indices.push_back(found->second);
  }
  return indices;
}

void check_sums(const std::vector<LayerInfo>& infos) {
  int64_t params = 0, activations = 0, macs = 0;
  for (const LayerInfo& info : infos) {
    params += info.params;
    activations += info.output.elements();
    macs += info.macs;
    if (params > kMaxParameters || activations > kMaxActivations || macs > kMaxMacs) {
      throw Error(
          fmt::format("network: expected at most {} parameters, {} activations and {} multiply-adds, found {}, {} "
                      "and {} or more",
                      kMaxParameters, kMaxActivations, kMaxMacs, params, activations, macs));
    }
  }
}

void check_uses(const Network& network, const std::vector<LayerInfo>& infos) {
  std::vector<bool> used(infos.size(), false);
  for (const LayerInfo& info : infos) {
    for (const int i : info.inputs) {
      if (i >= 0) used[i] = true;
    }
  }
  for (size_t i = 0; i + 1 < infos.size(); ++i) {
    if (!used[i]) fail_at(network.layers[i], "expected a later layer that takes its output, found none");
  }
}

void check_class_names(const Network& network, const Shape& output) {
  const size_t names = network.class_names.size();
  if (names == 0 || (output.rank() == 1 && output[0] == static_cast<int64_t>(names))) return;
  if (output.rank() == 1) {
    fail_at(network.layers.back(), "class names: expected {}, one for each output, found {}", output[0], names);
  }
  fail_at(network.layers.back(), "output {}: expected [{}], one per class name", output.to_string(), names);
}

}  // namespace

std::vector<LayerInfo> infer(const Network& network) {
  check_network(network);
  check_texts(network);
  std::vector<LayerInfo> infos(network.layers.size());
  Index index = {{kInputName, -1}};
  std::vector<Shape> shapes;
  for (size_t i = 0; i < infos.size(); ++i) {
    const Layer& layer = network.layers[i];
    check_name(layer, static_cast<int>(i));
    std::vector<int> inputs = input_indices(network, index, static_cast<int>(i));
    enter_name(index, layer, static_cast<int>(i));
    shapes.clear();
    for (const int input : inputs) shapes.push_back(input < 0 ? network.input : infos[input].output);
    infos[i] = infer_layer(layer, shapes);
    infos[i].inputs = std::move(inputs);
  }
  check_sums(infos);
  check_uses(network, infos);
  check_class_names(network, infos.back().output);
  return infos;
}

Totals sum_of(const std::vector<LayerInfo>& infos) {
  Totals sum;
  for (const LayerInfo& info : infos) {
    sum.params += info.params;
    sum.trainable += info.trainable;
    sum.macs += info.macs;
  }
  return sum;
}

Totals totals(const Network& network) { return sum_of(infer(network)); }

int64_t class_count(const Network& network) {
  const Shape output = infer(network).back().output;
  if (output.rank() != 1) {
    fail_at(network.layers.back(), "expected a last output of rank 1, one value per class, found {}",
            output.to_string());
  }
  return output[0];
}

}  // namespace fer
