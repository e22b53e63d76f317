// Models to be written and read: networks with random weights, and what they make of pictures.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "core/random.h"
#include "engine/plan.h"
#include "fer/model.h"

namespace fer {

// Batch norms too get numbers that matter: their first values would do nothing.
inline Model random_model(Network network, uint64_t seed) {
  Model model;
  model.network = std::move(network);
  model.weights = initialize(model.network, seed);
  model.preprocessing = {1.0f / 128, -0.9f};
  uint32_t place = 1000;
  for (const Parameter& parameter : model.weights.layout.parameters) {
    const RandomStream stream = {.seed = seed, .use = RandomUse::kSynthetic, .a = place++};
    float low = 0, high = 0;
    if (parameter.name.ends_with("/gamma") || parameter.name.ends_with("/moving_variance")) low = 0.6f, high = 1.4f;
    if (parameter.name.ends_with("/beta") || parameter.name.ends_with("/bias")) low = -0.3f, high = 0.3f;
    if (parameter.name.ends_with("/moving_mean")) low = -0.2f, high = 0.2f;
    if (parameter.name.ends_with("/alpha")) low = -0.4f, high = 0.8f;
    if (low == high) continue;
    const auto values = model.weights.of(parameter);
    for (size_t i = 0; i < values.size(); ++i) values[i] = low + (high - low) * random_unit(stream, i);
  }
  return model;
}

// [count, input] pixels from 0 to 255.
inline std::vector<float> random_pixels(const Network& network, int64_t count, uint64_t seed) {
  std::vector<float> pixels(static_cast<size_t>(count * network.input.elements()));
  const RandomStream stream = {.seed = seed, .use = RandomUse::kSynthetic};
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = 255 * random_unit(stream, i);
  return pixels;
}

// [count, classes]: what the model makes of pixels.
inline std::vector<float> outputs(const Model& model, std::vector<float> pixels) {
  const int64_t count = static_cast<int64_t>(pixels.size()) / model.network.input.elements();
  for (float& pixel : pixels) pixel = pixel * model.preprocessing.scale + model.preprocessing.shift;
  const engine::InferenceModel inference(model.network, model.weights.layout, model.weights.values.values());
  auto workspace = inference.make_workspace(count);
  std::vector<float> out(static_cast<size_t>(count * class_count(model.network)));
  inference.run(workspace, count, pixels, out);
  return out;
}

inline float largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  float largest = a.size() == b.size() ? 0 : 1e9f;
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    const float difference = std::abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = difference;  // NaN too
  }
  return largest;
}

}  // namespace fer
