#include "train/config/mixing_epochs.h"

#include "train/config/length.h"

namespace fer::train {

bool mixes_in_step(const TrainConfig& config, int64_t step, int64_t steps_per_epoch) {
  return step / steps_per_epoch < epochs_in_all(config, steps_per_epoch) - config.no_mixing_epochs;
}

bool mixing_depends_on_length(const TrainConfig& config) {
  return config.no_mixing_epochs > 0 && (config.mixing.any() || config.augmentation.erasing > 0);
}

}  // namespace fer::train
