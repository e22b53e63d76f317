// Where a training run stands, apart from its arrays: all that decides what happens next.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "core/json_value.h"
#include "fer/trainer.h"
#include "train/config/callbacks.h"

namespace fer::train {

// Running sums over the training batches of one epoch.
struct EpochSums {
  int64_t images = 0, correct = 0;
  double loss = 0;           // of every batch: cross-entropy summed, plus images times penalty
  double train_seconds = 0;  // spent on steps
  double seconds = 0;        // since the epoch began
  double mean_loss() const { return images == 0 ? 0 : loss / static_cast<double>(images); }
  double accuracy() const { return images == 0 ? 0 : static_cast<double>(correct) / static_cast<double>(images); }
  double images_per_second() const { return train_seconds > 0 ? static_cast<double>(images) / train_seconds : 0; }
};

struct RunState {
  int64_t epoch = 0;        // 0-based: epochs finished
  int64_t step = 0;         // within the epoch: steps taken
  int64_t total_steps = 0;  // since the beginning
  float learning_rate = 0;  // before the schedule's factor
  EpochSums sums;
  PlateauState plateau;
  StoppingState stopping;
  BestState best;
  bool stopped_early = false;
  std::vector<EpochResult> epochs;
  std::vector<double> wall_times;  // when each epoch ended, seconds since 1970
  double start_time = 0;           // when the run began
};

// Exact: every number comes back with the same bits, infinities and NaN included.
core::JsonValue state_to_json(const RunState& state);
// Throws nlohmann::json::exception on anything of another form, Error on numbers that contradict each other or are out
// of all range.
RunState state_from_json(const nlohmann::json& json);
// Throws Error unless the state's steps are those of a run whose epochs have so many and which ends after max_steps (0:
// with its epochs): they say which pictures come next.
void expect_steps(const RunState& state, int64_t steps_per_epoch, int64_t max_steps);

}  // namespace fer::train
