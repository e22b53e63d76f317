// A small batch that waits for others of its step, with what is found in it.
#pragma once

#include <vector>

#include "fer/tensor.h"

namespace fer::train {

// As TrainingBatches fills its buffers; gradients [trainable floats].
struct HeldBatch {
  std::vector<float> pictures, targets, weights, probabilities;
  Tensor gradients;
};

}  // namespace fer::train
