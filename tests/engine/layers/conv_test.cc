#include "engine/layers/layers.h"
#include "tests/engine/layers/check_layer.h"

namespace fer::testing {
namespace {

TEST(ConvLayer, FulfilsWhatEveryLayerFulfils) {
  check_layer(Conv2D{.filters = 5, .padding = Padding::same()}, {6, 5, 3}, 2200);
  check_layer(Conv2D{.filters = 4, .kernel = {2, 3}, .strides = {2, 1}, .bias = false}, {7, 6, 2}, 2201);
  check_layer(Conv2D{.filters = 4, .activation = Activation::kSilu}, {5, 5, 2}, 2202);
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
