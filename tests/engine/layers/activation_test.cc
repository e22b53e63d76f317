#include "tests/engine/layers/check_layer.h"

namespace fer::testing {
namespace {

TEST(ActivationLayer, FulfilsWhatEveryLayerFulfils) {
  uint32_t stream = 2230;
  for (const Activation function :
       {Activation::kLinear, Activation::kElu, Activation::kSilu, Activation::kTanh, Activation::kSigmoid,
        Activation::kSoftmax, Activation::kSelu, Activation::kGelu, Activation::kGeluTanh, Activation::kMish}) {
    SCOPED_TRACE(activation_name(function));
    check_layer(ActivationLayer{function}, {3, 4, 3}, stream++);
  }
}

// (Differences of the loss do not know what to do at a kink.)
TEST(ActivationLayer, HasTheGradientsOfTheReferenceWithKinks) {
  uint32_t stream = 2240;
  for (const Activation function : {Activation::kRelu, Activation::kLeakyRelu, Activation::kRelu6,
                                    Activation::kHardSigmoid, Activation::kHardSwish}) {
    SCOPED_TRACE(activation_name(function));
    const Network network = around_layer(ActivationLayer{function}, {3, 4, 3});
    const TrainingInput in(network, 3, stream++);
    expect_plan_like_reference(network, in);
    expect_inference_like_reference(network, in);
    expect_training_like_inference(network, in);
  }
}

TEST(ActivationLayer, HardSigmoidsHaveTheSlopeThatIsGiven) {
  const Network network = around_layer(ActivationLayer{Activation::kHardSigmoid, 0.2f}, {3, 4, 3});
  const TrainingInput in(network, 3, 2250);
  expect_plan_like_reference(network, in);
  expect_inference_like_reference(network, in);
  expect_training_like_inference(network, in);
}

}  // namespace
}  // namespace fer::testing
