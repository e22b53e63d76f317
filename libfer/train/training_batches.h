// The batches of an epoch as a network takes them: pictures, target distributions, weights.
#pragma once

#include <span>
#include <vector>

#include "data/augment.h"
#include "fer/trainer.h"
#include "train/identity.h"

namespace fer::train {

class TrainingBatches {
 public:
  // Keeps references to config and inputs.
  TrainingBatches(const TrainConfig& config, const RunInputs& inputs, const Network& network);

  // ceil(rows / batch size), at most config.limit_steps. The last batch of a full epoch may be smaller.
  int64_t steps_per_epoch() const { return steps_; }
  // Draws the order of an epoch: a function of config.seed and epoch.
  void start_epoch(int64_t epoch);
  // Fills the buffers below with a step's pictures.
  void fill(int64_t step);

  int64_t count() const { return count_; }
  std::span<const float> pictures() const { return pictures_.values().first(count_ * picture_size_); }
  std::span<const float> targets() const { return targets_.values().first(count_ * classes_); }
  // Empty without class weights.
  std::span<const float> weights() const { return std::span(weights_).first(weights_.empty() ? 0 : count_); }

 private:
  const TrainConfig& config_;
  const RunInputs& inputs_;
  PictureShape shape_;  // the network's input
  int64_t picture_size_, classes_, steps_, epoch_ = 0, count_ = 0;
  std::vector<int64_t> order_;
  Tensor pictures_, targets_;
  std::vector<float> weights_;
};

// The distribution that a row's loss is taken against: its soft target where there are any, else one-hot; smoothed,
// y = (1 - e) * y + e / classes. Returns the class it names: the label, or the first largest of a soft target.
int64_t fill_target(const RunInputs& inputs, int64_t row, double smoothing, std::span<float> out);

}  // namespace fer::train
