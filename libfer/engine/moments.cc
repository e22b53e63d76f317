#include "engine/moments.h"

#include <algorithm>
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

namespace {

// Calls into(norm, batch, moving) for every array of moments.
template <class Into>
void for_moments(const MomentLayout& layout, std::span<const float> moments, std::span<float> weights,
                 const Into& into) {
  FER_ASSERT(static_cast<int64_t>(moments.size()) == layout.floats);
  for (const NormMoments& norm : layout.norms) {
    const auto channels = static_cast<size_t>(norm.channels);
    const auto part = [&](auto values, int64_t offset) {
      return values.subspan(static_cast<size_t>(offset), channels);
    };
    into(norm, part(moments, norm.mean), part(weights, norm.moving_mean));
    into(norm, part(moments, norm.variance), part(weights, norm.moving_variance));
  }
}

}  // namespace

void update_moving_moments(const MomentLayout& layout, std::span<const float> moments, std::span<float> weights) {
  for_moments(layout, moments, weights,
              [](const NormMoments& norm, auto batch, auto moving) { mix(norm.momentum, batch, moving); });
}

void set_moving_moments(const MomentLayout& layout, std::span<const float> moments, std::span<float> weights) {
  for_moments(layout, moments, weights, [](const NormMoments&, auto batch, auto moving) {
    std::copy(batch.begin(), batch.end(), moving.begin());
  });
}

}  // namespace fer::engine
