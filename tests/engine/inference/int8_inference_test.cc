#include "engine/inference/int8_inference.h"

#include <gtest/gtest.h>

#include "fer/error.h"
#include "tests/engine/random_network.h"

namespace fer::testing {
namespace {

using engine::Int8Plan;

// Which operations of a network run on bytes; those of the network: conv1, pool, conv2, out.
std::vector<Int8Plan> planned(int64_t channels, const std::vector<std::string>& layers) {
  Network network({10, 10, 1});
  network.add(Conv2D{.filters = channels}, "conv1").add(MaxPool2D{}, "pool").add(Conv2D{.filters = channels}, "conv2");
  network.add(Flatten{}).add(Dense{.units = 2}, "out");
  const Weights weights = random_weights(network, 2500);
  const engine::FusedGraph graph = engine::fuse(engine::build_graph(network), weights.layout, weights.values.values());
  std::vector<Int8Layer> int8;
  for (const std::string& name : layers) int8.push_back({.layer = name, .low = -1, .high = 1, .kernel_scale = {}});
  // (The plans point to layers that are gone afterwards; the tests only ask what is bytes.)
  return engine::plan_int8(network, graph, int8);
}

TEST(Int8Inference, KeepsBytesFromLayerToLayerAndThroughAPool) {
  const std::vector<Int8Plan> plans = planned(4, {"conv1", "conv2", "out"});
  ASSERT_EQ(plans.size(), 4u);
  EXPECT_FALSE(plans[0].input_bytes) << "pictures come as floats";
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(plans[i].output_bytes) << i;
  EXPECT_TRUE(plans[2].input_bytes);
  EXPECT_TRUE(plans[3].input_bytes);
  EXPECT_FALSE(plans[3].output_bytes) << "the result is floats";
}

TEST(Int8Inference, GivesFloatsToWhoReadsFloats) {
  const std::vector<Int8Plan> plans = planned(4, {"conv1", "out"});
  EXPECT_FALSE(plans[0].output_bytes);
  EXPECT_FALSE(plans[1].output_bytes);
  EXPECT_FALSE(plans[2].output_bytes);
  EXPECT_FALSE(plans[3].input_bytes);
}

// Five channels take eight bytes: flattened, they are not the bytes of a dense layer's inputs in order.
TEST(Int8Inference, GivesFloatsWhereCellsAreFilledUp) {
  const std::vector<Int8Plan> plans = planned(5, {"conv1", "conv2", "out"});
  EXPECT_TRUE(plans[1].output_bytes);
  EXPECT_FALSE(plans[2].output_bytes);
  EXPECT_FALSE(plans[3].input_bytes);
}

TEST(Int8Inference, RefusesLayersThatCannotRunOnBytes) {
  EXPECT_THROW(planned(4, {"pool"}), Error);
  EXPECT_THROW(planned(4, {"nobody"}), Error);
  EXPECT_NO_THROW(planned(4, {}));
}

TEST(Int8Inference, RefusesGroupsByTheLayersName) {
  Network network({6, 6, 2});
  network.add(Conv2D{.filters = 4, .groups = 2}, "grouped").add(Flatten{}).add(Dense{.units = 2}, "out");
  const Weights weights = random_weights(network, 2501);
  const engine::FusedGraph graph = engine::fuse(engine::build_graph(network), weights.layout, weights.values.values());
  const std::vector<Int8Layer> int8 = {{.layer = "grouped", .low = -1, .high = 1, .kernel_scale = {}}};
  std::string message;
  try {
    engine::plan_int8(network, graph, int8);
  } catch (const Error& e) {
    message = e.what();
  }
  EXPECT_EQ(message, "layer 'grouped': has groups of channels: expected one group to compute in 8-bit integers");
}

}  // namespace
}  // namespace fer::testing
