#include <gtest/gtest.h>

#include "fer/network.h"
#include "tests/support/message.h"

namespace fer {
namespace {

// One layer of each type, every field away from its default.
Network everything() {
  const Initializer uniform = {Initializer::Kind::kRandomUniform, -0.1f, 0.3f};
  Network network({13, 11, 2}, {"no", "yes"});
  network.name = "every \"thing\" \u00e4";
  network.add(Conv2D{.filters = 3,
                     .kernel = {2, 3},
                     .strides = {1, 2},
                     .padding = Padding::on_each_side(2),
                     .dilation = {2, 1},
                     .bias = false,
                     .activation = Activation::kLeakyRelu,
                     .alpha = 0.01f,
                     .kernel_init = uniform,
                     .kernel_regularizer = {0.1f, 0}},
              "conv");
  network.add(
      Conv2D{.filters = 3, .padding = Padding::same(), .groups = 3, .activation = Activation::kElu, .alpha = 2});
  network.add(BatchNorm{.epsilon = 1.001e-5f, .momentum = 0.9f}).add(ActivationLayer{Activation::kSilu});
  network.add(ActivationLayer{Activation::kLeakyRelu, 1.0f / 3}, "leaky");
  network.add(ActivationLayer{Activation::kTanh}, "tanh").add(Add{}, "sum", {"leaky", "tanh"});
  network.add(Crop2D{.columns = {1, 0}}).add(UpSample2D{{2, 1}});
  network.add(ZeroPad2D{3}).add(Resize{{20, 19}}).add(MaxPool2D{.pool = {3, 2}, .padding = Padding::same()});
  network.add(AveragePool2D{.strides = {1, 1}, .padding = Padding::on_each_side(1)}).add(Dropout{0.25f}, "drop");
  network.add(Flatten{}, "flat", {"drop"}).add(GlobalAveragePool2D{}, "mean", {"drop"});
  network.add(Dense{.units = 3,
                    .activation = Activation::kSigmoid,
                    .kernel_init = {Initializer::Kind::kTruncatedNormal, 0.5f, 0.05f},
                    .bias_init = {Initializer::Kind::kConstant, 0.05f},
                    .kernel_regularizer = {0.01f, 0.02f},
                    .bias_regularizer = {0, 1e-7f}},
              "left", {"flat"});
  network.add(Dense{.units = 3, .kernel_init = {Initializer::Kind::kHeNormal}}, "right", {"mean"});
  network.add(Add{}, "both", {"left", "right"}).add(Dense{.units = 2, .activation = Activation::kSoftmax});
  network.layers[0].frozen = true;
  return network;
}

TEST(NetworkJson, EveryFieldSurvivesThereAndBack) {
  const Network network = everything();
  const std::string text = network_to_json(network);
  EXPECT_EQ(network_from_json(text, "again"), network) << text;
}

// Readers from before there were any take all other networks.
TEST(NetworkJson, DilationAndGroupsAreWrittenWhereTheyAreNot1) {
  Network plain({8, 8, 2}, {"a", "b"});
  plain.add(Conv2D{.filters = 2}).add(Flatten{}).add(Dense{.units = 2});
  const std::string text = network_to_json(plain);
  EXPECT_EQ(text.find("dilation"), std::string::npos);
  EXPECT_EQ(text.find("groups"), std::string::npos);
  expect_contains(network_to_json(everything()), "\"padding\": 2, \"dilation\": [2, 1], \"bias\": false");
  expect_contains(network_to_json(everything()), "\"padding\": \"same\", \"groups\": 3, \"bias\": true");
}

TEST(NetworkJson, FloatsAreWrittenShort) {
  const std::string text = network_to_json(everything());
  expect_contains(text, "\"epsilon\": 1.001e-05, \"momentum\": 0.9,");
  expect_contains(text, "\"kernel_init\": {\"name\": \"random_uniform\", \"min\": -0.1, \"max\": 0.3}");
}

}  // namespace
}  // namespace fer
