#include "train/step/running_targets.h"

#include "train/step/training_batches.h"

namespace fer::train {

RunningTargets::RunningTargets(const RunInputs& inputs, int64_t classes, double decay)
    : table_(inputs.train, inputs.data.size(), classes), decay_(decay) {
  for (const int64_t row : inputs.train) fill_target(inputs, row, 0, table_[row]);
}

void RunningTargets::take(int64_t row, std::span<const float> probabilities) {
  const std::span<float> target = table_[row];
  for (size_t k = 0; k < target.size(); ++k) {
    target[k] = static_cast<float>(decay_ * target[k] + (1 - decay_) * probabilities[k]);
  }
}

}  // namespace fer::train
