// A state with a number of every kind in it.
#pragma once

#include <limits>

#include "train/files/state.h"

namespace fer::train {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

inline RunState some_state() {
  RunState s;
  s.epoch = 2;
  s.step = 17;
  s.total_steps = 1017;
  s.learning_rate = 1e-3f * 0.9f;
  s.sums = {.images = 1088, .correct = 3, .loss = 1.0 / 3, .train_seconds = 0.1, .seconds = 0.2};
  s.plateau = {.best = 0.1 + 0.2, .wait = 1, .cooldown = 2};
  s.stopping = {.best = -kInfinity, .wait = 3, .best_epoch = 1};
  s.best = {.best = kInfinity, .epoch = -1};
  s.stopped_early = true;
  s.epochs = {{.epoch = 1,
               .loss = 1.0 / 7,
               .accuracy = 0.25,
               .val_loss = 2,
               .val_accuracy = 0.5,
               .learning_rate = 1e-3f,
               .seconds = 1.5,
               .images_per_second = 81.25,
               .val_calibrated_loss = 1.75,
               .val_temperature = 1.25},
              {.epoch = 2,
               .loss = 5e-324,
               .accuracy = 1,
               .val_loss = kNaN,
               .val_accuracy = kNaN,
               .learning_rate = 0.5,
               .seconds = 3,
               .images_per_second = 100,
               .val_calibrated_loss = kNaN,
               .val_temperature = kNaN}};
  s.wall_times = {1700000000.125, 1700000001.5};
  s.start_time = 1699999999.0625;
  return s;
}

}  // namespace fer::train
