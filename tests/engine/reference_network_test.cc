// The reference network against differences of itself: every gradient, through branches, dropout and frozen layers.
#include "tests/engine/reference_network.h"

#include <gtest/gtest.h>

#include "tests/engine/random_network.h"
#include "tests/kernels/gradient_check.h"

namespace fer::testing {
namespace {

ReferenceBatch draw_batch(const Network& network, int64_t n, uint32_t stream) {
  Draw draw(stream);
  return {.n = n,
          .pictures = draw.values<double>(n * network.input.elements()),
          .targets = draw.values<double>(n * class_count(network), 0, 1),
          .weights = draw.values<double>(n, 0.5, 2),
          .seed = 7,
          .step = 3};
}

void check_network(uint32_t stream, const NetworkKind& kind) {
  const Network network = RandomNetwork(stream, kind).network();
  SCOPED_TRACE(summary(network));
  const Weights initial = random_weights(network, stream);
  Values weights(initial.values.values().begin(), initial.values.values().end());
  const ReferenceBatch batch = draw_batch(network, 3, stream);
  ReferenceNetwork reference(network);
  Values updated = weights;
  const ReferenceResult result = reference.train(batch, updated);
  // What is trained lies first.
  const auto trained = static_cast<size_t>(initial.layout.trainable_floats);
  Values by(weights.begin(), weights.begin() + static_cast<int64_t>(trained));
  const auto loss = [&] {
    Values at = weights;
    std::copy(by.begin(), by.end(), at.begin());
    return reference.train(batch, at).objective;
  };
  check_gradients(
      "network", loss,
      {{"weights", &by, {result.gradients.begin(), result.gradients.begin() + static_cast<int64_t>(trained)}}}, 1e-5,
      60, 1e-4);
}

TEST(ReferenceNetwork, HasTheGradientsOfItsLoss) {
  for (uint32_t i = 0; i < 4; ++i) {
    check_network(1300 + i, {.smooth = true, .dropout = false});
    if (HasFatalFailure()) return;
  }
}

TEST(ReferenceNetwork, HasThemWithDropoutAndFrozenLayers) {
  for (uint32_t i = 0; i < 4; ++i) {
    check_network(1310 + i, {.smooth = true, .dropout = true, .frozen = true});
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace fer::testing
