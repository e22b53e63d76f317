// Where the time of training goes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fer/dataset.h"
#include "fer/export.h"
#include "fer/network.h"
#include "fer/trainer.h"

namespace FER_PUBLIC fer {

// A layer and pass, or another part of a training step.
struct ProfileRow {
  std::string layer;  // its name; layers done in one go are joined by '+'; empty: not a layer's
  std::string type;   // as in a network's JSON
  // "forward", "backward", for convolutions and dense layers also which gradient, "recompute" (of a value that was not
  // kept); or "batch" (making it), "loss", "regularizers", "moments" (of batch norms, into the moving ones),
  // "accumulate" (adding up the gradients of small batches), "clipping" (the gradient's norm too), "optimizer",
  // "average" (of the weights).
  std::string pass;
  std::string algorithm;  // of a convolution or dense layer
  double seconds = 0;     // of all small batches of a step; median over the steps
  double gflop = 0;       // of the direct algorithm, two per multiply-add; 0 where it is not said
  double megabytes = 0;   // inputs, outputs and weights, each counted once
};

struct TrainingProfile {
  int64_t batch_size = 0;         // of a small batch; a step has TrainConfig::accumulate of them
  int64_t pictures_per_step = 0;  // of all of them
  int64_t steps = 0;
  double step_seconds = 0;  // median, whole steps
  std::vector<ProfileRow> rows = {};

  double accounted_seconds() const;  // sum of the rows
};

// Takes `steps` training steps (after three to warm up), as a run takes them, from initial weights on batches of
// `rows`, and returns what took how long. Writes nothing. Throws Error as Trainer does.
TrainingProfile profile_training(const Network& network, const TrainConfig& config, const Dataset& data,
                                 std::span<const int64_t> rows, int64_t steps);

}  // namespace fer
