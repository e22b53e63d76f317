#include "engine/training/plan_builder.h"

#include <gtest/gtest.h>

#include "engine/training/join_batch_norms.h"

namespace fer::engine {
namespace {

// A plan's buffers for a network, and what the builder says of them.
struct Built {
  explicit Built(const Network& network)
      : graph(join_batch_norms(build_graph(network))),
        parameters(parameter_layout(network)),
        moments(moment_layout(network, parameters)),
        builder(graph, parameters, moments, 2, Precision::kFp32, layout) {}
  Graph graph;
  ParameterLayout parameters;
  MomentLayout moments;
  ArenaLayout layout;
  PlanBuilder builder;
};

TEST(PlanBuilder, AddsUpTheGradientsOfSeveralReaders) {
  Network network({4, 4, 1});
  network.add(Conv2D{.filters = 2, .padding = Padding::same()}, "a");
  network.add(Conv2D{.filters = 2, .padding = Padding::same()}, "b").add(Add{}, "sum", {"a", "b", "a"});
  network.add(Flatten{}).add(Dense{.units = 2});
  const Built built(network);
  EXPECT_EQ(built.builder.gradient_sum(0).parts.size(), 3u);
  EXPECT_EQ(built.builder.gradient_sum(0).floats, 32);
  EXPECT_EQ(built.builder.gradient_sum(1).parts.size(), 1u);
}

TEST(PlanBuilder, WantsGradientsOnlyBehindWhatIsTrained) {
  Network network({8, 8, 1});
  network.add(Conv2D{.filters = 2}, "frozen").add(ActivationLayer{}, "relu");
  network.add(Conv2D{.filters = 2}, "trained").add(Flatten{}).add(Dense{.units = 2});
  network.layers[0].frozen = true;
  const Built built(network);
  EXPECT_FALSE(built.builder.wants_gradient(0));
  EXPECT_FALSE(built.builder.wants_gradient(1));
  EXPECT_TRUE(built.builder.wants_gradient(2));
}

TEST(PlanBuilder, HasNoStepForAnAlias) {
  Network network({4, 4, 1});
  network.add(Conv2D{.filters = 2}).add(Flatten{}).add(Dense{.units = 2});
  Built built(network);
  int64_t scratch = 0;
  EXPECT_NE(built.builder.make_step(0, scratch), nullptr);
  EXPECT_EQ(built.builder.make_step(1, scratch), nullptr);
  EXPECT_GT(scratch, 0);
}

// A batch norm's value is made again from the convolution's, which in turn is cheap where it reads grey pictures.
TEST(PlanBuilder, ComputesAgainWhatIsCheap) {
  Network network({8, 8, 1});
  network.add(Conv2D{.filters = 2}, "conv1").add(BatchNorm{}, "norm1").add(ActivationLayer{}, "relu1");
  network.add(Conv2D{.filters = 2}, "conv2").add(BatchNorm{}, "norm2").add(ActivationLayer{}, "relu2");
  network.add(Conv2D{.filters = 2}, "conv3").add(Flatten{}).add(Dense{.units = 2});
  const Built built(network);
  EXPECT_EQ(built.builder.recomputed_before(2), (std::vector<int>{0, 1})) << "before conv2: conv1 and norm1";
  EXPECT_EQ(built.builder.recomputed_before(4), (std::vector<int>{3})) << "before conv3: norm2";
}

TEST(PlanBuilder, KeepsWhatOthersRead) {
  Network network({8, 8, 1});
  network.add(Conv2D{.filters = 2, .padding = Padding::same()}, "conv1").add(BatchNorm{}, "norm1");
  network.add(Conv2D{.filters = 2, .padding = Padding::same()}, "conv2").add(Add{}, "sum", {"conv2", "norm1"});
  network.add(Flatten{}).add(Dense{.units = 2});
  EXPECT_TRUE(Built(network).builder.recomputed_before(2).empty());
}

}  // namespace
}  // namespace fer::engine
