#include "tests/engine/layers/check_layer.h"

namespace fer::testing {
namespace {

TEST(DropoutLayer, FulfilsWhatEveryLayerFulfils) { check_layer(Dropout{.rate = 0.4f}, {4, 4, 3}, 2280); }

TEST(DropoutLayer, OfNothingIsTheSameInTrainingAndInference) {
  const Network network = around_layer(Dropout{.rate = 0}, {4, 4, 3});
  expect_training_like_inference(network, TrainingInput(network, 3, 2281));
}

}  // namespace
}  // namespace fer::testing
