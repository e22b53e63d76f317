#include "explain/derived.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <variant>
#include <vector>

#include "fer/error.h"
#include "network/limits.h"
#include "network/outputs.h"

namespace fer::explain {
namespace {

bool is_convolution(const LayerKind& kind) {
  return std::holds_alternative<Conv2D>(kind) || std::holds_alternative<DepthwiseConv2D>(kind) ||
         std::holds_alternative<SeparableConv2D>(kind);
}
bool has_cells(const Shape& shape) { return shape.rank() == 3 && shape[0] * shape[1] > 1; }

// A name that no layer has.
std::string free_name(const Network& network, std::string name) {
  const auto taken = [&] {
    return std::any_of(network.layers.begin(), network.layers.end(), [&](const Layer& l) { return l.name == name; });
  };
  while (taken()) name += '_';
  return name;
}

std::string name_of(const Network& network, int layer) {
  return layer == kInput ? kInputName : network.layers[static_cast<size_t>(layer)].name;
}

// With the inputs of every layer by name, so that layers may come and go between them.
Network with_named_inputs(Network network) {
  const std::vector<LayerInfo> infos = infer(network);
  for (size_t i = 0; i < infos.size(); ++i) {
    network.layers[i].inputs.clear();
    for (const int input : infos[i].inputs) network.layers[i].inputs.push_back(name_of(network, input));
  }
  network.class_names.clear();
  return network;
}

// Copies each parameter that both have, by its name.
void copy_weights(const Weights& from, Weights& to) {
  std::unordered_map<std::string, const Parameter*> known;
  for (const Parameter& p : from.layout.parameters) known.emplace(p.name, &p);
  for (const Parameter& p : to.layout.parameters) {
    const auto found = known.find(p.name);
    if (found != known.end()) std::ranges::copy(from.of(*found->second), to.of(p).begin());
  }
}

Derived with_weights_of(const Weights& weights, Network network) {
  Derived derived{std::move(network), {}};
  derived.weights = Weights(derived.network);
  copy_weights(weights, derived.weights);
  return derived;
}

const Parameter& parameter(const ParameterLayout& layout, const std::string& name) {
  return *std::find_if(layout.parameters.begin(), layout.parameters.end(),
                       [&](const Parameter& p) { return p.name == name; });
}

// Nothing is trained, and nothing is left to chance.
void freeze(Network& network) {
  for (Layer& layer : network.layers) {
    layer.frozen = true;
    if (auto* dropout = std::get_if<Dropout>(&layer.kind)) dropout->rate = 0;
  }
}

// The layers of a probe: each value is a channel of its own, has a bias added, and goes back to its place.
struct ProbeNames {
  std::string apart, bias, back;
};
std::vector<Layer> probe_layers(const ProbeNames& names, const std::string& of, const Shape& shape) {
  return {{names.apart, Reshape{{1, 1, shape.elements()}}, {of}, true},
          {names.bias, DepthwiseConv2D{.kernel = {1, 1}}, {names.apart}, false},
          {names.back, Reshape{shape}, {names.bias}, true}};
}

void insert_probe(Network& network, int layer, const ProbeNames& names) {
  const Shape shape = layer == kInput ? network.input : infer(network)[static_cast<size_t>(layer)].output;
  const std::string of = name_of(network, layer);
  for (Layer& reader : network.layers) std::ranges::replace(reader.inputs, of, names.back);
  const std::vector<Layer> added = probe_layers(names, of, shape);
  network.layers.insert(network.layers.begin() + layer + 1, added.begin(), added.end());
}

// kernel [classes, classes + 1]: the scores as they are, then nothing.
void fill_head(Weights& weights, const std::string& head, int64_t classes) {
  const std::span<float> kernel = weights.of(parameter(weights.layout, head + "/kernel"));
  for (int64_t c = 0; c < classes; ++c) kernel[static_cast<size_t>(c * (classes + 1) + c)] = 1;
}

}  // namespace

int find_layer(const Network& network, const std::string& name) {
  if (name == kInputName) return kInput;
  const auto found =
      std::find_if(network.layers.begin(), network.layers.end(), [&](const Layer& l) { return l.name == name; });
  if (found != network.layers.end()) return static_cast<int>(found - network.layers.begin());
  throw Error(fmt::format("network {}: expected the name of one of its {} layers, found '{}' (fer-info lists them)",
                          network.name, network.layers.size(), name));
}

int last_maps(const Network& network) {
  const std::vector<LayerInfo> infos = infer(network);
  const auto last_index = [&](const auto& good) {
    int index = kInput;
    for (size_t i = 0; i < infos.size(); ++i) {
      if (good(i)) index = static_cast<int>(i);
    }
    return index;
  };
  const auto output = [&](int i) -> const Shape& { return infos[static_cast<size_t>(i)].output; };
  const int convolution =
      last_index([&](size_t i) { return is_convolution(network.layers[i].kind) && has_cells(infos[i].output); });
  if (convolution != kInput) {
    return last_index([&](size_t i) {
      return static_cast<int>(i) >= convolution && infos[i].output.rank() == 3 &&
             infos[i].output[0] == output(convolution)[0] && infos[i].output[1] == output(convolution)[1];
    });
  }
  const int any = last_index([&](size_t i) { return has_cells(infos[i].output); });
  if (any != kInput) return any;
  throw Error("network " + network.name +
              ": expected a layer whose output has rows and columns, which Grad-CAM looks at, found none");
}

Network ending_in_scores(Network network) {
  if (gives_probabilities(network)) *activation_of(network.layers.back().kind) = Activation::kLinear;
  return network;
}

Derived front_of(const Network& network, const Weights& weights, int layer) {
  const std::vector<LayerInfo> infos = infer(network);
  std::vector<bool> needed(network.layers.size(), false);
  needed[static_cast<size_t>(layer)] = true;
  for (auto i = static_cast<size_t>(layer) + 1; i-- > 0;) {
    for (const int input : infos[i].inputs) {
      if (needed[i] && input >= 0) needed[static_cast<size_t>(input)] = true;
    }
  }
  const Network named = with_named_inputs(network);
  Network front = named;
  front.layers.clear();
  for (size_t i = 0; i < needed.size(); ++i) {
    if (needed[i]) front.layers.push_back(named.layers[i]);
  }
  front.layers.push_back({free_name(front, "values"), Flatten{}, {name_of(network, layer)}});
  return with_weights_of(weights, std::move(front));
}

Probed probed(const Network& network, const Weights& weights, int layer) {
  const int64_t classes = class_count(network);
  Network made = with_named_inputs(ending_in_scores(network));
  freeze(made);
  const ProbeNames names = {free_name(made, "probe_apart"), free_name(made, "probe_bias"),
                            free_name(made, "probe_back")};
  const std::string head = free_name(made, "scores");
  insert_probe(made, layer, names);
  made.layers.push_back({head, Dense{.units = classes + 1, .bias = false}, {made.layers.back().name}, true});
  Probed result{with_weights_of(weights, std::move(made))};
  Weights& own = result.derived.weights;
  std::ranges::fill(own.of(parameter(own.layout, names.bias + "/kernel")), 1.0f);
  fill_head(own, head, classes);
  result.bias = static_cast<int>(&parameter(own.layout, names.bias + "/bias") - own.layout.parameters.data());
  return result;
}

}  // namespace fer::explain
