// The layers of a file, in both layouts.
#include "keras/hdf5/stored_layers.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/keras/weights/groups.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

TEST(KerasMatch, NumbersOfGroupsAreNoNames) {
  const TemporaryFolder folder;
  for (const bool with_names : {false, true}) {
    put(folder / "m.weights.h5", numbered_file(with_names));
    Network network({3, 3, 2});
    network.add(Conv2D{.filters = 2, .kernel = {1, 1}, .bias = false}, "conv2d_1");
    network.add(Conv2D{.filters = 2, .kernel = {1, 1}, .bias = false}, "conv2d_2").add(GlobalAveragePool2D{}, "pool");
    Model model = {.network = network, .weights = initialize(network, 1), .preprocessing = {}};
    const BackboneReport report = fill_from_keras(model, folder / "m.weights.h5");
    EXPECT_EQ(first_values(model), (Values{{"conv2d_1/kernel", 1}, {"conv2d_2/kernel", 2}})) << with_names;
    EXPECT_TRUE(report.unused.empty());
  }
}

TEST(KerasMatch, Keras1NamesArraysOfSeparableConvolutions) {
  const Json separable =
      keras_layer("SeparableConvolution2D", "sep", {{"nb_filter", 2}, {"nb_row", 1}, {"nb_col", 1}, {"bias", true}});
  for (const std::string suffix : {":0", "", "_1:0"}) {
    const Groups groups = {
        {"sep", {{"sep_depthwise_kernel" + suffix, 1}, {"sep_pointwise_kernel" + suffix, 2}, {"sep_b" + suffix, 3}}}};
    Hdf5Builder builder;
    builder.text("/", "model_config", whole_model({separable}).dump());
    builder.text("/", "keras_version", "1.2.2");
    std::vector<std::string> names;
    for (const auto& [name, value] : groups[0].second) {
      const std::vector<hsize_t> dims = value == 1   ? std::vector<hsize_t>{1, 1, 2, 1}
                                        : value == 2 ? std::vector<hsize_t>{1, 1, 2, 2}
                                                     : std::vector<hsize_t>{2};
      builder.floats("/model_weights/sep/" + name, dims, std::vector<float>(4, value));
      names.push_back(name);
    }
    builder.texts("/model_weights/sep", "weight_names", names);
    builder.texts("/model_weights", "layer_names", {"sep"});
    EXPECT_EQ(first_values(keras_file::parse_model(builder.content(), {}, "m.h5").model),
              (Values{{"sep/depthwise_kernel", 1}, {"sep/pointwise_kernel", 2}, {"sep/bias", 3}}))
        << suffix;
  }
}

TEST(KerasMatch, LongNamesAreRefused) {
  const std::string name = std::string(5000, '/') + "a";
  expect_contains(refusal_of_groups({{name, {{"a/kernel:0", 1}}}}, whole_model({unit_conv("a")})),
                  "layer_names: expected at most 128 bytes");
}

TEST(KerasStoredLayers, NumbersAtTheEndOfNamesAreSplitOff) {
  const auto split = [](const std::string& name) {
    const keras_file::NumberedName numbered = keras_file::split_number(name);
    return std::pair(numbered.base, numbered.number);
  };
  EXPECT_EQ(split("conv2d_12"), std::pair(std::string("conv2d"), 12));
  EXPECT_EQ(split("conv2d"), std::pair(std::string("conv2d"), 0));
  EXPECT_EQ(split("conv2d_"), std::pair(std::string("conv2d_"), 0));
  EXPECT_EQ(split("12"), std::pair(std::string("12"), 0));
  EXPECT_EQ(split("a_99999999999"), std::pair(std::string("a_99999999999"), 0));
}

TEST(KerasStoredLayers, WeightsAreAtTheRootOrBelow) {
  // (One file at a time: HDF5 opens none of a name that is open.)
  const auto path_of = [](const std::function<void(Hdf5Builder&)>& fill) {
    Hdf5Builder builder;
    fill(builder);
    const auto file = keras_file::StoredFile::of_content(builder.content());
    return keras_file::weights_of(file.root()).path;
  };
  EXPECT_EQ(path_of([](Hdf5Builder& b) { fill_keras(b, tiny_config()); }), "/model_weights");
  EXPECT_EQ(path_of([](Hdf5Builder& b) { b.texts("/", "layer_names", {}); }), "/");
  expect_contains(message_of([&] { path_of([](Hdf5Builder& b) { b.floats("/layer_0/param_0", {1}); }); }),
                  "found an older form (layer_0/param_0)");
  expect_contains(message_of([&] { path_of([](Hdf5Builder& b) { b.floats("/data", {1}); }); }),
                  "expected Keras's weights");
}

TEST(KerasStoredLayers, GroupsByClassAreInTheOrderOfTheirNumbers) {
  Hdf5Builder builder;
  for (const char* name : {"conv2d_10", "conv2d_2", "conv2d", "batch_normalization"}) {
    builder.floats(std::string("/layers/") + name + "/vars/0", {1});
  }
  builder.floats("/layers/conv2d/vars/1", {2});
  builder.floats("/layers/conv2d/vars/3", {2});  // (after a gap)
  builder.group("/layers/flatten/vars");
  const auto file = keras_file::StoredFile::of_content(builder.content());
  ASSERT_TRUE(keras_file::is_by_class(file.root()));
  std::vector<std::string> names;
  for (const keras_file::StoredLayer& layer : keras_file::stored_layers(file.root())) {
    names.push_back(layer.name);
    EXPECT_EQ(layer.type, keras_file::split_number(layer.name).base);
    EXPECT_EQ(layer.arrays.size(), layer.name == "conv2d" ? 2u : 1u) << layer.name;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"batch_normalization", "conv2d", "conv2d_2", "conv2d_10"}));
}

TEST(KerasStoredLayers, NamesOfWeightsTellOwnersAndRoles) {
  Hdf5Builder builder;
  add_layer(builder, "bb", {{"kernel", {1}}, {"bias", {1}}});
  builder.floats("/model_weights/bb/x/y/gamma_1:0", {1});
  builder.floats("/model_weights/bb/z_running_std", {1});
  builder.floats("/model_weights/bb/z_something", {1});
  builder.texts("/model_weights/bb", "weight_names",
                {"bb/kernel:0", "bb/bias:0", "x/y/gamma_1:0", "z_running_std", "z_something"});
  builder.texts("/model_weights", "layer_names", {"bb"});
  const auto file = keras_file::StoredFile::of_content(builder.content());
  const auto layers = keras_file::stored_layers(*file.root().find("model_weights"));
  ASSERT_EQ(layers.size(), 4u);
  using Texts = std::vector<std::string>;
  EXPECT_EQ(layers[0].owner, "bb");
  EXPECT_EQ(layers[0].roles, (Texts{"kernel", "bias"}));
  EXPECT_EQ(layers[1].owner, "x/y");
  EXPECT_EQ(layers[1].roles, Texts{"gamma"});
  EXPECT_EQ(layers[2].owner, "z");
  EXPECT_EQ(layers[2].roles, Texts{"moving_variance"});
  EXPECT_EQ(layers[3].roles, Texts{""});
}

}  // namespace
}  // namespace fer
