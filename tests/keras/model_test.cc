// What a model's file does not say, and its last layer.
#include <gtest/gtest.h>

#include "keras/model_bytes.h"
#include "network/outputs.h"
#include "tests/keras/tiny.h"
#include "tests/support/message.h"

namespace fer {
namespace {

KerasModel ending_in(int units, const char* activation, const KerasReadOptions& options = {}) {
  Json model = tiny_config();
  layers_of(model)[2]["config"]["units"] = units;
  layers_of(model)[2]["config"]["activation"] = activation;
  Hdf5Builder builder;
  builder.text("/", "model_config", model.dump());
  builder.text("/", "keras_version", "2.11.0");
  add_layer(builder, "conv", {{"kernel", {3, 3, 1, 1}}, {"bias", {1}}});
  add_layer(builder, "fc", {{"kernel", {4, static_cast<hsize_t>(units)}}, {"bias", {static_cast<hsize_t>(units)}}});
  builder.texts("/model_weights", "layer_names", {"conv", "fc"});
  return keras_file::parse_model(builder.content(), options, "m.h5");
}

TEST(KerasModel, SaysWhatItAssumesOfPixels) {
  const KerasModel plain = ending_in(2, "softmax");
  EXPECT_TRUE(plain.notes.empty());
  ASSERT_EQ(plain.assumptions.size(), 1u);
  expect_contains(plain.assumptions[0], "pixels are divided by 255 before they go in, which is assumed");
  expect_contains(plain.assumptions[0], "--pixel-scale");
  EXPECT_TRUE(ending_in(2, "softmax", {.preprocessing = Preprocessing{1, 0}}).assumptions.empty());
}

TEST(KerasModel, OneSigmoidIsTwoClasses) {
  const KerasModel read = ending_in(1, "sigmoid", {.class_names = {"no", "yes"}});
  EXPECT_EQ(class_count(read.model.network), 2);
  EXPECT_EQ(read.model.network.class_names, (std::vector<std::string>{"no", "yes"}));
  EXPECT_EQ(std::get<Dense>(read.model.network.layers.back().kind).activation, Activation::kSoftmax);
  expect_contains(read.assumptions.back(), "layer 'fc': one sigmoid is read as two classes");
  expect_contains(message_of([&] { ending_in(1, "sigmoid", {.class_names = {"only"}}); }),
                  "m.h5: layer 'fc': class names: expected 2, one for each output, found 1");
}

TEST(KerasModel, OneOutputOfAnotherKindIsRefused) {
  for (const char* activation : {"linear", "relu", "tanh", "softmax"}) {
    expect_contains(message_of([&] { ending_in(1, activation); }),
                    "m.h5: layer 'fc': expected an output for each class, or one sigmoid");
  }
}

TEST(KerasModel, SigmoidsAndOthersAreSaid) {
  const KerasModel sigmoids = ending_in(3, "sigmoid");
  EXPECT_TRUE(gives_probabilities(sigmoids.model.network));
  expect_contains(sigmoids.assumptions.back(), "ends in sigmoids");
  expect_contains(ending_in(3, "tanh").assumptions.back(), "ends in tanh, which gives no probabilities: a softmax");
}

}  // namespace
}  // namespace fer
