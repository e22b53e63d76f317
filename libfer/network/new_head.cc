#include "fer/new_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "fer/class_names.h"
#include "fer/error.h"
#include "network/head.h"

namespace fer {
namespace {

bool gives_classes(const LayerKind& kind) {
  return std::holds_alternative<Dense>(kind) || std::holds_alternative<Conv2D>(kind);
}

int known_head(const Network& network) {
  const int head = network.layers.empty() ? -1 : head_of(network);
  if (head >= 0 && gives_classes(network.layers[static_cast<size_t>(head)].kind)) return head;
  throw Error("network " + network.name +
              ": expected it to end in a dense layer or a convolution, which gives the classes" +
              (head < 0 ? "" : ", found " + network.layers[static_cast<size_t>(head)].name));
}

void expect_floats(const Model& model) {
  if (!model.int8.empty()) throw Error("the model computes in 8-bit integers: expected one in floats");
}

std::string name_or_none(const Network& network) { return network.name.empty() ? "(unnamed)" : network.name; }

using ByLayer = std::map<std::string, std::vector<const Parameter*>>;

ByLayer parameters_by_layer_name(const Model& model) {
  ByLayer layers;
  for (const Parameter& p : model.weights.layout.parameters) {
    layers[model.network.layers[static_cast<size_t>(p.layer)].name].push_back(&p);
  }
  return layers;
}

// The first parameter that is not the same in both; empty: they are of one form.
std::string difference(const std::vector<const Parameter*>& from, const std::vector<const Parameter*>& into) {
  for (size_t i = 0; i < std::max(from.size(), into.size()); ++i) {
    const std::string there = i < from.size() ? from[i]->shape.to_string() : "nothing";
    const std::string here = i < into.size() ? into[i]->shape.to_string() : "nothing";
    const bool same_name = i < from.size() && i < into.size() && from[i]->name == into[i]->name;
    if (!same_name || there != here) return fmt::format("{} there, {} here", there, here);
  }
  return "";
}

}  // namespace

std::string head_name(const Network& network) { return network.layers[static_cast<size_t>(known_head(network))].name; }

Model with_new_head(Model model, const std::vector<std::string>& class_names, uint64_t seed) {
  expect_floats(model);
  const auto head = static_cast<size_t>(known_head(model.network));
  Model out{.network = with_classes(model.network, class_names), .weights = {}, .preprocessing = model.preprocessing};
  out.network.layers[head].frozen = false;
  out.weights = initialize(out.network, seed);
  for (const Parameter& p : out.weights.layout.parameters) {
    if (static_cast<size_t>(p.layer) >= head) continue;
    const auto old = std::ranges::find(model.weights.layout.parameters, p.name, &Parameter::name);
    std::ranges::copy(model.weights.of(*old), out.weights.of(p).begin());
  }
  for (const std::string& name : class_names) out.emoji.push_back(default_emoji(name));
  return out;
}

TakenWeights take_weights(const Model& from, Model& into) {
  expect_floats(from);
  expect_floats(into);
  const ByLayer there = parameters_by_layer_name(from), here = parameters_by_layer_name(into);
  TakenWeights result;
  for (const Layer& layer : into.network.layers) {
    const auto own = here.find(layer.name), source = there.find(layer.name);
    if (own == here.end()) continue;
    if (source == there.end()) {
      result.absent.push_back(layer.name);
      continue;
    }
    const std::string differs = difference(source->second, own->second);
    if (!differs.empty()) {
      result.other.push_back(layer.name + ": " + differs);
      continue;
    }
    for (size_t i = 0; i < own->second.size(); ++i) {
      std::ranges::copy(from.weights.of(*source->second[i]), into.weights.of(*own->second[i]).begin());
    }
    result.taken.push_back(layer.name);
  }
  for (const Layer& layer : from.network.layers) {
    if (there.contains(layer.name) && !here.contains(layer.name)) result.unused.push_back(layer.name);
  }
  if (result.taken.empty()) {
    throw Error(
        fmt::format("network {}: expected a layer that has the name and the shapes of one of network {}, found "
                    "none",
                    name_or_none(into.network), name_or_none(from.network)));
  }
  return result;
}

}  // namespace fer
