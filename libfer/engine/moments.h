// The means and variances that batch norms find in a batch, and the moving moments that are made of them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fer/model.h"
#include "fer/network.h"

namespace fer::engine {

// Where the moments of one batch norm lie: offsets in floats, of [channels] values each.
struct NormMoments {
  int layer = 0;  // an index of the network's layers
  int64_t channels = 0;
  float momentum = 0;
  int64_t mean = 0, variance = 0;                // in the moments of a batch
  int64_t moving_mean = 0, moving_variance = 0;  // in the weights
};

// The moments of a batch in one flat array: of every batch norm that is not frozen, in the order of the layers. (A
// frozen one uses its moving moments and finds none.)
struct MomentLayout {
  std::vector<NormMoments> norms;
  int64_t floats = 0;  // with gaps from alignment, which nobody reads or writes
};
MomentLayout moment_layout(const Network& network, const ParameterLayout& parameters);

// Lets a batch's moments into the moving ones: moving = momentum * moving + (1 - momentum) * batch, for means and
// variances alike.
//   moments  [layout.floats]             what TrainingPlan::forward_backward found
//   weights  [parameters.total_floats]   the moving moments are updated, the rest is left alone
void update_moving_moments(const MomentLayout& layout, std::span<const float> moments, std::span<float> weights);
// The same with moving = batch.
void set_moving_moments(const MomentLayout& layout, std::span<const float> moments, std::span<float> weights);

}  // namespace fer::engine
