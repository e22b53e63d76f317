#include "train/step/layer_rates.h"

#include <fmt/format.h>

#include <string_view>

#include "fer/error.h"

namespace fer::train {
namespace {

// How well an entry names a layer: 0 not at all, else more the longer the beginning that it gives, most by the name.
size_t fit_of(std::string_view entry, std::string_view layer) {
  if (entry == layer) return std::string_view::npos;
  if (!entry.ends_with('*') || !layer.starts_with(entry.substr(0, entry.size() - 1))) return 0;
  return entry.size();
}

std::vector<bool> trained_layers(const Network& network) {
  std::vector<bool> trained(network.layers.size());
  for (const Parameter& p : parameter_layout(network).parameters) {
    if (p.trainable) trained[static_cast<size_t>(p.layer)] = true;
  }
  return trained;
}

}  // namespace

std::vector<float> layer_rates(std::span<const LayerRate> multipliers, const Network& network) {
  if (multipliers.empty()) return {};
  const std::vector<bool> trained = trained_layers(network);
  std::vector<float> rates(network.layers.size(), 1.0f);
  std::vector<size_t> fits(rates.size());
  for (const LayerRate& entry : multipliers) {
    bool named = false;
    for (size_t i = 0; i < rates.size(); ++i) {
      const size_t fit = trained[i] ? fit_of(entry.layer, network.layers[i].name) : 0;
      named = named || fit > 0;
      if (fit <= fits[i]) continue;
      fits[i] = fit;
      rates[i] = static_cast<float>(entry.factor);
    }
    if (!named) {
      throw Error(
          fmt::format("learning_rate_multipliers: expected names of layers with weights that are trained, found \"{}\"",
                      entry.layer));
    }
  }
  return rates;
}

}  // namespace fer::train
