#include "engine/training/join_batch_norms.h"

#include <gtest/gtest.h>

namespace fer::engine {
namespace {

Graph joined(const Network& network) { return join_batch_norms(build_graph(network)); }

TEST(JoinBatchNorms, TakesInReluAndPoolOfBothSides) {
  Network network({8, 8, 1});
  network.add(Conv2D{.filters = 2, .activation = Activation::kRelu}, "conv").add(BatchNorm{}, "norm");
  network.add(ActivationLayer{}, "relu").add(MaxPool2D{}, "pool").add(Flatten{}).add(Dense{.units = 2});
  const Graph graph = joined(network);
  ASSERT_EQ(graph.operations.size(), 4u);
  const Operation& norm = graph.operations[1];
  ASSERT_TRUE(norm.joined);
  EXPECT_EQ(norm.joined->conv_layer, 0);
  EXPECT_TRUE(norm.joined->relu_before);
  EXPECT_TRUE(norm.joined->relu_after);
  EXPECT_TRUE(norm.joined->pool);
  EXPECT_EQ(norm.joined->layers_after, (std::vector<int>{2, 3}));
  EXPECT_EQ(norm.output, (Shape{3, 3, 2}));
  EXPECT_TRUE(graph.operations[0].joined_to_reader);
  EXPECT_EQ(graph.operations[2].inputs, std::vector<int>{1});
}

TEST(JoinBatchNorms, LeavesAFrozenNormAlone) {
  Network network({8, 8, 1});
  network.add(Conv2D{.filters = 2}).add(BatchNorm{}).add(ActivationLayer{}).add(Flatten{}).add(Dense{.units = 2});
  network.layers[1].frozen = true;
  const Graph graph = joined(network);
  EXPECT_EQ(graph.operations.size(), 5u);
  EXPECT_FALSE(graph.operations[1].joined);
  EXPECT_FALSE(graph.operations[0].joined_to_reader);
}

TEST(JoinBatchNorms, TakesInNothingThatOthersRead) {
  Network network({8, 8, 1});
  network.add(Conv2D{.filters = 2}, "conv").add(BatchNorm{}, "norm").add(ActivationLayer{}, "relu");
  network.add(Add{}, "sum", {"relu", "norm", "conv"}).add(Flatten{}).add(Dense{.units = 2});
  const Graph graph = joined(network);
  EXPECT_EQ(graph.operations.size(), 6u);
  ASSERT_TRUE(graph.operations[1].joined);
  EXPECT_EQ(graph.operations[1].joined->conv_layer, -1);
  EXPECT_FALSE(graph.operations[1].joined->relu_after);
}

TEST(JoinBatchNorms, TakesNoPoolWhoseWindowsOverlap) {
  Network network({8, 8, 1});
  network.add(Conv2D{.filters = 2}).add(BatchNorm{}).add(MaxPool2D{.pool = {3, 3}, .strides = {2, 2}});
  network.add(Flatten{}).add(Dense{.units = 2});
  const Graph graph = joined(network);
  EXPECT_EQ(graph.operations.size(), 5u);
  EXPECT_FALSE(graph.operations[1].joined->pool);
}

}  // namespace
}  // namespace fer::engine
