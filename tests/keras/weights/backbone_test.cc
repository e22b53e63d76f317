// Weights of a backbone into a network that goes on from there.
#include <gtest/gtest.h>

#include <algorithm>

#include "fer/keras.h"
#include "keras/weights/match.h"
#include "tests/keras/hdf5_builder.h"
#include "tests/onnx/models.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

// ResNet50 with its names, an eighth as wide.
Network narrow_resnet() {
  Network network = load_network("seed000_resnet50_48");
  for (Layer& layer : network.layers) {
    if (auto* conv = std::get_if<Conv2D>(&layer.kind)) conv->filters = std::max<int64_t>(conv->filters / 8, 1);
  }
  return network;
}

bool is_backbone(const std::string& name) { return name.starts_with("conv"); }

// "conv2_block1_1_conv" as it was called before Keras 2.3: "res2a_branch2a".
std::string old_name(const std::string& name) {
  if (name == "conv1_conv") return "conv1";
  if (name == "conv1_bn") return "bn_conv1";
  const char* const parts[] = {"1", "2a", "2b", "2c"};
  const bool norm = name.ends_with("_bn");
  const char stage = name[4], letter = static_cast<char>('a' + (name[11] - '1'));
  return std::string(norm ? "bn" : "res") + stage + letter + "_branch" + parts[name[13] - '0'];
}

// The backbone of `model` as keras-applications gives it away: weights alone, without the layers at the top.
void write_notop(const std::string& path, const Model& model, bool old_names) {
  Hdf5Builder builder;
  std::vector<std::string> names = {"input_1"};
  builder.group("/input_1");
  builder.texts("/input_1", "weight_names", {});
  for (const Layer& layer : model.network.layers) {
    if (!is_backbone(layer.name)) continue;
    const bool has_weights =
        std::holds_alternative<Conv2D>(layer.kind) || std::holds_alternative<BatchNorm>(layer.kind);
    const std::string name = old_names && has_weights ? old_name(layer.name) : layer.name;
    names.push_back(name);
    builder.group("/" + name);
    std::vector<std::string> weights;
    for (const Parameter& parameter : model.weights.layout.parameters) {
      if (model.network.layers[static_cast<size_t>(parameter.layer)].name != layer.name) continue;
      weights.push_back(name + parameter.name.substr(layer.name.size()) + ":0");
      const auto values = model.weights.of(parameter);
      builder.floats("/" + name + "/" + weights.back(), {parameter.shape.dims().begin(), parameter.shape.dims().end()},
                     {values.begin(), values.end()});
    }
    builder.texts("/" + name, "weight_names", weights);
  }
  // (The order of Keras's layers is another one than ours.)
  std::reverse(names.begin(), names.end());
  builder.texts("/", "layer_names", names);
  builder.text("/", "backend", "tensorflow");
  put(path, builder.content());
}

class Backbone : public testing::TestWithParam<bool> {};

TEST_P(Backbone, OfResNet50IsFilledByName) {
  const TemporaryFolder folder;
  const Network network = narrow_resnet();
  const Model source = random_model(network, 1);
  write_notop(folder / "notop.h5", source, GetParam());
  Model model = {.network = network, .weights = initialize(network, 2), .preprocessing = {}};
  const Weights before = model.weights;
  const BackboneReport report = fill_from_keras(model, folder / "notop.h5");
  EXPECT_EQ(report.filled.size(), 106u);  // 53 convolutions and their batch norms
  EXPECT_TRUE(std::all_of(report.filled.begin(), report.filled.end(), is_backbone));
  EXPECT_EQ(report.initial.size(), 8u);  // 4 dense layers and batch norms after it
  EXPECT_TRUE(report.unused.empty());
  for (const Parameter& parameter : model.weights.layout.parameters) {
    const bool filled = is_backbone(network.layers[static_cast<size_t>(parameter.layer)].name);
    const std::span<const float> values = model.weights.of(parameter),
                                 expected = (filled ? source.weights : before).of(parameter);
    EXPECT_TRUE(std::equal(values.begin(), values.end(), expected.begin())) << parameter.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Keras, Backbone, testing::Bool(),
                         [](const auto& info) { return info.param ? "OldNames" : "NewNames"; });

TEST(Backbone, AnotherShapeIsRefusedByNameAndNothingChanges) {
  const TemporaryFolder folder;
  const Network network = narrow_resnet();
  write_notop(folder / "notop.h5", random_model(network, 1), false);
  Network other = network;
  for (Layer& layer : other.layers) {
    if (layer.name == "conv2_block1_1_conv") std::get<Conv2D>(layer.kind).kernel = {3, 3};
    if (layer.name == "conv2_block1_1_conv") std::get<Conv2D>(layer.kind).padding = Padding::same();
  }
  Model model = random_model(other, 3);
  const Weights before = model.weights;
  expect_contains(message_of([&] { fill_from_keras(model, folder / "notop.h5"); }),
                  "layer 'conv2_block1_1_conv' (conv2d): weights: kernel: expected shape [3, 3, 8, 8], found "
                  "[1, 1, 8, 8]");
  const std::span<const float> values = model.weights.values.values(), old = before.values.values();
  EXPECT_TRUE(std::equal(values.begin(), values.end(), old.begin()));
}

TEST(Backbone, OtherNamesAreFilledInOrderWhileShapesAgree) {
  const TemporaryFolder folder;
  Network network({12, 12, 1});
  network.add(Conv2D{.filters = 3}, "conv1_conv").add(BatchNorm{}, "conv1_bn").add(Conv2D{.filters = 4}, "conv2_x");
  network.add(Flatten{}, "flat").add(Dense{.units = 3}, "out");
  write_notop(folder / "small.h5", random_model(network, 1), false);
  Network other({12, 12, 1});
  other.add(Conv2D{.filters = 4}, "a").add(BatchNorm{}, "b").add(Flatten{}, "f").add(Dense{.units = 3}, "d");
  // (The file's layers are in reverse: conv2_x, of 4 filters over 3 channels, does not fit.)
  Model model = {.network = other, .weights = initialize(other, 2), .preprocessing = {}};
  expect_contains(message_of([&] { fill_from_keras(model, folder / "small.h5"); }),
                  "expected layers of the network's names or shapes, found none; the first is \"conv2_x\"");
  Network fitting({12, 12, 3});
  fitting.add(Conv2D{.filters = 4}, "a").add(BatchNorm{}, "b").add(Flatten{}, "f").add(Dense{.units = 3}, "d");
  model = {.network = fitting, .weights = initialize(fitting, 2), .preprocessing = {}};
  const BackboneReport report = fill_from_keras(model, folder / "small.h5");
  EXPECT_EQ(report.filled, std::vector<std::string>{"a"});
  EXPECT_EQ(report.initial, (std::vector<std::string>{"b", "d"}));
  EXPECT_EQ(report.unused, (std::vector<std::string>{"conv1_bn", "conv1_conv"}));
}

TEST(Backbone, NamesOfResNetsHaveNewForms) {
  using keras_file::modern_resnet_name;
  EXPECT_EQ(modern_resnet_name("conv1"), "conv1_conv");
  EXPECT_EQ(modern_resnet_name("bn_conv1"), "conv1_bn");
  EXPECT_EQ(modern_resnet_name("res2a_branch1"), "conv2_block1_0_conv");
  EXPECT_EQ(modern_resnet_name("bn5c_branch2b"), "conv5_block3_2_bn");
  EXPECT_EQ(modern_resnet_name("res4b22_branch2c"), "conv4_block23_3_conv");
  for (const char* name : {"res", "resnet", "bn2", "res6a_branch1", "res2a_branch3", "res2A_branch1", "res2ab_branch1"})
    EXPECT_EQ(modern_resnet_name(name), name);
}

}  // namespace
}  // namespace fer
