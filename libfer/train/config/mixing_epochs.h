// In which steps of a run there is mixing and erasing.
#pragma once

#include <cstdint>

#include "fer/trainer.h"

namespace fer::train {

// False in the last TrainConfig::no_mixing_epochs epochs of the run, which ends after `epochs` or `max_steps`.
bool mixes_in_step(const TrainConfig& config, int64_t step, int64_t steps_per_epoch);

// Whether what a step does depends on how long the run is.
bool mixing_depends_on_length(const TrainConfig& config);

}  // namespace fer::train
