#include "explain/derived.h"

#include <gtest/gtest.h>

#include "fer/error.h"

namespace fer::explain {
namespace {

Network branched() {
  Network network({8, 8, 1}, {"a", "b"});
  network.add(Conv2D{.filters = 2, .padding = Padding::same()}, "one");
  network.add(Conv2D{.filters = 2, .padding = Padding::same()}, "two", {"input"});
  network.add(Add{}, "sum", {"one", "two"});
  network.add(MaxPool2D{}, "pool");
  network.add(Flatten{}, "flat");
  network.add(Dense{.units = 2}, "out");
  network.add(ActivationLayer{Activation::kSoftmax}, "softmax");
  return network;
}

TEST(Derived, TheLastMapsAreOfTheSizeOfTheLastConvolutions) {
  EXPECT_EQ(last_maps(branched()), 2);
  // What follows the last convolution up to its pool; 1x1 maps of squeeze-and-excite do not count.
  for (const std::string& name : network_names()) {
    const Network network = load_network(name);
    const std::vector<LayerInfo> infos = infer(network);
    const auto at = static_cast<size_t>(last_maps(network));
    EXPECT_EQ(infos[at].output.rank(), 3u) << name;
    EXPECT_GT(infos[at].output[0] * infos[at].output[1], 1) << name << " " << network.layers[at].name;
    // Everything behind it is smaller.
    for (size_t i = at + 1; i < infos.size(); ++i) {
      EXPECT_LT(infos[i].output.rank() == 3 ? infos[i].output[0] * infos[i].output[1] : 0,
                infos[at].output[0] * infos[at].output[1])
          << name;
    }
  }
}

TEST(Derived, ANetworkWithoutMapsIsRefused) {
  Network network({1, 1, 5});
  network.add(Flatten{});
  network.add(Dense{.units = 2});
  EXPECT_THROW(last_maps(network), Error);
}

TEST(Derived, ALayerIsFoundByItsName) {
  EXPECT_EQ(find_layer(branched(), "input"), kInput);
  EXPECT_EQ(find_layer(branched(), "pool"), 3);
  try {
    find_layer(branched(), "pol");
    FAIL();
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("'pol'"), std::string::npos) << e.what();
  }
}

TEST(Derived, TheFrontHoldsWhatTheLayerNeeds) {
  const Network network = branched();
  const Weights weights = initialize(network, 1);
  const Derived two = front_of(network, weights, 1);
  ASSERT_EQ(two.network.layers.size(), 2u);
  EXPECT_EQ(two.network.layers[0].name, "two");
  EXPECT_EQ(class_count(two.network), 128);
  const Parameter& kernel = two.weights.layout.parameters[0];
  EXPECT_EQ(kernel.name, "two/kernel");
  const Parameter& original = weights.layout.parameters[2];
  ASSERT_EQ(original.name, "two/kernel");
  EXPECT_TRUE(std::ranges::equal(two.weights.of(kernel), weights.of(original)));
  EXPECT_EQ(front_of(network, weights, 2).network.layers.size(), 4u);
}

TEST(Derived, OnlyTheProbesBiasIsTrained) {
  const Network network = branched();
  const Weights weights = initialize(network, 1);
  for (int layer = kInput; layer < static_cast<int>(network.layers.size()); ++layer) {
    const Probed probe = probed(network, weights, layer);
    const Parameter& bias = probe.derived.weights.layout.parameters[static_cast<size_t>(probe.bias)];
    EXPECT_TRUE(bias.trainable);
    EXPECT_EQ(bias.shape.elements(),
              layer == kInput ? 64 : infer(network)[static_cast<size_t>(layer)].output.elements());
    EXPECT_EQ(class_count(probe.derived.network), 3);
    for (const Parameter& p : probe.derived.weights.layout.parameters) {
      EXPECT_EQ(p.trainable, p.layer == bias.layer) << p.name;
    }
  }
}

// Names that a probe would take.
TEST(Derived, ANetworkMayHaveTheProbesNames) {
  Network network({4, 4, 1});
  network.add(Conv2D{.filters = 1}, "probe_bias");
  network.add(Flatten{}, "scores");
  network.add(Dense{.units = 2}, "values");
  const Weights weights = initialize(network, 1);
  EXPECT_EQ(class_count(probed(network, weights, 0).derived.network), 3);
  EXPECT_EQ(class_count(front_of(network, weights, 2).network), 2);
}

}  // namespace
}  // namespace fer::explain
