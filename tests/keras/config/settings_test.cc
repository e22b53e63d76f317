// Settings of one layer, by the names that the versions of Keras have for them.
#include "keras/config/settings.h"

#include <gtest/gtest.h>

#include "keras/model_bytes.h"
#include "tests/keras/tiny.h"
#include "tests/support/message.h"

namespace fer {
namespace {

TEST(KerasConfig, MessagesNameTheSettingThatIsThere) {
  const auto refusal = [](const std::string& class_name, const Json& settings) {
    Json config = tiny_config();
    layers_of(config).insert(layers_of(config).begin() + 1, keras_layer(class_name, "odd", settings));
    return message_of([&] { keras_file::parse_config(config.dump()); });
  };
  expect_contains(refusal("LeakyReLU", {{"alpha", "x"}}),
                  "layer 'odd' (LeakyReLU): alpha: expected a number, found \"x\"");
  expect_contains(refusal("LeakyReLU", {{"negative_slope", "x"}}), "negative_slope: expected a number");
  expect_contains(refusal("ReLU", {{"theta", 1}}), "theta: expected 0");
  expect_contains(refusal("MaxPooling2D", {{"border_mode", "full"}}), "border_mode: expected valid or same");
  expect_contains(refusal("Convolution2D", {{"nb_filter", "x"}, {"nb_row", 1}, {"nb_col", 1}}),
                  "nb_filter: expected a whole number below 2^63, found \"x\"");
  expect_contains(refusal("Conv2D", {{"kernel_size", 1}}), "filters: expected a whole number, found none");
}

TEST(KerasSettings, TheFirstNameThatIsThereCounts) {
  const Json json = {{"rate", nullptr}, {"p", 0.25}, {"units", 7}, {"output_dim", 9}};
  const keras_file::Settings settings(json);
  EXPECT_EQ(settings.number({"rate", "p"}, 0.5), 0.25);
  EXPECT_EQ(settings.name({"rate", "p"}), "p");
  EXPECT_EQ(settings.name({"filters", "nb_filter"}), "filters");
  EXPECT_EQ(settings.integer({"units", "output_dim"}), 7);
  EXPECT_FALSE(settings.has("rate"));
  EXPECT_EQ(settings.integer({"absent"}, 3), 3);
  EXPECT_EQ(settings.text({"absent"}, "usual"), "usual");
  EXPECT_TRUE(settings.flag({"absent"}, true));
}

TEST(KerasSettings, NumbersMayStandInObjectsAndPairsMayBeOneNumber) {
  const Json json = {
      {"epsilon", {{"type", "ndarray"}, {"value", 0.125}}}, {"one", 3}, {"two", {1, 2}}, {"many", {1, 2, 3}}};
  const keras_file::Settings settings(json);
  EXPECT_EQ(settings.number({"epsilon"}, 1), 0.125);
  EXPECT_EQ(settings.pair({"one"}), (Pair{3, 3}));
  EXPECT_EQ(settings.pair({"two"}), (Pair{1, 2}));
  EXPECT_EQ(settings.pair({"absent"}, Pair{5, 6}), (Pair{5, 6}));
  EXPECT_EQ(settings.integers({"many"}), (std::vector<int64_t>{1, 2, 3}));
  expect_contains(message_of([&] { settings.pair({"many"}); }),
                  "many: expected one or two whole numbers, found [1, 2, 3]");
  expect_contains(message_of([&] { settings.pair({"absent"}); }),
                  "absent: expected one or two whole numbers, found none");
}

TEST(KerasSettings, MembersOfOtherTypesAreRefused) {
  const Json json = {{"half", 0.5}, {"yes", "yes"}, {"nine", {1, 2, 3, 4, 5, 6, 7, 8, 9}}, {"large", 1e300}};
  const keras_file::Settings settings(json);
  expect_contains(message_of([&] { settings.integer({"half"}); }),
                  "half: expected a whole number below 2^63, found 0.5");
  expect_contains(message_of([&] { settings.flag({"yes"}, false); }), "yes: expected true or false, found \"yes\"");
  expect_contains(message_of([&] { settings.text({"half"}, ""); }), "half: expected a text, found 0.5");
  expect_contains(message_of([&] { settings.integers({"nine"}); }), "nine: expected up to 8 whole numbers");
  expect_contains(message_of([&] { settings.number({"large"}, 0); }), "large: expected a number");
}

}  // namespace
}  // namespace fer
