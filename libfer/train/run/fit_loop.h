// One training run: steps, epochs, callbacks, files.
#pragma once

#include <optional>
#include <string>

#include "fer/trainer.h"
#include "train/config/callbacks.h"
#include "train/files/logs.h"
#include "train/files/run_folder.h"
#include "train/files/state.h"
#include "train/run/best_weights.h"
#include "train/step/run_inputs.h"
#include "train/step/stopwatch.h"
#include "train/step/train_step.h"

namespace fer::train {

class FitLoop {
 public:
  // Keeps references to all four, and what inputs refer to; model holds the first weights and gets the last or best
  // ones.
  FitLoop(Model& model, const TrainConfig& config, const RunInputs& inputs, const TrainCallbacks& callbacks);
  History run();

 private:
  struct Monitors {
    Monitor plateau, stopping, best;
  };

  void start();
  RunState first_state() const;
  // Finds the answers of the teacher; `kept`: in the run's folder.
  void take_teacher_targets(bool kept);
  void resume();
  void train();
  bool finished() const {
    return state_.stopped_early || state_.epoch >= config_.epochs || (all_steps_done() && state_.step == 0);
  }
  bool all_steps_done() const { return config_.max_steps > 0 && state_.total_steps >= config_.max_steps; }
  bool asked_here() const { return callbacks_.should_stop && callbacks_.should_stop(); }
  // Whether any rank was asked to.
  bool asked_to_stop() const {
    return inputs_.exchange == nullptr ? asked_here() : inputs_.exchange->any(asked_here());
  }
  bool train_epoch();  // false: asked to stop
  void take_step();
  StepProgress progress() const;

  bool end_epoch();  // false: asked to stop; the epoch is not over then
  EpochResult measure_epoch() const;
  bool validate(EpochResult& epoch);
  void apply_callbacks(const EpochResult& epoch, bool validated);
  void keep_last(const EpochResult& epoch);
  bool restores_best() const;
  void keep_best_weights();

  Tensor& judged_weights() { return *step_.judged_weights(state_.total_steps); }
  void save_checkpoint();
  void save_snapshot();
  void expect_finite_weights();
  History history() const;

  Model& model_;
  const TrainConfig& config_;
  std::optional<RowTable> teacher_targets_;
  bool wrote_teacher_targets_ = false;
  const RunInputs inputs_;  // and those targets
  const TrainCallbacks& callbacks_;
  Monitors monitors_;
  RunFolder folder_;
  RunLogs logs_;
  BestWeights best_, stopping_best_;
  bool bests_coincide_;  // early stopping and checkpoint_monitor always agree on the best epoch: one copy serves both

  TrainStep step_;
  RunState state_;
  core::JsonValue identity_;
  Stopwatch since_checkpoint_;
};

}  // namespace fer::train
