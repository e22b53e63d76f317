#include "train/step/weight_average.h"

#include <algorithm>

#include "kernels/update/optimizer.h"

namespace fer::train {

WeightAverage::WeightAverage(double decay, const Model& model) : decay_(decay) {
  if (used()) values_ = model.weights.values;
}

void WeightAverage::update(const Model& model, int64_t t, const std::vector<bool>& frozen) {
  // Shorter memory in the first steps, or the average would long be about the random first weights (the rule of
  // TensorFlow's ExponentialMovingAverage with num_updates).
  const auto steps = static_cast<double>(t);
  const double decay = std::min(decay_, (1 + steps) / (10 + steps));
  kernels::average_update(static_cast<float>(decay), model.weights.values.values(), values_.values());
  for (const Parameter& p : model.weights.layout.parameters) {
    const bool fixed_now = !frozen.empty() && frozen[static_cast<size_t>(p.layer)];
    if (!model.network.layers[p.layer].frozen && !fixed_now) continue;
    const std::span<const float> fixed = model.weights.of(p);
    std::copy(fixed.begin(), fixed.end(), values_.data() + p.offset);
  }
}

}  // namespace fer::train
