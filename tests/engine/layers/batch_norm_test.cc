#include "tests/engine/layers/check_layer.h"

namespace fer::testing {
namespace {

Network norms(bool frozen) {
  Network network({5, 4, 3});
  network.add(Conv2D{.filters = 3, .kernel = {1, 1}}, "before").add(BatchNorm{.epsilon = 0.01f}, "norm");
  network.add(Conv2D{.filters = 2}, "behind").add(Flatten{});
  network.add(Dense{.units = 3, .activation = Activation::kSoftmax}, "after");
  network.layers[1].frozen = frozen;
  return network;
}

TEST(BatchNormLayer, FulfilsWhatEveryLayerFulfils) { check_layer(norms(false), 2220); }

// A frozen norm computes in training what it computes in inference.
TEST(BatchNormLayer, FulfilsItFrozen) {
  check_layer(norms(true), 2221);
  expect_training_like_inference(norms(true), TrainingInput(norms(true), 3, 2222));
}

}  // namespace
}  // namespace fer::testing
