// Whole runs on changed pictures.
#pragma once

#include "tests/train/whole_run.h"

namespace fer {

// Every change that a picture can undergo, in crops of 4x4.
inline TrainConfig augmented_config(std::string out_dir) {
  TrainConfig config = rich_config(std::move(out_dir));
  config.augmentation.horizontal_flip = false;
  config.augmentation.alternating_flip = true;
  config.augmentation.crop = {4, 4};
  return config;
}

}  // namespace fer
