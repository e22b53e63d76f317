#include "fer/network.h"

#include <algorithm>

#include "network/names.h"

namespace fer {
namespace {

// "conv2d", "conv2d_1", ...: the first that is free.
std::string free_name(const std::vector<Layer>& layers, const LayerKind& kind) {
  const std::string base = kLayerTypeNames[kind.index()].keras_name;
  const auto taken = [&](const std::string& name) {
    return std::any_of(layers.begin(), layers.end(), [&](const Layer& layer) { return layer.name == name; });
  };
  std::string name = base;
  for (int i = 1; taken(name); ++i) name = base + "_" + std::to_string(i);
  return name;
}

}  // namespace

Network& Network::add(LayerKind kind, std::string name, std::vector<std::string> inputs) {
  if (name.empty()) name = free_name(layers, kind);
  layers.push_back({.name = std::move(name), .kind = std::move(kind), .inputs = std::move(inputs)});
  return *this;
}

const char* layer_type_name(const LayerKind& kind) { return kLayerTypeNames[kind.index()].json; }

const char* activation_name(Activation activation) {
  for (const auto& entry : kActivationNames) {
    if (entry.value == activation) return entry.name;
  }
  return "unknown";
}

const InitializerForm& initializer_form(Initializer::Kind kind) {
  const auto form =
      std::find_if(kInitializerForms.begin(), kInitializerForms.end(), [&](const auto& f) { return f.value == kind; });
  return form == kInitializerForms.end() ? kInitializerForms.front() : *form;
}

}  // namespace fer
