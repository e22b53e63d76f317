// One training step: the only place where a network's weights move.
//
//   for each small batch of the step (TrainConfig::accumulate), in their order:
//     pictures and targets; forward; loss; backward; self-targets; the gradient joins the sum; batch norms' moments
//   clipping of the summed gradient
//   the optimizer's update, at the schedule's learning rate
//   the average of the weights
//
// The loop (train/run/fit_loop.h) and the profile (train/run/profile.cc) call it and repeat nothing of it. Where ranks
// train together (RunInputs::exchange) small batch b is computed by rank b modulo their number, in rounds of one each;
// what a round gave is exchanged and taken in, in the order of the small batches, by every rank. Then all make the same
// update.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "distributed/slices.h"
#include "engine/plan.h"
#include "engine/stages.h"
#include "fer/trainer.h"
#include "train/step/held_batch.h"
#include "train/step/named_array.h"
#include "train/step/optimizer_state.h"
#include "train/step/round_results.h"
#include "train/step/run_inputs.h"
#include "train/step/training_batches.h"
#include "train/step/weight_average.h"

namespace fer::train {

class TrainStep {
 public:
  // Keeps references to all three. The steps change model's weights.
  TrainStep(Model& model, const TrainConfig& config, const RunInputs& inputs);

  // Which parameters a step trains: the model's layout, without those of layers that TrainConfig::freeze freezes in the
  // last step that was taken or judged.
  const ParameterLayout& trained() const { return trained_; }

  // Takes the memory that steps need, most of it the plan's arena; release_arena lets go of that, so that validation
  // and files have room between epochs. A step takes it too where it was not taken before.
  void take_memory();
  void release_arena() { plan_.reset(); }

  struct Result {
    int64_t images = 0, correct = 0;
    double loss = 0;  // of the pictures, summed, plus images times the penalty
  };
  // Takes step `step` of the run, counted from 0. base_rate: before the schedule's factor. stages: gets those of
  // all that was done, or is null. Throws NotFinite when the loss or the gradient is not finite; the weights are then
  // not to be used.
  Result take(int64_t step, float base_rate, engine::Stages* stages = nullptr);

  // The learning rate of a step: base_rate times the schedule's factor.
  float learning_rate(float base_rate, int64_t step) const;
  int64_t steps_per_epoch() const { return batches_.steps_per_epoch(); }
  int64_t steps_per_pass() const { return batches_.steps_per_pass(); }

  // All that steps change and that the next one depends on: weights, the optimizer's moments, the average.
  std::vector<NamedArray> arrays();
  // The same of what is not laid out as the weights are: self-targets.
  std::vector<NamedTensor> tensors();
  // The weights themselves, or their average where there is one.
  Tensor& averaged_weights() { return average_.used() ? average_.values() : model_.weights.values; }
  // The weights that are validated and kept after so many steps of the run: these, with config.recompute_batch_norm as
  // a copy whose moving moments are those of the pass that the last step was in. should_stop is asked after every
  // batch; where it says so, nullptr is returned.
  Tensor* judged_weights(int64_t steps_taken, const std::function<bool()>& should_stop = {});

 private:
  void add_batch(int64_t step, int64_t batch, engine::Stages* stages, Result& result);
  // The batch that the buffers are filled with, for the plan.
  engine::TrainingPlan::Batch filled_batch(int64_t step, int64_t batch, engine::Stages* stages);
  // Fills the buffers with a batch and goes forward and backward with it.
  BatchResult compute(int64_t step, int64_t batch, engine::Stages* stages, Tensor& gradients);
  // Takes in what a batch gave besides its gradient; in the order of batches.
  void take_in(int64_t batch, const BatchResult& found, engine::Stages* stages, Result& result);
  void share_batches(int64_t step, Result& result);
  // With TrainConfig::sync_batch_norm (together.cc): the batches of the step that are this process's go through the
  // layers together, so that batch norms see the whole step.
  bool together() const;
  int64_t ranks() const { return exchange_ == nullptr ? 1 : exchange_->size(); }
  int64_t rank() const { return exchange_ == nullptr ? 0 : exchange_->rank(); }
  void take_together(int64_t step, engine::Stages* stages, Result& result);
  void take_round(int64_t first, std::span<const BatchResult> own, engine::Stages* stages, Result& result);
  // Fills held_ with this process's batches.
  std::vector<engine::TrainingPlan::Batch> hold_batches(int64_t step, engine::Stages* stages);
  engine::StepSums step_sums();
  int64_t add_moments_together(int64_t step, std::span<const float> weights, std::vector<double>& sums);
  // How many values the network's answers to each of the round's batches have that self-targets learn from.
  std::vector<size_t> answers_of(int64_t first, int64_t batches) const;
  // Makes ready for this step: for the size of its pictures, and for the layers that it trains.
  void fit_to(int64_t step);
  void freeze_as_in(int64_t step);
  const Network& network() const { return freezes_ ? frozen_network_ : model_.network; }
  bool recomputes() const;  // batch norms' moments
  engine::TrainingPlan::Batch plan_batch(int64_t step, int64_t batch) const;
  // Adds what batch norms find in the batches of a step to sums; returns how many batches there were.
  int64_t add_moments(int64_t step, std::span<const float> weights, std::vector<double>& sums);

  Model& model_;
  const TrainConfig& config_;
  PictureSize size_;  // of the last step's pictures (TrainConfig::sizes)
  TrainingBatches batches_;
  std::vector<bool> frozen_;  // the layers of TrainConfig::freeze, while freezes_ says so
  Network frozen_network_;
  bool freezes_ = false;
  ParameterLayout trained_;
  OptimizerState optimizer_;
  WeightAverage average_;
  Exchange* exchange_;                          // null: alone
  std::optional<distributed::OrderedSum> sum_;  // of gradients over ranks
  std::unique_ptr<engine::TrainingPlan> plan_;
  Tensor gradients_, batch_gradients_;  // of the step so far; of the small batch that is added to it
  std::vector<HeldBatch> held_;         // that go through the layers together
  std::vector<float> moments_;          // that batch norms found in the small batch
  Tensor recomputed_;                   // averaged_weights with other moments, after recomputed_at_ steps
  int64_t recomputed_at_ = -1;
};

}  // namespace fer::train
