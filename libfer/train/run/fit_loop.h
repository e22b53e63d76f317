// One training run: steps, epochs, callbacks, files.
#pragma once

#include <memory>

#include "engine/plan.h"
#include "fer/trainer.h"
#include "train/files/identity.h"
#include "train/files/run_folder.h"
#include "train/files/state.h"
#include "train/run/best_weights.h"
#include "train/step/optimizer_state.h"
#include "train/step/stopwatch.h"
#include "train/step/training_batches.h"

namespace fer::train {

class FitLoop {
 public:
  // Keeps references to all four; model holds the first weights and gets the last or best ones.
  FitLoop(Model& model, const TrainConfig& config, const RunInputs& inputs, const TrainCallbacks& callbacks);
  History run();

 private:
  struct Monitors {
    Monitor plateau, stopping, best;
  };

  RunState first_state() const;
  void resume_or_start();
  bool finished() const {
    return state_.stopped_early || state_.epoch >= config_.epochs || (all_steps_done() && state_.step == 0);
  }
  bool all_steps_done() const { return config_.max_steps > 0 && state_.total_steps >= config_.max_steps; }
  bool train_epoch();  // false: asked to stop
  std::unique_ptr<engine::TrainingPlan> make_plan() const;
  void train_step(engine::TrainingPlan& plan);
  engine::TrainingPlan::Result add_batch(engine::TrainingPlan& plan, int64_t batch);
  void update_average();
  StepProgress progress() const;

  void end_epoch();
  EpochResult measure_epoch();
  void validate(EpochResult& epoch);
  void apply_callbacks(const EpochResult& epoch);
  void keep_best_weights();
  float scheduled_learning_rate(int64_t step) const;

  void save_checkpoint();
  void save_snapshot();
  std::vector<NamedArray> arrays();
  // The weights that are validated and kept: the average where there is one.
  Tensor& judged_weights() { return average_.size() > 0 ? average_ : model_.weights.values; }
  void expect_finite(double value, const char* what) const;
  History history() const;

  Model& model_;
  const TrainConfig& config_;
  const RunInputs& inputs_;
  const TrainCallbacks& callbacks_;
  Monitors monitors_;
  RunFolder folder_;
  BestWeights best_, stopping_best_;
  bool bests_coincide_;  // early stopping and checkpoint_monitor always agree on the best epoch: one copy serves both

  TrainingBatches batches_;
  OptimizerState optimizer_;
  Tensor gradients_, batch_gradients_, average_;
  std::vector<float> moments_;  // that batch norms found in the batch at hand
  RunState state_;
  nlohmann::json identity_;
  Stopwatch since_checkpoint_;
};

}  // namespace fer::train
