// An exponential moving average of the weights, which looks on while they are trained (TrainConfig::weight_average).
#pragma once

#include <cstdint>
#include <vector>

#include "fer/model.h"

namespace fer::train {

class WeightAverage {
 public:
  // Begins as the model's weights. decay 0: there is no average, and nothing is kept.
  WeightAverage(double decay, const Model& model);

  bool used() const { return decay_ > 0; }
  // Takes in the weights as they are after step t, counted from 1. Those of layers that are frozen, in the network or
  // by the flags (one per layer, or none), are copied, to the bit.
  void update(const Model& model, int64_t t, const std::vector<bool>& frozen = {});
  // Laid out as the model's weights; empty without an average.
  Tensor& values() { return values_; }
  const Tensor& values() const { return values_; }

 private:
  double decay_;
  Tensor values_;
};

}  // namespace fer::train
