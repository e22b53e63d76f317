#include "train/config/self_target_share.h"

#include "train/config/length.h"

namespace fer::train {

double self_target_share(const TrainConfig& config, int64_t step, int64_t steps_per_epoch) {
  const SelfTargets& targets = config.self_targets;
  const int64_t epoch = step / steps_per_epoch + 1, epochs = epochs_in_all(config, steps_per_epoch);
  if (!targets.any() || epoch <= targets.start) return 0;
  return targets.weight * static_cast<double>(epoch - targets.start) / static_cast<double>(epochs - targets.start);
}

}  // namespace fer::train
