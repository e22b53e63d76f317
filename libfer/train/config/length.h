// How long passes and runs are, in steps.
#pragma once

#include <cstdint>

#include "fer/trainer.h"

namespace fer::train {

// Whether a pass over so many pictures leaves one over that the batch before it takes (TrainConfig::merge_last).
bool merges_last(const TrainConfig& config, int64_t pictures);

// The steps of a pass over so many pictures: ceil(pictures / (accumulate * batch size)), without a merged last batch.
int64_t steps_per_pass(const TrainConfig& config, int64_t pictures);

// The epochs of a run, which ends after `epochs` or, within an epoch, `max_steps`.
int64_t epochs_in_all(const TrainConfig& config, int64_t steps_per_epoch);

}  // namespace fer::train
