// AdaBoost's bookkeeping: the weight of each sample, and what the next tree is to be fitted to.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cascade/train/split_search.h"
#include "fer/cascade.h"

namespace fer::cascade {

// Friedman, Hastie, Tibshirani 2000, with y = 1 or -1, F the sum of the trees so far, f the next one:
//   gentle    f = weighted mean of y;                      w <- w exp(-y f)
//   real      f = log(p / (1 - p)) / 2, p = share of y = 1; w <- w exp(-y f)
//   discrete  f = c or -c, by the majority, with c = log((1 - err) / err); w <- w exp(c) where f is wrong
//   logit     p = 1 / (1 + exp(-F)), w = p (1 - p), f = weighted mean of 1 / p (y = 1) or -1 / (1 - p), at most 10
// Weights sum to 1. Trimming: the lightest samples, which together weigh at most 1 - rate, sit the next tree out.
class BoostWeights {
 public:
  BoostWeights(BoostType type, std::vector<int8_t> labels, double trim_rate);

  std::span<const Weighted> samples() const { return samples_; }
  Criterion criterion() const { return type_ == BoostType::kDiscrete ? Criterion::kErrors : Criterion::kSquares; }
  // The value of a leaf with these samples' sums; discrete: 1 or -1.
  double leaf(Weighted sums) const;
  // Takes a tree's answer for every sample. Returns what its leaves are to be multiplied by: 1, or discrete's c.
  double update(std::span<const float> answers);

 private:
  void targets();
  void normalise();
  void trim();

  BoostType type_;
  std::vector<int8_t> labels_;
  double trim_rate_;
  std::vector<double> weights_, sums_;  // sums_: of logit, F / 2
  std::vector<double> fit_;             // what is to be fitted
  std::vector<Weighted> samples_;
};

}  // namespace fer::cascade
