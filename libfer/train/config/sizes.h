// The sizes of training pictures in the course of a run (TrainConfig::sizes).
#pragma once

#include <cstdint>

#include "fer/network.h"
#include "fer/trainer.h"

namespace fer::train {

// The size in the step; not given: the network's input, as without sizes. Sizes change where the sums of their shares
// of the run's epochs, rounded to whole epochs, are reached.
PictureSize size_in_step(const TrainConfig& config, int64_t step, int64_t steps_per_epoch);

// Throws Error unless the last size is the network's input, and the network takes the others with the same weights.
void check_sizes(const TrainConfig& config, const Network& network);

// What pictures are fitted to before a part of this size is cut out, so that it is the same part that the network's
// input is of them: `resize` in the proportion of the sizes. Not given where resize is not.
PictureSize resize_for(const PictureSize& size, const Network& network, const PictureSize& resize);

}  // namespace fer::train
