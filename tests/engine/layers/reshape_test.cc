#include "engine/layers/layers.h"
#include "tests/engine/layers/check_layer.h"

namespace fer::testing {
namespace {

TEST(ReshapeLayers, FulfilWhatEveryLayerFulfils) {
  check_layer(Reshape{.shape = {4, 2, 3}}, {2, 4, 3}, 2290);
  check_layer(Reshape{.shape = {24}}, {2, 4, 3}, 2291);
  check_layer(Flatten{}, {2, 4, 3}, 2292);
}

TEST(ReshapeLayers, AreNotComputed) {
  const Network network = around_layer(Reshape{.shape = {24}}, {2, 4, 3});
  const engine::LayerSteps steps = engine::layer_steps(engine::build_graph(network).operations[1]);
  EXPECT_TRUE(steps.traits.alias);
  EXPECT_EQ(steps.training, nullptr);
  EXPECT_EQ(steps.inference, nullptr);
}

}  // namespace
}  // namespace fer::testing
