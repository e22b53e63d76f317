// Which of a file's layers a model's layers are, as far as names tell.
#include "keras/weights/names.h"

#include <gtest/gtest.h>

#include "tests/keras/weights/groups.h"

namespace fer {
namespace {

TEST(KerasMatch, FrozenLayersThatKerasListsLastGetTheirOwn) {
  const Json config = whole_model(
      {model_of("bb", {unit_conv("vgg/conv1"), unit_conv("vgg/conv2"), unit_conv("vgg/conv3")}), unit_conv("top")});
  const KerasModel read_model =
      read_groups({{"bb", {{"vgg/conv1/kernel:0", 1}, {"vgg/conv3/kernel:0", 3}, {"vgg/conv2/kernel:0", 2}}},
                   {"top", {{"top/kernel:0", 4}}}},
                  config);
  EXPECT_EQ(
      first_values(read_model.model),
      (Values{{"bb/vgg/conv1/kernel", 1}, {"bb/vgg/conv2/kernel", 2}, {"bb/vgg/conv3/kernel", 3}, {"top/kernel", 4}}));
  EXPECT_TRUE(read_model.notes.empty());
}

TEST(KerasMatch, NamesOfAModelWithinTheModelMayHaveSlashes) {
  const Json config = whole_model({model_of("resnet", {unit_conv("conv1/7x7_s2"), unit_norm("conv1/7x7_s2/bn"),
                                                       unit_conv("conv2_1x1"), unit_norm("conv2_1x1/bn")})});
  Groups groups = {{"resnet", {}}};
  float value = 0;
  for (const std::string name : {"conv1/7x7_s2/kernel", "conv1/7x7_s2/bn/beta", "conv2_1x1/kernel", "conv2_1x1/bn/beta",
                                 "conv1/7x7_s2/bn/moving_mean", "conv1/7x7_s2/bn/moving_variance",
                                 "conv2_1x1/bn/moving_mean", "conv2_1x1/bn/moving_variance"}) {
    groups[0].second.push_back({name + ":0", ++value});
  }
  Values found = first_values(read_groups(groups, config).model);
  for (const auto& [name, expected] : groups[0].second) {
    EXPECT_EQ(found["resnet/" + name.substr(0, name.size() - 2)], expected) << name;
  }
}

TEST(KerasMatch, ModelsWithLayersOfTheSameNamesAreToldApart) {
  const Json config = whole_model(
      {model_of("a", {unit_conv("conv"), unit_conv("last")}), model_of("b", {unit_conv("conv"), unit_conv("last")})});
  const Groups groups = {{"a", {{"conv/kernel:0", 1}, {"last/kernel:0", 2}}},
                         {"b", {{"last/kernel:0", 4}, {"conv/kernel:0", 3}}}};
  EXPECT_EQ(first_values(read_groups(groups, config).model),
            (Values{{"a/conv/kernel", 1}, {"a/last/kernel", 2}, {"b/conv/kernel", 3}, {"b/last/kernel", 4}}));
  // Of two models in one, the scopes tell.
  const Json deeper = whole_model(
      {model_of("m", {model_of("a", {unit_conv("conv")}), unit_conv("conv"), model_of("b", {unit_conv("conv")})})});
  EXPECT_EQ(
      first_values(
          read_groups({{"m", {{"b/conv/kernel:0", 3}, {"conv/kernel:0", 2}, {"a/conv/kernel:0", 1}}}}, deeper).model),
      (Values{{"m/a/conv/kernel", 1}, {"m/conv/kernel", 2}, {"m/b/conv/kernel", 3}}));
}

TEST(KerasMatch, ScopesAndNumbersThatTensorFlowAddsDoNotMatter) {
  const Json config = whole_model({model_of("bb", {unit_conv("x"), unit_conv("y"), unit_conv("z")})});
  const Values expected = {{"bb/x/kernel", 1}, {"bb/y/kernel", 2}, {"bb/z/kernel", 3}};
  for (const auto& [before, after] : {std::pair("bb_1/", ""), std::pair("model/bb/", ""), std::pair("", "_1")}) {
    GroupWeights weights;
    for (const auto& [name, value] : {std::pair("x", 1), std::pair("z", 3), std::pair("y", 2)}) {
      weights.push_back({std::string(before) + name + after + "/kernel:0", value});
    }
    const KerasModel read_model = read_groups({{"bb", weights}}, config);
    EXPECT_EQ(first_values(read_model.model), expected) << before << after;
    EXPECT_TRUE(read_model.notes.empty());
  }
}

TEST(KerasMatch, NumbersOfKerasMayCountOn) {
  const KerasModel read_model =
      read_groups(plain_groups({"conv2d", "conv2d_1", "conv2d_2"}),
                  whole_model({unit_conv("conv2d_1"), unit_conv("conv2d_2"), unit_conv("conv2d_3")}));
  EXPECT_EQ(first_values(read_model.model),
            (Values{{"conv2d_1/kernel", 1}, {"conv2d_2/kernel", 2}, {"conv2d_3/kernel", 3}}));
  expect_contains(read_model.notes.at(0), "weights of 3 layers taken by order");
  expect_contains(refusal_of_groups(plain_groups({"conv2d", "conv2d_1", "conv2d_2"}),
                                    whole_model({unit_conv("conv2d_1"), unit_conv("conv2d_2"), unit_conv("conv2d_5")})),
                  "layer 'conv2d_5' (Conv2D): weights: expected a layer of that name, or the network's order");
  // Within a model within the model too, where 'conv2d' would be the name without a number.
  const Json config =
      whole_model({model_of("bb", {unit_conv("conv2d"), unit_conv("conv2d_1"), unit_conv("conv2d_2")})});
  const GroupWeights weights = {{"conv2d_1/kernel:0", 1}, {"conv2d_2/kernel:0", 2}, {"conv2d_3/kernel:0", 3}};
  EXPECT_EQ(first_values(read_groups({{"bb", weights}}, config).model),
            (Values{{"bb/conv2d/kernel", 1}, {"bb/conv2d_1/kernel", 2}, {"bb/conv2d_2/kernel", 3}}));
}

TEST(KerasMatch, ANetworksLayersHaveTheNamesOfModelsInTheirs) {
  Network network({3, 3, 2});
  network.add(Conv2D{.filters = 2, .kernel = {1, 1}, .bias = false}, "bb/x");
  network.add(Conv2D{.filters = 2, .kernel = {1, 1}, .bias = false}, "bb/y").add(GlobalAveragePool2D{}, "pool");
  const std::string file = grouped_file({{"bb", {{"y/kernel:0", 2}, {"x/kernel:0", 1}}}}, nullptr);
  EXPECT_EQ(first_values(keras_file::parse_model(file, {.network = network}, "m.h5").model),
            (Values{{"bb/x/kernel", 1}, {"bb/y/kernel", 2}}));
}

using keras_file::StoredLayer;
using keras_file::WeightedLayer;

WeightedLayer leaf_of(const std::string& name) {
  WeightedLayer layer;
  layer.name = name;
  layer.roles = {{.name = "kernel"}};
  return layer;
}

WeightedLayer model_with(const std::string& name, std::vector<WeightedLayer> layers) {
  WeightedLayer model;
  model.name = name;
  model.is_model = true;
  model.layers = std::move(layers);
  return model;
}

std::vector<StoredLayer> stored_as(const std::vector<std::string>& names) {
  std::vector<StoredLayer> layers;
  for (const std::string& name : names) layers.push_back({name, name, name, "", {}, {}});
  return layers;
}

TEST(KerasNames, LeavesHaveTheNamesOfAllModelsAroundThem) {
  const WeightedLayer no_weights = model_with("flat", {});
  const WeightedLayer model = model_with(
      "whole", {leaf_of("stem"), no_weights, model_with("a", {model_with("b", {leaf_of("conv")}), leaf_of("last")})});
  const auto leaves = keras_file::leaves_of(model);
  ASSERT_EQ(leaves.size(), 3u);
  using Texts = std::vector<std::string>;
  EXPECT_EQ(leaves[0].top, "stem");
  EXPECT_EQ(leaves[0].paths, Texts{"stem"});
  EXPECT_EQ(leaves[1].top, "a");
  EXPECT_EQ(leaves[1].paths, (Texts{"a/b/conv", "b/conv", "conv"}));
  EXPECT_EQ(leaves[2].paths, (Texts{"a/last", "last"}));
}

TEST(KerasNames, WhatNoNameTellsIsNotMatched) {
  const WeightedLayer model = model_with("whole", {leaf_of("a"), leaf_of("other"), leaf_of("b")});
  const std::vector<StoredLayer> stored = stored_as({"b", "c", "a"});
  const auto found = keras_file::match_names(stored, keras_file::leaves_of(model));
  EXPECT_EQ(found, (std::vector<const StoredLayer*>{&stored[2], nullptr, &stored[0]}));
}

TEST(KerasNames, NumbersThatCountOnAreShiftedAlike) {
  const auto renumbered = [](const std::vector<std::string>& in_file, const std::vector<std::string>& in_model) {
    std::vector<WeightedLayer> layers;
    for (const std::string& name : in_model) layers.push_back(leaf_of(name));
    const WeightedLayer model = model_with("whole", layers);
    return keras_file::are_renumbered(stored_as(in_file), keras_file::leaves_of(model));
  };
  EXPECT_TRUE(renumbered({"conv2d", "dense", "conv2d_1"}, {"conv2d_4", "dense_2", "conv2d_5"}));
  EXPECT_FALSE(renumbered({"conv2d", "conv2d_1"}, {"conv2d_4", "conv2d_6"}));
  EXPECT_FALSE(renumbered({"conv2d"}, {"dense"}));
  EXPECT_FALSE(renumbered({"conv2d"}, {"conv2d", "conv2d_1"}));
}

}  // namespace
}  // namespace fer
