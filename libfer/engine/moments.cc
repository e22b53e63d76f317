#include "engine/moments.h"

#include <variant>

#include "core/assert.h"
#include "engine/graph.h"

namespace fer::engine {
namespace {

constexpr int64_t kAlignment = 16;  // floats: one cache line, as the weights have it

void mix(float momentum, std::span<const float> batch, std::span<float> moving) {
  for (size_t i = 0; i < moving.size(); ++i) moving[i] = momentum * moving[i] + (1 - momentum) * batch[i];
}

}  // namespace

MomentLayout moment_layout(const Network& network, const ParameterLayout& parameters) {
  MomentLayout layout;
  for (size_t i = 0; i < network.layers.size(); ++i) {
    const auto* norm = std::get_if<BatchNorm>(&network.layers[i].kind);
    if (norm == nullptr || network.layers[i].frozen) continue;
    const int layer = static_cast<int>(i);
    const Parameter& mean = *find_parameter(parameters, layer, "moving_mean");
    const Parameter& variance = *find_parameter(parameters, layer, "moving_variance");
    const int64_t channels = mean.shape.elements(), padded = (channels + kAlignment - 1) / kAlignment * kAlignment;
    layout.norms.push_back({.layer = layer,
                            .channels = channels,
                            .momentum = norm->momentum,
                            .mean = layout.floats,
                            .variance = layout.floats + padded,
                            .moving_mean = mean.offset,
                            .moving_variance = variance.offset});
    layout.floats += 2 * padded;
  }
  return layout;
}

void update_moving_moments(const MomentLayout& layout, std::span<const float> moments, std::span<float> weights) {
  FER_ASSERT(static_cast<int64_t>(moments.size()) == layout.floats);
  for (const NormMoments& norm : layout.norms) {
    const auto channels = static_cast<size_t>(norm.channels);
    const auto part = [&](auto values, int64_t offset) {
      return values.subspan(static_cast<size_t>(offset), channels);
    };
    mix(norm.momentum, part(moments, norm.mean), part(weights, norm.moving_mean));
    mix(norm.momentum, part(moments, norm.variance), part(weights, norm.moving_variance));
  }
}

}  // namespace fer::engine
