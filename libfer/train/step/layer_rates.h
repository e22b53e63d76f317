// Which factor of the learning rate each layer has (TrainConfig::learning_rate_multipliers).
#pragma once

#include <span>
#include <vector>

#include "fer/network.h"
#include "fer/trainer.h"

namespace fer::train {

// One factor per layer of the network; empty where there are no multipliers. Throws Error naming an entry that is of no
// layer with weights that are trained.
std::vector<float> layer_rates(std::span<const LayerRate> multipliers, const Network& network);

}  // namespace fer::train
