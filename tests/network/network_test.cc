#include "fer/network.h"

#include <gtest/gtest.h>

namespace fer {
namespace {

TEST(Network, NamesLayersAsKerasDoes) {
  Network network({8, 8, 1});
  network.add(Conv2D{.filters = 1})
      .add(Conv2D{.filters = 1})
      .add(BatchNorm{})
      .add(MaxPool2D{})
      .add(Conv2D{.filters = 1});
  std::vector<std::string> names;
  for (const Layer& layer : network.layers) names.push_back(layer.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"conv2d", "conv2d_1", "batch_normalization", "max_pooling2d", "conv2d_2"}));
}

TEST(Network, ANameOfTheUsersIsNotGivenTwice) {
  Network network({8, 8, 1});
  network.add(Conv2D{.filters = 1}, "conv2d_1").add(Conv2D{.filters = 1}).add(Conv2D{.filters = 1});
  EXPECT_EQ(network.layers[1].name, "conv2d");
  EXPECT_EQ(network.layers[2].name, "conv2d_2");
}

TEST(Network, LayersAndActivationsHaveTheirNamesInJson) {
  EXPECT_STREQ(layer_type_name(Conv2D{}), "conv2d");
  EXPECT_STREQ(layer_type_name(BatchNorm{}), "batch_norm");
  EXPECT_STREQ(activation_name(Activation::kLeakyRelu), "leaky_relu");
}

}  // namespace
}  // namespace fer
