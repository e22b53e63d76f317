// How much running self-targets (fer/self_targets.h) count in a step.
#pragma once

#include <cstdint>

#include "fer/trainer.h"

namespace fer::train {

// The share of a picture's own running target in a step, which is counted from the beginning of the run. The run's
// length is that of `epochs` or `max_steps`.
double self_target_share(const TrainConfig& config, int64_t step, int64_t steps_per_epoch);

}  // namespace fer::train
