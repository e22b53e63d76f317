#include "engine/inference/fuser.h"

#include <gtest/gtest.h>

#include "tests/engine/random_network.h"

namespace fer::testing {
namespace {

struct Fused {
  explicit Fused(const Network& network)
      : weights(random_weights(network, 2400)),
        graph(engine::fuse(engine::build_graph(network), weights.layout, weights.values.values())) {}
  Weights weights;
  engine::FusedGraph graph;
};

TEST(Fuser, FoldsNormAndReluIntoTheirConvolution) {
  Network network({6, 6, 1});
  network.add(Conv2D{.filters = 2}).add(BatchNorm{}).add(ActivationLayer{Activation::kRelu6}).add(Dropout{});
  network.add(Flatten{}).add(Dense{.units = 2});
  const Fused fused(network);
  ASSERT_EQ(fused.graph.operations.size(), 2u);
  EXPECT_TRUE(fused.graph.operations[0].conv->relu);
  EXPECT_EQ(fused.graph.operations[0].conv->relu_cap, 6);
  EXPECT_FALSE(fused.graph.operations[0].conv->kernel_scale.empty());
  EXPECT_EQ(fused.graph.operations[1].inputs, std::vector<int>{0});
  EXPECT_EQ(fused.graph.result, 1);
}

TEST(Fuser, LeavesAConvolutionAloneThatOthersRead) {
  Network network({6, 6, 1});
  network.add(Conv2D{.filters = 2}, "conv").add(BatchNorm{}, "norm").add(Add{}, "sum", {"norm", "conv"});
  network.add(Flatten{}).add(Dense{.units = 2});
  const Fused fused(network);
  ASSERT_EQ(fused.graph.operations.size(), 4u);
  EXPECT_TRUE(fused.graph.operations[0].conv->kernel_scale.empty());
  EXPECT_EQ(fused.graph.operations[2].inputs, (std::vector<int>{1, 0}));
}

// Dropout and changes of shape have no value of their own: who reads one reads the convolution.
TEST(Fuser, SeesReadersBehindAnAlias) {
  Network network({6, 6, 1});
  network.add(Conv2D{.filters = 2}, "conv").add(Dropout{}, "alias");
  network.add(BatchNorm{}, "norm").add(Add{}, "sum", {"norm", "alias"}).add(Flatten{}).add(Dense{.units = 2});
  const Fused fused(network);
  ASSERT_EQ(fused.graph.operations.size(), 4u);
  EXPECT_TRUE(fused.graph.operations[0].conv->kernel_scale.empty());
}

TEST(Fuser, GivesThePicturesWhereNothingIsComputed) {
  Network network({1, 1, 3});
  network.add(Flatten{}).add(Dropout{});
  const Fused fused(network);
  EXPECT_TRUE(fused.graph.operations.empty());
  EXPECT_EQ(fused.graph.result, -1);
}

}  // namespace
}  // namespace fer::testing
