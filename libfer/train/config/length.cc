#include "train/config/length.h"

#include <algorithm>

namespace fer::train {

bool merges_last(const TrainConfig& config, int64_t pictures) {
  return config.merge_last && pictures > config.batch_size && pictures % config.batch_size == 1;
}

int64_t steps_per_pass(const TrainConfig& config, int64_t pictures) {
  const int64_t over = merges_last(config, pictures) ? 1 : 0;
  return (pictures - over - 1) / (config.accumulate * config.batch_size) + 1;
}

int64_t epochs_in_all(const TrainConfig& config, int64_t steps_per_epoch) {
  if (config.max_steps == 0) return config.epochs;
  return std::min(config.epochs, (config.max_steps - 1) / steps_per_epoch + 1);
}

}  // namespace fer::train
