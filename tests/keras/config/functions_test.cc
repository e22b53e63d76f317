// Activations, initialisers and regularisers, as Keras 1, 2 and 3 write them.
#include <gtest/gtest.h>

#include "keras/config/settings.h"
#include "tests/keras/tiny.h"
#include "tests/support/message.h"

namespace fer {
namespace {

keras_file::Function function_in(const Json& activation) {
  const Json json = {{"activation", activation}};
  return keras_file::Settings(json).function({"activation"});
}

std::optional<keras_file::Function> function_of(const std::string& class_name, const Json& settings) {
  return keras_file::function_of_layer(class_name, keras_file::Settings(settings));
}

TEST(KerasFunctions, NamesTellTheActivation) {
  const std::pair<const char*, Activation> known[] = {
      {"linear", Activation::kLinear},       {"relu", Activation::kRelu},        {"elu", Activation::kElu},
      {"swish", Activation::kSilu},          {"silu", Activation::kSilu},        {"tanh", Activation::kTanh},
      {"sigmoid", Activation::kSigmoid},     {"relu6", Activation::kRelu6},      {"softmax", Activation::kSoftmax},
      {"hard_silu", Activation::kHardSwish}, {"selu", Activation::kSelu},        {"gelu", Activation::kGelu},
      {"mish", Activation::kMish},           {"Addons>mish", Activation::kMish}, {"Addons>gelu", Activation::kGeluTanh},
  };
  for (const auto& [name, activation] : known) EXPECT_EQ(function_in(name).activation, activation) << name;
  EXPECT_EQ(function_in(nullptr).activation, Activation::kLinear);
  EXPECT_FLOAT_EQ(function_in("leaky_relu").alpha, 0.2f);
  expect_contains(message_of([] { function_in("softsign"); }),
                  "activation: expected one that libfer has, found \"softsign\"");
}

TEST(KerasFunctions, ObjectsOfKeras2And3AreRead) {
  EXPECT_EQ(function_in({{"class_name", "function"}, {"config", "relu6"}}).activation, Activation::kRelu6);
  EXPECT_EQ(function_in({{"class_name", "function"}, {"config", "gelu"}, {"module", "builtins"}}).activation,
            Activation::kGelu);
  const auto leaky = function_in({{"class_name", "LeakyReLU"}, {"config", {{"negative_slope", 0.1}}}});
  EXPECT_EQ(leaky.activation, Activation::kLeakyRelu);
  EXPECT_FLOAT_EQ(leaky.alpha, 0.1f);
}

TEST(KerasFunctions, LayersHaveTheirOwnSlopesAndLimits) {
  EXPECT_FLOAT_EQ(function_of("LeakyReLU", Json::object())->alpha, 0.3f);
  EXPECT_EQ(function_of("LeakyReLU", {{"alpha", 0}})->activation, Activation::kRelu);
  EXPECT_EQ(function_of("ReLU", Json::object())->activation, Activation::kRelu);
  EXPECT_EQ(function_of("ReLU", {{"max_value", 6}})->activation, Activation::kRelu6);
  EXPECT_EQ(function_of("ReLU", {{"negative_slope", 0.5}})->activation, Activation::kLeakyRelu);
  EXPECT_FLOAT_EQ(function_of("ELU", {{"alpha", 0.5}})->alpha, 0.5f);
  EXPECT_EQ(function_of("Softmax", {{"axis", -1}})->activation, Activation::kSoftmax);
  EXPECT_EQ(function_of("Activation", {{"activation", "mish"}})->activation, Activation::kMish);
  EXPECT_EQ(function_of("Addons>GELU", Json::object())->activation, Activation::kGeluTanh);
  EXPECT_EQ(function_of("Addons>GELU", {{"approximate", false}})->activation, Activation::kGelu);
  EXPECT_FALSE(function_of("Conv2D", Json::object()).has_value());
  expect_contains(message_of([] {
                    function_of("ReLU", {{"max_value", 6}, {"negative_slope", 0.5}});
                  }),
                  "max_value: expected none, or 6 without slope");
  expect_contains(message_of([] { function_of("ELU", {{"alpha", -1}}); }), "alpha: expected above 0");
  expect_contains(message_of([] { function_of("Softmax", {{"axis", 1}}); }), "axis: expected -1, found 1");
}

TEST(KerasFunctions, OnlyNamesThatMeanTheSameEverywhereNeedNoSettings) {
  EXPECT_EQ(keras_file::function_without_settings("swish")->activation, Activation::kSilu);
  EXPECT_EQ(keras_file::function_without_settings("selu")->activation, Activation::kSelu);
  for (const char* name : {"leaky_relu", "elu", "hard_sigmoid", "gelu"}) {
    EXPECT_FALSE(keras_file::function_without_settings(name).has_value()) << name;
  }
}

TEST(KerasFunctions, InitializersAreKnownByAllTheirNames) {
  using Kind = Initializer::Kind;
  const auto initializer = [](const Json& value) {
    const Json json = {{"init", value}};
    return keras_file::Settings(json).initializer({"init"}, Kind::kGlorotUniform);
  };
  EXPECT_EQ(initializer("he_normal").kind, Kind::kHeNormal);
  EXPECT_EQ(initializer({{"class_name", "HeNormal"}, {"config", {{"seed", nullptr}}}}).kind, Kind::kHeNormal);
  EXPECT_EQ(initializer("uniform"), (Initializer{Kind::kRandomUniform, -0.05f, 0.05f}));
  EXPECT_EQ(initializer({{"class_name", "RandomNormal"}, {"config", {{"mean", 1}, {"stddev", 2}}}}),
            (Initializer{Kind::kRandomNormal, 1, 2}));
  EXPECT_EQ(initializer({{"class_name", "Constant"}, {"config", {{"value", 3}}}}), (Initializer{Kind::kConstant, 3}));
  const auto scaled = [&](double scale, const char* mode, const char* distribution) {
    return initializer({{"class_name", "VarianceScaling"},
                        {"config", {{"scale", scale}, {"mode", mode}, {"distribution", distribution}}}})
        .kind;
  };
  EXPECT_EQ(scaled(1, "fan_avg", "truncated_normal"), Kind::kGlorotNormal);
  EXPECT_EQ(scaled(2, "fan_in", "uniform"), Kind::kHeUniform);
  EXPECT_EQ(scaled(2, "fan_in", "truncated_normal"), Kind::kHeNormal);
  // (Neither is one that libfer has: the usual one stands in, as the weights come from the file.)
  EXPECT_EQ(scaled(3, "fan_out", "uniform"), Kind::kGlorotUniform);
  EXPECT_EQ(initializer("orthogonal").kind, Kind::kGlorotUniform);
}

TEST(KerasFunctions, RegularizersAreL1AndL2) {
  const auto regularizer = [](const Json& value) {
    const Json json = {{"it", value}};
    return keras_file::Settings(json).regularizer({"it"});
  };
  EXPECT_EQ(regularizer("l2"), (Regularizer{0, 0.01f}));
  EXPECT_EQ(regularizer("l1"), (Regularizer{0.01f, 0}));
  EXPECT_EQ(regularizer({{"class_name", "L1L2"}, {"config", {{"l1", 0.5}, {"l2", 0.25}}}}), (Regularizer{0.5f, 0.25f}));
  EXPECT_EQ(regularizer({{"name", "WeightRegularizer"}, {"l1", 0}, {"l2", 0.125}}), (Regularizer{0, 0.125f}));
  EXPECT_EQ(regularizer({{"class_name", "Orthogonal"}, {"config", {{"l2", 0.25}}}}), Regularizer{});
  const Json json = {{"own", {{"class_name", "Orthogonal"}}}, {"l2", "l2"}, {"none", nullptr}};
  const keras_file::Settings settings(json);
  EXPECT_TRUE(settings.has_other_regularizer({"own"}));
  EXPECT_FALSE(settings.has_other_regularizer({"l2"}));
  EXPECT_FALSE(settings.has_other_regularizer({"none"}));
}

}  // namespace
}  // namespace fer
