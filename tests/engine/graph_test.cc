#include "engine/graph.h"

#include <gtest/gtest.h>

#include "fer/error.h"

namespace fer::engine {
namespace {

Activation activation_of(const Operation& operation) { return std::get<ActivationLayer>(operation.kind).function; }

TEST(Graph, KeepsReluWithItsConvolution) {
  Network network({8, 8, 1});
  network.add(Conv2D{.filters = 2, .activation = Activation::kRelu}).add(Flatten{}).add(Dense{.units = 3});
  const Graph graph = build_graph(network);
  ASSERT_EQ(graph.operations.size(), 3u);
  EXPECT_EQ(std::get<Conv2D>(graph.operations[0].kind).activation, Activation::kRelu);
  EXPECT_FALSE(graph.softmax);
}

TEST(Graph, SplitsOtherActivationsOff) {
  Network network({8, 8, 1});
  network.add(Conv2D{.filters = 2, .activation = Activation::kElu, .alpha = 0.5f}).add(Flatten{});
  network.add(Dense{.units = 3, .activation = Activation::kTanh});
  const Graph graph = build_graph(network);
  ASSERT_EQ(graph.operations.size(), 5u);
  EXPECT_EQ(std::get<Conv2D>(graph.operations[0].kind).activation, Activation::kLinear);
  EXPECT_EQ(activation_of(graph.operations[1]), Activation::kElu);
  EXPECT_EQ(std::get<ActivationLayer>(graph.operations[1].kind).alpha, 0.5f);
  EXPECT_EQ(graph.operations[1].layer, 0);
  EXPECT_EQ(graph.operations[1].inputs, std::vector<int>{0});
  EXPECT_EQ(graph.operations[2].inputs, std::vector<int>{1}) << "who reads the layer reads behind its activation";
  EXPECT_EQ(activation_of(graph.operations[4]), Activation::kTanh);
}

TEST(Graph, LeavesTheLastSoftmaxOut) {
  Network fused({4, 1, 1}), apart({4, 1, 1});
  fused.add(Flatten{}).add(Dense{.units = 3, .activation = Activation::kSoftmax});
  apart.add(Flatten{}).add(Dense{.units = 3}).add(ActivationLayer{Activation::kSoftmax});
  for (const Network& network : {fused, apart}) {
    const Graph graph = build_graph(network);
    EXPECT_TRUE(graph.softmax);
    EXPECT_EQ(graph.operations.size(), 2u);
  }
}

TEST(Graph, KeepsASoftmaxInTheMiddle) {
  Network network({4, 1, 1});
  network.add(Flatten{}).add(Dense{.units = 3, .activation = Activation::kSoftmax}).add(Dense{.units = 2});
  const Graph graph = build_graph(network);
  EXPECT_FALSE(graph.softmax);
  ASSERT_EQ(graph.operations.size(), 4u);
  EXPECT_EQ(activation_of(graph.operations[2]), Activation::kSoftmax);
}

TEST(Graph, TakesASeparableConvolutionApart) {
  Network network({8, 8, 3});
  network.add(SeparableConv2D{.filters = 5, .depth_multiplier = 2, .activation = Activation::kElu}, "sep");
  network.add(GlobalAveragePool2D{});
  const Graph graph = build_graph(network);
  ASSERT_EQ(graph.operations.size(), 4u);
  EXPECT_EQ(graph.operations[0].output, (Shape{6, 6, 6}));
  EXPECT_STREQ(graph.operations[0].kernel, "depthwise_kernel");
  EXPECT_EQ(graph.operations[0].bias, nullptr);
  EXPECT_EQ(std::get<Conv2D>(graph.operations[1].kind).kernel, (Pair{1, 1}));
  EXPECT_STREQ(graph.operations[1].kernel, "pointwise_kernel");
  EXPECT_EQ(graph.operations[1].inputs, std::vector<int>{0});
  EXPECT_EQ(activation_of(graph.operations[2]), Activation::kElu);
  EXPECT_EQ(graph.operations[3].inputs, std::vector<int>{2});
}

TEST(Graph, MultipliesTwoByTwoTheFullShapeFirst) {
  Network network({4, 4, 2});
  network.add(GlobalAveragePool2D{}, "gate").add(Multiply{}, "product", {"gate", "input", "input"});
  network.add(Flatten{});
  const Graph graph = build_graph(network);
  ASSERT_EQ(graph.operations.size(), 4u);
  EXPECT_EQ(graph.operations[1].inputs, (std::vector<int>{-1, -1}));
  EXPECT_EQ(graph.operations[2].inputs, (std::vector<int>{1, 0}));
  EXPECT_EQ(graph.operations[2].others, std::vector<Shape>{{2}});
}

TEST(Graph, CountsHowOftenAValueIsRead) {
  Network network({4, 4, 2});
  network.add(Conv2D{.filters = 2, .padding = Padding::same()}, "a");
  network.add(Conv2D{.filters = 2, .padding = Padding::same()}, "b");
  network.add(Add{}, "sum", {"a", "b", "a", "input"}).add(Flatten{}).add(Dense{.units = 2});
  EXPECT_EQ(count_readers(build_graph(network)), (std::vector<int>{2, 3, 1, 1, 1, 0}));
}

TEST(Graph, FindsParametersByTheirLayer) {
  Network network({4, 4, 1});
  network.add(Conv2D{.filters = 2}, "a")
      .add(BatchNorm{}, "b")
      .add(Flatten{})
      .add(Dense{.units = 2, .bias = false}, "c");
  const ParameterLayout layout = parameter_layout(network);
  EXPECT_EQ(find_parameter(layout, 0, "kernel")->name, "a/kernel");
  EXPECT_EQ(find_parameter(layout, 3, "kernel")->name, "c/kernel");
  EXPECT_EQ(find_parameter(layout, 1, "moving_mean")->name, "b/moving_mean");
  EXPECT_EQ(find_parameter(layout, 3, "bias"), nullptr);
  EXPECT_EQ(find_parameter(layout, 1, "mean"), nullptr) << "the whole suffix counts";
}

TEST(Graph, RefusesAnOutputThatIsNoListOfClasses) {
  Network network({4, 4, 1});
  network.add(Conv2D{.filters = 2}, "last");
  EXPECT_THROW(build_graph(network), Error);
}

}  // namespace
}  // namespace fer::engine
