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
  config.augmentation.brightness = config.augmentation.contrast = 0.3;
  config.augmentation.erasing = 0.5;
  config.augmentation.erasing_fill = ErasingFill::kRandom;
  config.mixing = {.mixup = 0.2, .cutmix = 1, .probability = 0.5};
  config.no_mixing_epochs = 1;
  return config;
}

}  // namespace fer
