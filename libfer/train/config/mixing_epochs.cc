#include "train/config/mixing_epochs.h"

#include <algorithm>

namespace fer::train {

bool mixes_in_step(const TrainConfig& config, int64_t step, int64_t steps_per_epoch) {
  int64_t epochs = config.epochs;
  if (config.max_steps > 0) epochs = std::min(epochs, (config.max_steps - 1) / steps_per_epoch + 1);
  return step / steps_per_epoch < epochs - config.no_mixing_epochs;
}

bool mixing_depends_on_length(const TrainConfig& config) {
  return config.no_mixing_epochs > 0 && (config.mixing.any() || config.augmentation.erasing > 0);
}

}  // namespace fer::train
