#include "keras/weights/weighted.h"

#include <algorithm>
#include <cctype>

#include "fer/model.h"
#include "network/names.h"

namespace fer::keras_file {

bool WeightedLayer::has_weights() const {
  return !roles.empty() ||
         std::any_of(layers.begin(), layers.end(), [](const WeightedLayer& one) { return one.has_weights(); });
}

std::string snake_case(const std::string& class_name) {
  const auto lower = [](char c) { return std::islower(static_cast<unsigned char>(c)) != 0; };
  const auto upper = [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; };
  std::string text;
  for (size_t i = 0; i < class_name.size(); ++i) {
    const char c = class_name[i];
    // A word begins after a small letter, and where a capital is followed by a small letter.
    const bool begins =
        i > 0 && upper(c) && (lower(class_name[i - 1]) || (i + 1 < class_name.size() && lower(class_name[i + 1])));
    if (begins && text.back() != '_') text += '_';
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text;
}

WeightedLayer weighted_layers(const Network& network) {
  WeightedLayer model;
  model.is_model = true;
  for (const Layer& layer : network.layers) {
    const LayerTypeNames& names = kLayerTypeNames[layer.kind.index()];
    WeightedLayer& weighted = model.layers.emplace_back();
    weighted.name = layer.name;
    weighted.place = "layer '" + layer.name + "' (" + names.json + ")";
    weighted.type = names.keras_name;
  }
  const std::vector<LayerInfo> infos = infer(network);
  // (The trainable ones of all layers come first, but a layer's kernel, bias, ... stay in Keras's order.)
  for (const Parameter& parameter : parameter_layout(network).parameters) {
    const std::string name = parameter.name.substr(network.layers[parameter.layer].name.size() + 1);
    std::vector<int64_t> stored = parameter.shape.dims();
    if (name == "alpha" && stored.size() < infos[parameter.layer].output.rank()) stored.insert(stored.begin(), 2, 1);
    model.layers[parameter.layer].roles.push_back({.name = name,
                                                   .parameter = parameter.name,
                                                   .stored = std::move(stored),
                                                   .may_miss = name == "gamma" || name == "beta",
                                                   .transform = as_it_is});
  }
  return model;
}

void as_it_is(std::span<const float> from, std::span<float> to) { std::copy(from.begin(), from.end(), to.begin()); }

Transform filters_last(const std::vector<int64_t>& stored) {
  return [=](std::span<const float> from, std::span<float> to) {
    const int64_t co = stored[0], ci = stored[1], cells = stored[2] * stored[3];
    for (int64_t cell = 0; cell < cells; ++cell) {
      for (int64_t i = 0; i < ci; ++i) {
        for (int64_t o = 0; o < co; ++o) to[(cell * ci + i) * co + o] = from[(o * ci + i) * cells + cell];
      }
    }
  };
}

Transform turned(const std::vector<int64_t>& stored) {
  return [=](std::span<const float> from, std::span<float> to) {
    const int64_t cells = stored[0] * stored[1], row = cells > 0 ? static_cast<int64_t>(from.size()) / cells : 0;
    for (int64_t cell = 0; cell < cells; ++cell) {
      const auto begin = from.begin() + (cells - 1 - cell) * row;
      std::copy(begin, begin + row, to.begin() + cell * row);
    }
  };
}

Transform channels_last_rows(const Shape& flattened, int64_t row) {
  return [=](std::span<const float> from, std::span<float> to) {
    const int64_t cells = flattened[0] * flattened[1], channels = flattened[2];
    for (int64_t i = 0; i < cells * channels; ++i) {
      const auto begin = from.begin() + (i % channels * cells + i / channels) * row;
      std::copy(begin, begin + row, to.begin() + i * row);
    }
  };
}

}  // namespace fer::keras_file
