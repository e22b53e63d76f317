// One stage: trees until few enough negatives pass.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "cascade/train/boost_weights.h"
#include "fer/cascade_trainer.h"

namespace fer::cascade {

// A tree of at most `max_depth` nodes from its root to a leaf, fitted to the weights, and its answer for every sample.
// Nodes hold indices of search.features(). Nothing where no feature tells any two samples apart.
struct FittedTree {
  HaarTree tree;
  std::vector<float> answers;
};
std::optional<FittedTree> fit_tree(const SplitSearch& search, const BoostWeights& weights, int max_depth,
                                   const std::function<void(double)>& searching);

// The highest threshold at which at least `min_hit_rate` of the positives pass, and what then passes. `sums`: of the
// trees' answers.
struct StageRates {
  float threshold = 0;
  double hit_rate = 0, false_alarm = 0;
};
StageRates stage_rates(std::span<const double> sums, std::span<const int8_t> labels, double min_hit_rate);

// Adds trees until the false alarms are as few as asked for, or the trees as many as allowed. No trees where the
// samples cannot be told apart.
CascadeStage fit_stage(const SplitSearch& search, const std::vector<int8_t>& labels,
                       const CascadeParameters& parameters, int stage, const CascadeTrainingEvents& events);

}  // namespace fer::cascade
