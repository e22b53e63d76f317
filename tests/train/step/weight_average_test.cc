#include "train/step/weight_average.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/train/small_run.h"

namespace fer::train {
namespace {

Model model_of(float value, bool first_frozen = false) {
  Network network = small_network();
  network.layers[0].frozen = first_frozen;
  Model model{network, initialize(network, 1), {}};
  for (const Parameter& p : model.weights.layout.parameters) {
    for (float& w : model.weights.of(p)) w = value;
  }
  return model;
}

TEST(WeightAverage, OfDecayZeroIsNone) {
  const WeightAverage average(0, model_of(1));
  EXPECT_FALSE(average.used());
  EXPECT_EQ(average.values().size(), 0u);
}

// d is the smaller of the decay and (1 + t) / (10 + t): 2 / 11 at the first step, 0.5 from the eighth on.
TEST(WeightAverage, ForgetsTheFirstWeightsSoon) {
  WeightAverage average(0.5, model_of(1));
  const Parameter kernel = model_of(0).weights.layout.parameters[0];
  average.update(model_of(0), 1);
  EXPECT_NEAR(average.values().data()[kernel.offset], 2 / 11.0, 1e-6);
  average.update(model_of(0), 8);
  EXPECT_NEAR(average.values().data()[kernel.offset], 1 / 11.0, 1e-6);
  average.update(model_of(1), 1000);
  EXPECT_NEAR(average.values().data()[kernel.offset], 0.5 + 0.5 / 11, 1e-6);
}

TEST(WeightAverage, TakesFrozenLayersAsTheyAre) {
  WeightAverage average(0.9, model_of(1, true));
  const Model now = model_of(0.1f, true);
  average.update(now, 100);
  for (const Parameter& p : now.weights.layout.parameters) {
    const float found = average.values().data()[p.offset];
    EXPECT_EQ(found == 0.1f, now.network.layers[p.layer].frozen) << p.name;
  }
}

}  // namespace
}  // namespace fer::train
