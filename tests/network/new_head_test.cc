#include "fer/new_head.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/message.h"

namespace fer {
namespace {

using Names = std::vector<std::string>;

Network network_of(int64_t size, bool global_pool, int64_t classes = 3) {
  Network net({size, size, 1});
  net.name = "net";
  net.add(Conv2D{.filters = 4, .activation = Activation::kRelu}, "conv").add(BatchNorm{}, "bn");
  if (global_pool) {
    net.add(GlobalAveragePool2D{}, "pool");
  } else {
    net.add(Flatten{}, "flat");
  }
  return net.add(Dense{.units = classes}, "out").add(ActivationLayer{Activation::kSoftmax}, "softmax");
}

Model model_of(const Network& network, uint64_t seed) {
  return {.network = network, .weights = initialize(network, seed), .preprocessing = {.scale = 0.5f}};
}

std::vector<float> values_of(const Model& model, const std::string& name) {
  const auto p = std::ranges::find(model.weights.layout.parameters, name, &Parameter::name);
  const std::span<const float> values = model.weights.of(*p);
  return {values.begin(), values.end()};
}

TEST(NewHead, KeepsAllWeightsBeforeIt) {
  Model model = model_of(network_of(8, false), 1);
  model.temperature = 2;
  model.network.layers[3].frozen = true;
  const Model other = with_new_head(model, {"happy", "other"}, 7);
  EXPECT_EQ(class_count(other.network), 2);
  EXPECT_EQ(other.network.class_names, (Names{"happy", "other"}));
  EXPECT_EQ(other.emoji.size(), 2u);
  EXPECT_EQ(other.temperature, 1);
  EXPECT_EQ(other.preprocessing, model.preprocessing);
  EXPECT_FALSE(other.network.layers[3].frozen);
  for (const char* name : {"conv/kernel", "conv/bias", "bn/gamma", "bn/moving_variance"}) {
    EXPECT_EQ(values_of(other, name), values_of(model, name)) << name;
  }
  const Network fresh = with_classes(network_of(8, false), {"a", "b"});
  EXPECT_EQ(values_of(other, "out/kernel"), values_of(model_of(fresh, 7), "out/kernel"));
  EXPECT_EQ(head_name(other.network), "out");
}

TEST(NewHead, IsNewAlsoForAsManyClasses) {
  const Model model = model_of(network_of(8, false), 1), other = with_new_head(model, {"a", "b", "c"}, 7);
  EXPECT_NE(values_of(other, "out/kernel"), values_of(model, "out/kernel"));
  EXPECT_EQ(values_of(other, "conv/kernel"), values_of(model, "conv/kernel"));
}

TEST(NewHead, IsOfANetworkThatHasOne) {
  Model none = model_of(network_of(8, false), 1);
  none.int8.push_back({.layer = "conv", .kernel_scale = {}});
  EXPECT_EQ(message_of([&] {
              with_new_head(none, {"a", "b"}, 1);
            }),
            "the model computes in 8-bit integers: expected one in floats");
  Network flat({2, 2, 1});
  flat.add(Flatten{}, "flat");
  EXPECT_NE(message_of([&] { head_name(flat); }).find("found flat"), std::string::npos);
  EXPECT_NE(message_of([] { head_name({}); }), "");
}

TEST(TakeWeights, GoesByNameAndShape) {
  const Model from = model_of(network_of(8, false), 1);
  Model into = model_of(network_of(8, false, 5), 2);
  const std::vector<float> before = values_of(into, "out/kernel");
  const TakenWeights taken = take_weights(from, into);
  EXPECT_EQ(taken.taken, (Names{"conv", "bn"}));
  EXPECT_EQ(taken.other, (Names{"out: [144, 3] there, [144, 5] here"}));
  EXPECT_TRUE(taken.absent.empty());
  EXPECT_EQ(values_of(into, "conv/kernel"), values_of(from, "conv/kernel"));
  EXPECT_EQ(values_of(into, "out/kernel"), before);
}

TEST(TakeWeights, FitsAnotherInputSizeWhereTheNetworkDoes) {
  const Model from = model_of(network_of(8, true), 1);
  Model large = model_of(network_of(16, true), 2), flat = model_of(network_of(16, false), 2);
  EXPECT_EQ(take_weights(from, large).taken, (Names{"conv", "bn", "out"}));
  EXPECT_EQ(take_weights(from, flat).taken, (Names{"conv", "bn"}));
}

TEST(TakeWeights, SaysWhatHasNoOther) {
  Network renamed = network_of(8, true);
  renamed.layers[0].name = "first";
  const Model from = model_of(network_of(8, true), 1);
  Model into = model_of(renamed, 2);
  const TakenWeights taken = take_weights(from, into);
  EXPECT_EQ(taken.absent, (Names{"first"}));
  EXPECT_EQ(taken.unused, (Names{"conv"}));
  for (Layer& layer : renamed.layers) layer.name += "_";
  Model other = model_of(renamed, 2);
  EXPECT_NE(message_of([&] { take_weights(from, other); }).find("expected a layer that has the name"),
            std::string::npos);
}

}  // namespace
}  // namespace fer
