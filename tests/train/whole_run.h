// Whole runs that are stopped, killed and resumed: what they end in, and what is on disk meanwhile.
#pragma once

#include <gtest/gtest.h>

#include "fer/error.h"
#include "tests/train/small_run.h"

namespace fer {

// Every kind of state at once: moments, an average, a plateau that acts, early stopping with its own best.
inline TrainConfig rich_config(std::string out_dir) {
  TrainConfig config = small_config(std::move(out_dir));
  config.optimizer = AdamW{.learning_rate = 0.05f};
  config.weight_average = 0.9;
  config.label_smoothing = 0.1;
  config.augmentation = {.horizontal_flip = true, .width_shift = 0.1, .height_shift = 0.1};
  config.reduce_lr = {.factor = 0.5, .patience = 1};
  config.early_stopping.monitor = "val_accuracy";
  return config;
}

struct Outcome {
  Model model;
  History history;
  std::string best_file, early_stopping_file;
};

inline void expect_same(const Outcome& found, const Outcome& expected) {
  EXPECT_TRUE(same_weights(found.model, expected.model));
  EXPECT_EQ(untimed(found.history).epochs, untimed(expected.history).epochs);
  EXPECT_EQ(found.history.best_epoch, expected.history.best_epoch);
  EXPECT_EQ(found.history.stopped_early, expected.history.stopped_early);
  EXPECT_EQ(found.best_file, expected.best_file);
  EXPECT_EQ(found.early_stopping_file, expected.early_stopping_file);
}

inline Outcome outcome_of(const TrainConfig& config, const TrainCallbacks& callbacks = {}) {
  const SmallRun run;
  Trainer trainer(small_network(), config);
  History history = run.fit(trainer, callbacks);
  return {trainer.model(), std::move(history), content_of(config.out_dir + "/best.safetensors"),
          content_of(config.out_dir + "/early_stopping.safetensors")};
}

inline const Outcome& undisturbed() {
  static const ScratchFolder folder;
  static const Outcome outcome = outcome_of(rich_config(folder / "run"));
  return outcome;
}

inline Outcome resumed(TrainConfig config) {
  config.resume = true;
  return outcome_of(config);
}

}  // namespace fer
