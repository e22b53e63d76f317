// What a training step takes its gradient from: batches as a network takes them (pictures, target distributions,
// weights), in an order that is a function of config.seed and the step.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "data/augment.h"
#include "data/mixing.h"
#include "data/read_ahead.h"
#include "fer/trainer.h"
#include "train/step/run_inputs.h"
#include "train/step/running_targets.h"
#include "train/step/source_mix.h"

namespace fer::train {

class TrainingBatches {
 public:
  // Keeps references to config and inputs. Pictures have the size of the network's input.
  TrainingBatches(const TrainConfig& config, const RunInputs& inputs, const Network& network);

  // From the next batch on pictures have this size, each the part that the network's input is of it; not given: the
  // size of that input.
  void use_size(const PictureSize& size, const Network& network);

  // config.steps_per_epoch, or one pass over the data: ceil(rows / (accumulate * batch size)). The last step of a pass
  // may have fewer pictures, and with config.merge_last its last batch one more than the batch size.
  int64_t steps_per_epoch() const { return config_.steps_per_epoch > 0 ? config_.steps_per_epoch : steps_per_pass_; }
  int64_t steps_per_pass() const { return steps_per_pass_; }
  // The number of pictures per full step.
  int64_t pictures_per_step() const { return config_.accumulate * config_.batch_size; }
  // Chooses the pictures of a step, counted from the beginning of the run.
  void start_step(int64_t step);
  int64_t step_count() const { return static_cast<int64_t>(step_rows_.size()); }
  // Batches of the step: at most config.accumulate.
  int64_t batches() const {
    return (step_count() - (one_left_over_ ? 1 : 0) + config_.batch_size - 1) / config_.batch_size;
  }
  // The most pictures that a batch has.
  int64_t largest_batch() const { return targets_.shape()[0]; }
  // The number of pictures of one of the step's batches.
  int64_t count_of(int64_t batch) const { return static_cast<int64_t>(rows_of(batch).size()); }
  // Fills the buffers below with the step's batch: pictures augmented, and mixed with each other.
  void fill(int64_t batch);

  // Where there are self-targets: [count(), classes], for the network's probabilities of the batch. Else empty.
  std::span<float> probabilities() {
    return self_targets_ ? probabilities_.values().first(count_ * classes_) : std::span<float>();
  }
  // Takes the probabilities of one of the step's batches into the self-targets of its pictures that were not mixed.
  void learn(int64_t batch, std::span<const float> probabilities);
  bool learns() const { return self_targets_.has_value(); }
  // Those targets, which are part of a run's state; null: none.
  Tensor* self_targets() { return self_targets_ ? &self_targets_->tensor() : nullptr; }

  int64_t count() const { return count_; }
  std::span<const float> pictures() const { return pictures_.values().first(count_ * picture_size_); }
  std::span<const float> targets() const { return targets_.values().first(count_ * classes_); }
  // Empty without class weights.
  std::span<const float> weights() const { return std::span(weights_).first(weights_.empty() ? 0 : count_); }

 private:
  std::span<const int64_t> rows_of(int64_t batch) const;
  // Of each row of a batch the pass over its source; empty: all are of pass_.
  std::span<const int64_t> passes_of(int64_t batch) const;
  // The rows from this batch on, in the order in which this process will ask for them, at most `most`.
  std::vector<int64_t> rows_ahead(int64_t batch, size_t most);
  data::Mix mix_of(int64_t batch, int64_t i) const;
  void fill_targets();
  void mix(int64_t batch);
  std::span<float> picture(int64_t i) { return pictures_.values().subspan(i * picture_size_, picture_size_); }
  std::span<float> target(int64_t i) { return targets_.values().subspan(i * classes_, classes_); }

  const TrainConfig& config_;
  const RunInputs& inputs_;
  data::PictureShape shape_;   // of the pictures
  PictureSize crop_, resize_;  // the configuration's, in proportion to the pictures' size
  int64_t picture_size_, classes_, steps_per_pass_, pass_ = -1, count_ = 0;
  bool mixes_ = false;          // in this step
  bool merges_;                 // a pass leaves one picture over, which the batch before it takes
  bool one_left_over_ = false;  // in this step
  SourceMix mix_of_sources_;
  // Rows of the pass, of the step, of the batch; and of each the pass over its source, empty where that is pass_.
  std::vector<int64_t> order_, order_passes_, next_order_;
  int64_t step_begin_ = 0, next_pass_ = -1;  // of the step in the pass; which pass next_order_ is of
  std::span<const int64_t> step_rows_, rows_, step_passes_;
  double self_share_ = 0;  // of the self-targets in the step's targets
  std::optional<RunningTargets> self_targets_;
  Tensor pictures_, targets_, probabilities_;
  std::vector<float> weights_;
  std::vector<float> last_picture_, last_target_;  // of the batch, as they were before mixing
  std::optional<data::ReadAhead> ahead_;
};

// The distribution that a row's loss is taken against: its soft target where there are any, else one-hot; smoothed,
// y = (1 - e) * y + e / classes. Returns the class it names: the label, or the first largest of a soft target.
int64_t fill_target(const RunInputs& inputs, int64_t row, double smoothing, std::span<float> out);

}  // namespace fer::train
