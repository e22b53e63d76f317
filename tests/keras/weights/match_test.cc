// Which layer gets which of a file's weights. All layers here have the same shape: what goes astray is seen by its
// value alone.
#include <gtest/gtest.h>

#include <map>

#include "fer/error.h"
#include "keras/model_bytes.h"
#include "tests/keras/tiny.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

using Values = std::map<std::string, float>;
using Weights = std::vector<std::pair<std::string, float>>;   // "conv/kernel:0" and its numbers
using Groups = std::vector<std::pair<std::string, Weights>>;  // of the layers, as the file lists them

Json conv(const std::string& name) {
  return keras_layer("Conv2D", name, {{"filters", 2}, {"kernel_size", 1}, {"use_bias", false}});
}

Json norm(const std::string& name) { return keras_layer("BatchNormalization", name, {{"axis", 3}, {"scale", false}}); }

Json model_of(const std::string& name, const std::vector<Json>& layers) {
  return {{"class_name", "Sequential"}, {"config", {{"name", name}, {"layers", layers}}}};
}

Json whole(std::vector<Json> layers) {
  layers.insert(layers.begin(), keras_layer("InputLayer", "in", {{"batch_input_shape", {nullptr, 3, 3, 2}}}));
  layers.push_back(keras_layer("GlobalAveragePooling2D", "pool"));
  return model_of("whole", layers);
}

std::string file_of(const Groups& groups, const Json& config) {
  Hdf5Builder builder;
  if (!config.is_null()) builder.text("/", "model_config", config.dump());
  builder.text("/", "backend", "tensorflow");
  std::vector<std::string> layers;
  for (const auto& [group, weights] : groups) {
    const std::string path = "/model_weights/" + group;
    std::vector<std::string> names;
    builder.group(path);
    for (const auto& [name, value] : weights) {
      const bool kernel = name.find("kernel") != name.npos || name.find("_W") != name.npos;
      builder.floats(path + "/" + name, kernel ? std::vector<hsize_t>{1, 1, 2, 2} : std::vector<hsize_t>{2},
                     std::vector<float>(kernel ? 4 : 2, value));
      names.push_back(name);
    }
    builder.texts(path, "weight_names", names);
    layers.push_back(group);
  }
  builder.texts("/model_weights", "layer_names", layers);
  return builder.content();
}

Values values_of(const Model& model) {
  Values values;
  for (const Parameter& parameter : model.weights.layout.parameters) {
    values[parameter.name] = model.weights.of(parameter)[0];
  }
  return values;
}

KerasModel read(const Groups& groups, const Json& config) {
  return keras_file::parse_model(file_of(groups, config), {}, "m.h5");
}

std::string refusal(const Groups& groups, const Json& config) {
  return message_of([&] { read(groups, config); });
}

Groups plain_groups(const std::vector<std::string>& names) {
  Groups groups;
  for (const std::string& name : names) groups.push_back({name, {{name + "/kernel:0", groups.size() + 1}}});
  return groups;
}

TEST(KerasMatch, FrozenLayersThatKerasListsLastGetTheirOwn) {
  const Json config = whole({model_of("bb", {conv("vgg/conv1"), conv("vgg/conv2"), conv("vgg/conv3")}), conv("top")});
  const KerasModel read_model =
      read({{"bb", {{"vgg/conv1/kernel:0", 1}, {"vgg/conv3/kernel:0", 3}, {"vgg/conv2/kernel:0", 2}}},
            {"top", {{"top/kernel:0", 4}}}},
           config);
  EXPECT_EQ(
      values_of(read_model.model),
      (Values{{"bb/vgg/conv1/kernel", 1}, {"bb/vgg/conv2/kernel", 2}, {"bb/vgg/conv3/kernel", 3}, {"top/kernel", 4}}));
  EXPECT_TRUE(read_model.notes.empty());
}

TEST(KerasMatch, NamesOfAModelWithinTheModelMayHaveSlashes) {
  const Json config = whole(
      {model_of("resnet", {conv("conv1/7x7_s2"), norm("conv1/7x7_s2/bn"), conv("conv2_1x1"), norm("conv2_1x1/bn")})});
  Groups groups = {{"resnet", {}}};
  float value = 0;
  for (const std::string name : {"conv1/7x7_s2/kernel", "conv1/7x7_s2/bn/beta", "conv2_1x1/kernel", "conv2_1x1/bn/beta",
                                 "conv1/7x7_s2/bn/moving_mean", "conv1/7x7_s2/bn/moving_variance",
                                 "conv2_1x1/bn/moving_mean", "conv2_1x1/bn/moving_variance"}) {
    groups[0].second.push_back({name + ":0", ++value});
  }
  Values found = values_of(read(groups, config).model);
  for (const auto& [name, expected] : groups[0].second) {
    EXPECT_EQ(found["resnet/" + name.substr(0, name.size() - 2)], expected) << name;
  }
}

TEST(KerasMatch, ModelsWithLayersOfTheSameNamesAreToldApart) {
  const Json config = whole({model_of("a", {conv("conv"), conv("last")}), model_of("b", {conv("conv"), conv("last")})});
  const Groups groups = {{"a", {{"conv/kernel:0", 1}, {"last/kernel:0", 2}}},
                         {"b", {{"last/kernel:0", 4}, {"conv/kernel:0", 3}}}};
  EXPECT_EQ(values_of(read(groups, config).model),
            (Values{{"a/conv/kernel", 1}, {"a/last/kernel", 2}, {"b/conv/kernel", 3}, {"b/last/kernel", 4}}));
  // Of two models in one, the scopes tell.
  const Json deeper =
      whole({model_of("m", {model_of("a", {conv("conv")}), conv("conv"), model_of("b", {conv("conv")})})});
  EXPECT_EQ(
      values_of(read({{"m", {{"b/conv/kernel:0", 3}, {"conv/kernel:0", 2}, {"a/conv/kernel:0", 1}}}}, deeper).model),
      (Values{{"m/a/conv/kernel", 1}, {"m/conv/kernel", 2}, {"m/b/conv/kernel", 3}}));
}

TEST(KerasMatch, ScopesAndNumbersThatTensorFlowAddsDoNotMatter) {
  const Json config = whole({model_of("bb", {conv("x"), conv("y"), conv("z")})});
  const Values expected = {{"bb/x/kernel", 1}, {"bb/y/kernel", 2}, {"bb/z/kernel", 3}};
  for (const auto& [before, after] : {std::pair("bb_1/", ""), std::pair("model/bb/", ""), std::pair("", "_1")}) {
    Weights weights;
    for (const auto& [name, value] : {std::pair("x", 1), std::pair("z", 3), std::pair("y", 2)}) {
      weights.push_back({std::string(before) + name + after + "/kernel:0", value});
    }
    const KerasModel read_model = read({{"bb", weights}}, config);
    EXPECT_EQ(values_of(read_model.model), expected) << before << after;
    EXPECT_TRUE(read_model.notes.empty());
  }
}

TEST(KerasMatch, OrderFillsWhatNamesLeaveAndIsSaid) {
  const KerasModel read_model = read(plain_groups({"a", "b", "c"}), whole({conv("a"), conv("other"), conv("c")}));
  EXPECT_EQ(values_of(read_model.model), (Values{{"a/kernel", 1}, {"other/kernel", 2}, {"c/kernel", 3}}));
  EXPECT_EQ(read_model.notes,
            std::vector<std::string>{
                "weights of 1 layer taken by order, as no name fits: layer 'other' (Conv2D) from \"b\""});
  const KerasModel all = read(plain_groups({"a", "b", "c", "d"}), whole({conv("e"), conv("f"), conv("g"), conv("h")}));
  EXPECT_EQ(values_of(all.model), (Values{{"e/kernel", 1}, {"f/kernel", 2}, {"g/kernel", 3}, {"h/kernel", 4}}));
  ASSERT_EQ(all.notes.size(), 1u);
  expect_contains(all.notes[0], "weights of 4 layers taken by order");
  expect_contains(all.notes[0], "layer 'g' (Conv2D) from \"c\", ...");
}

TEST(KerasMatch, OrderThatNamesContradictIsRefused) {
  const Groups groups = plain_groups({"a", "c", "b", "d"});
  EXPECT_EQ(values_of(read(groups, whole({conv("a"), conv("b"), conv("c"), conv("d")})).model),
            (Values{{"a/kernel", 1}, {"c/kernel", 2}, {"b/kernel", 3}, {"d/kernel", 4}}));
  expect_contains(
      refusal(groups, whole({conv("a"), conv("b"), conv("c"), conv("other")})),
      "layer 'other' (Conv2D): weights: expected a layer of that name, or the network's order, found \"c\" in "
      "the place of \"b\"");
  expect_contains(refusal(groups, whole({conv("a"), conv("c"), conv("b"), conv("d"), conv("other")})),
                  "expected a layer of that name, or 5 layers in all, found 4");
}

TEST(KerasMatch, NumbersOfKerasMayCountOn) {
  const KerasModel read_model = read(plain_groups({"conv2d", "conv2d_1", "conv2d_2"}),
                                     whole({conv("conv2d_1"), conv("conv2d_2"), conv("conv2d_3")}));
  EXPECT_EQ(values_of(read_model.model),
            (Values{{"conv2d_1/kernel", 1}, {"conv2d_2/kernel", 2}, {"conv2d_3/kernel", 3}}));
  expect_contains(read_model.notes.at(0), "weights of 3 layers taken by order");
  expect_contains(refusal(plain_groups({"conv2d", "conv2d_1", "conv2d_2"}),
                          whole({conv("conv2d_1"), conv("conv2d_2"), conv("conv2d_5")})),
                  "layer 'conv2d_5' (Conv2D): weights: expected a layer of that name, or the network's order");
  // Within a model within the model too, where 'conv2d' would be the name without a number.
  const Json config = whole({model_of("bb", {conv("conv2d"), conv("conv2d_1"), conv("conv2d_2")})});
  const Weights weights = {{"conv2d_1/kernel:0", 1}, {"conv2d_2/kernel:0", 2}, {"conv2d_3/kernel:0", 3}};
  EXPECT_EQ(values_of(read({{"bb", weights}}, config).model),
            (Values{{"bb/conv2d/kernel", 1}, {"bb/conv2d_1/kernel", 2}, {"bb/conv2d_2/kernel", 3}}));
}

TEST(KerasMatch, ANetworksLayersHaveTheNamesOfModelsInTheirs) {
  Network network({3, 3, 2});
  network.add(Conv2D{.filters = 2, .kernel = {1, 1}, .bias = false}, "bb/x");
  network.add(Conv2D{.filters = 2, .kernel = {1, 1}, .bias = false}, "bb/y").add(GlobalAveragePool2D{}, "pool");
  const std::string file = file_of({{"bb", {{"y/kernel:0", 2}, {"x/kernel:0", 1}}}}, nullptr);
  EXPECT_EQ(values_of(keras_file::parse_model(file, {.network = network}, "m.h5").model),
            (Values{{"bb/x/kernel", 1}, {"bb/y/kernel", 2}}));
}

// Keras 3 numbers groups by class: a layer named conv2d_1 need not be the class's second.
std::string numbered_file(bool with_names) {
  Hdf5Builder builder;
  const char* const names[] = {"conv2d_1", "conv2d_2"};
  for (const int i : {0, 1}) {
    const std::string vars = std::string("/layers/") + (i == 0 ? "conv2d" : "conv2d_1") + "/vars";
    builder.floats(vars + "/0", {1, 1, 2, 2}, std::vector<float>(4, static_cast<float>(i + 1)));
    if (with_names) builder.text(vars, "name", names[i]);
  }
  return builder.content();
}

TEST(KerasMatch, NumbersOfGroupsAreNoNames) {
  const TemporaryFolder folder;
  for (const bool with_names : {false, true}) {
    put(folder / "m.weights.h5", numbered_file(with_names));
    Network network({3, 3, 2});
    network.add(Conv2D{.filters = 2, .kernel = {1, 1}, .bias = false}, "conv2d_1");
    network.add(Conv2D{.filters = 2, .kernel = {1, 1}, .bias = false}, "conv2d_2").add(GlobalAveragePool2D{}, "pool");
    Model model = {.network = network, .weights = initialize(network, 1), .preprocessing = {}};
    const BackboneReport report = fill_from_keras(model, folder / "m.weights.h5");
    EXPECT_EQ(values_of(model), (Values{{"conv2d_1/kernel", 1}, {"conv2d_2/kernel", 2}})) << with_names;
    EXPECT_TRUE(report.unused.empty());
  }
}

TEST(KerasMatch, MoreGroupsOfAClassThanLayersAreRefused) {
  const std::string archive =
      zip_of({{"config.json", whole({conv("conv2d_1")}).dump()}, {"model.weights.h5", numbered_file(false)}});
  expect_contains(message_of([&] { keras_file::parse_model(archive, {}, "m.keras"); }),
                  "layer 'conv2d_1' (Conv2D): weights: expected 1 groups conv2d, found 2");
}

TEST(KerasMatch, Keras1NamesArraysOfSeparableConvolutions) {
  const Json separable =
      keras_layer("SeparableConvolution2D", "sep", {{"nb_filter", 2}, {"nb_row", 1}, {"nb_col", 1}, {"bias", true}});
  for (const std::string suffix : {":0", "", "_1:0"}) {
    const Groups groups = {
        {"sep", {{"sep_depthwise_kernel" + suffix, 1}, {"sep_pointwise_kernel" + suffix, 2}, {"sep_b" + suffix, 3}}}};
    Hdf5Builder builder;
    builder.text("/", "model_config", whole({separable}).dump());
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
    EXPECT_EQ(values_of(keras_file::parse_model(builder.content(), {}, "m.h5").model),
              (Values{{"sep/depthwise_kernel", 1}, {"sep/pointwise_kernel", 2}, {"sep/bias", 3}}))
        << suffix;
  }
}

TEST(KerasMatch, LongNamesAreRefused) {
  const std::string name = std::string(5000, '/') + "a";
  expect_contains(refusal({{name, {{"a/kernel:0", 1}}}}, whole({conv("a")})),
                  "layer_names: expected at most 128 bytes");
}

}  // namespace
}  // namespace fer
