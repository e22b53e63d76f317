#include "engine/layers/layers.h"
#include "tests/engine/layers/check_layer.h"

namespace fer::testing {
namespace {

TEST(ConvLayer, FulfilsWhatEveryLayerFulfils) {
  check_layer(Conv2D{.filters = 5, .padding = Padding::same()}, {6, 5, 3}, 2200);
  check_layer(Conv2D{.filters = 4, .kernel = {2, 3}, .strides = {2, 1}, .bias = false}, {7, 6, 2}, 2201);
  check_layer(Conv2D{.filters = 4, .activation = Activation::kSilu}, {5, 5, 2}, 2202);
}

TEST(ConvLayer, FulfilsTheSameWithADilation) {
  check_layer(Conv2D{.filters = 5, .padding = Padding::same(), .dilation = {2, 3}}, {7, 6, 3}, 2204);
  check_layer(Conv2D{.filters = 2, .strides = {2, 1}, .padding = Padding::on_each_side(1), .dilation = {2, 2}},
              {7, 8, 2}, 2205);
}

TEST(ConvLayer, FulfilsTheSameInGroups) {
  check_layer(Conv2D{.filters = 6, .padding = Padding::same(), .groups = 2, .activation = Activation::kRelu}, {5, 4, 4},
              2206);
  check_layer(Conv2D{.filters = 6, .kernel = {2, 3}, .dilation = {1, 2}, .groups = 3, .bias = false}, {6, 7, 3}, 2207);
  check_layer(Conv2D{.filters = 4, .kernel = {1, 1}, .groups = 4, .activation = Activation::kTanh}, {3, 3, 4}, 2208);
}

// Channels of one group from another's: the groups of a depthwise convolution are those of one with as many groups.
TEST(ConvLayer, WithAGroupForEachChannelIsADepthwiseOne) {
  const Conv2D grouped{.filters = 8, .padding = Padding::same(), .groups = 4, .activation = Activation::kSilu};
  const DepthwiseConv2D depthwise{.padding = Padding::same(), .depth_multiplier = 2, .activation = Activation::kSilu};
  const Network one = around_layer(grouped, {6, 5, 4}), other = around_layer(depthwise, {6, 5, 4});
  const TrainingInput in(one, 3, 2209);
  TrainingInput same = in;
  same.weights.layout = parameter_layout(other);
  const std::vector<float> expected = run_inference(other, same), found = run_inference(one, in);
  for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-5);
}

TEST(DenseLayer, FulfilsWhatEveryLayerFulfils) {
  Network network({4, 3, 2});
  network.add(Flatten{}).add(Dense{.units = 7, .activation = Activation::kTanh}, "first");
  network.add(Dense{.units = 5, .bias = false}, "second").add(Dense{.units = 3, .activation = Activation::kSoftmax});
  check_layer(network, 2203);
}

TEST(ConvLayer, IsCheapOnlyWhereItReadsPictures) {
  Network network({8, 8, 1});
  network.add(Conv2D{.filters = 2}, "first").add(Conv2D{.filters = 2}, "second").add(Flatten{}).add(Dense{.units = 2});
  const engine::Graph graph = engine::build_graph(network);
  EXPECT_TRUE(engine::layer_steps(graph.operations[0]).traits.cheap);
  EXPECT_FALSE(engine::layer_steps(graph.operations[1]).traits.cheap);
  EXPECT_TRUE(engine::layer_steps(graph.operations[1]).traits.convolution);
}

}  // namespace
}  // namespace fer::testing
