#include "engine/moments.h"

#include <gtest/gtest.h>

#include "tests/engine/plan_cases.h"

namespace fer::testing {
namespace {

// Two batch norms of 3 and 20 channels, between which a frozen one stands.
Network norms() {
  Network network({4, 4, 2});
  network.add(Conv2D{.filters = 3}, "conv1").add(BatchNorm{.momentum = 0.75f}, "norm1");
  network.add(BatchNorm{}, "frozen").add(Conv2D{.filters = 20, .kernel = {1, 1}}, "conv2");
  network.add(BatchNorm{.momentum = 0.5f}, "norm2").add(Flatten{}).add(Dense{.units = 3}, "out");
  network.layers[2].frozen = true;
  return network;
}

const Parameter& named(const ParameterLayout& layout, const std::string& name) {
  return *std::find_if(layout.parameters.begin(), layout.parameters.end(),
                       [&](const Parameter& p) { return p.name == name; });
}

TEST(Moments, AreThoseOfEveryNormThatIsNotFrozen) {
  const Network network = norms();
  const ParameterLayout parameters = parameter_layout(network);
  const engine::MomentLayout layout = engine::moment_layout(network, parameters);
  ASSERT_EQ(layout.norms.size(), 2u);
  const engine::NormMoments &first = layout.norms[0], &second = layout.norms[1];
  EXPECT_EQ(first.layer, 1);
  EXPECT_EQ(first.channels, 3);
  EXPECT_EQ(first.momentum, 0.75f);
  EXPECT_EQ(first.moving_mean, named(parameters, "norm1/moving_mean").offset);
  EXPECT_EQ(first.moving_variance, named(parameters, "norm1/moving_variance").offset);
  EXPECT_EQ(second.layer, 4);
  EXPECT_EQ(second.channels, 20);
  EXPECT_EQ(second.moving_variance, named(parameters, "norm2/moving_variance").offset);
  // None overlaps another.
  EXPECT_GE(first.variance, first.mean + 3);
  EXPECT_GE(second.mean, first.variance + 3);
  EXPECT_GE(second.variance, second.mean + 20);
  EXPECT_GE(layout.floats, second.variance + 20);
}

TEST(Moments, GoIntoTheMovingOnesByTheMomentum) {
  const Network network = norms();
  Weights weights = random_weights(network, 1700);
  const std::vector<float> before(weights.values.values().begin(), weights.values.values().end());
  const engine::MomentLayout layout = engine::moment_layout(network, weights.layout);
  std::vector<float> moments(static_cast<size_t>(layout.floats), NAN);
  std::vector<float> expected = before;
  for (const engine::NormMoments& norm : layout.norms) {
    for (int64_t i = 0; i < norm.channels; ++i) {
      const auto mean = static_cast<float>(norm.layer * 100 + i), variance = static_cast<float>(i + 1);
      moments[static_cast<size_t>(norm.mean + i)] = mean;
      moments[static_cast<size_t>(norm.variance + i)] = variance;
      float& moving_mean = expected[static_cast<size_t>(norm.moving_mean + i)];
      float& moving_variance = expected[static_cast<size_t>(norm.moving_variance + i)];
      moving_mean = norm.momentum * moving_mean + (1 - norm.momentum) * mean;
      moving_variance = norm.momentum * moving_variance + (1 - norm.momentum) * variance;
    }
  }
  engine::update_moving_moments(layout, moments, weights.values.values());
  // All else, the gaps and the frozen norm too, stays to the bit.
  const std::span<const float> after = weights.values.values();
  expect_same_bits(std::vector<float>(after.begin(), after.end()), expected, "weights");
}

TEST(Moments, OfABatchAreItsMeanAndBiasedVariance) {
  Network network({1, 1, 2});
  network.add(BatchNorm{}, "norm").add(Flatten{}).add(Dense{.units = 2}, "out");
  TrainingInput in(network, 2, 1701);
  in.pictures = {1, 10, 3, 30};  // two pictures of two channels
  const TrainingOutput out = run_plan(network, in, 2);
  const engine::MomentLayout layout = engine::moment_layout(network, in.weights.layout);
  ASSERT_EQ(layout.norms.size(), 1u);
  const auto at = [&](int64_t offset) { return out.moments[static_cast<size_t>(offset)]; };
  EXPECT_FLOAT_EQ(at(layout.norms[0].mean), 2);
  EXPECT_FLOAT_EQ(at(layout.norms[0].mean + 1), 20);
  EXPECT_FLOAT_EQ(at(layout.norms[0].variance), 1);
  EXPECT_FLOAT_EQ(at(layout.norms[0].variance + 1), 100);
}

TEST(Moments, OfANetworkWithoutNormsAreNone) {
  Network network({4, 4, 1});
  network.add(Flatten{}).add(Dense{.units = 2});
  const ParameterLayout parameters = parameter_layout(network);
  const engine::MomentLayout layout = engine::moment_layout(network, parameters);
  EXPECT_TRUE(layout.norms.empty());
  EXPECT_EQ(layout.floats, 0);
  std::vector<float> weights(static_cast<size_t>(parameters.total_floats), 2.0f);
  engine::update_moving_moments(layout, {}, weights);
  EXPECT_EQ(weights, std::vector<float>(weights.size(), 2.0f));
}

}  // namespace
}  // namespace fer::testing
