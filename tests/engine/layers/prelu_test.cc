#include "tests/engine/layers/check_layer.h"

namespace fer::testing {
namespace {

TEST(PReluLayer, FulfilsWhatEveryLayerFulfils) {
  for (const bool shared : {true, false}) {
    const Network network = around_layer(PRelu{.shared = shared}, {3, 4, 3});
    const TrainingInput in(network, 3, 2250);
    expect_json_round_trip(network);
    expect_plan_like_reference(network, in);
    expect_inference_like_reference(network, in);
    expect_training_like_inference(network, in);
  }
}

}  // namespace
}  // namespace fer::testing
