// What a file tells of the Keras that wrote it.
#include "keras/config/dialect.h"

#include <gtest/gtest.h>

#include "tests/keras/tiny.h"
#include "tests/support/message.h"

namespace fer {
namespace {

// A file's weights with one layer, whose arrays have these names.
keras_file::Stored stored_names(const std::vector<std::string>& weight_names) {
  keras_file::Stored weights;
  weights.members["conv"] = std::make_unique<keras_file::Stored>();
  weights.members["conv"]->texts["weight_names"] = weight_names;
  return weights;
}

TEST(KerasDialect, TheVersionIsTheFilesOrGiven) {
  keras_file::Stored root;
  root.texts["keras_version"] = {"1.2.2"};
  const keras_file::Stored weights = stored_names({"conv/kernel:0"});
  EXPECT_TRUE(keras_file::dialect_of(root, weights, nullptr, "", {}).keras_1);
  EXPECT_FALSE(keras_file::dialect_of(root, weights, nullptr, "2.11.0", {}).keras_1);
  EXPECT_TRUE(keras_file::dialect_of(root, weights, nullptr, "3.3.3", {}).keras_3);
  // (Weights alone have it beside the list of layers.)
  keras_file::Stored below = stored_names({"conv/kernel:0"});
  below.texts["keras_version"] = {"3.0.0"};
  EXPECT_TRUE(keras_file::dialect_of({}, below, nullptr, "", {}).keras_3);
}

TEST(KerasDialect, AFileOfKeras1IsKnownByItsNames) {
  const keras_file::Stored weights = stored_names({"conv/kernel:0"});
  EXPECT_TRUE(keras_file::dialect_of({}, stored_names({"conv_W"}), nullptr, "", {}).keras_1);
  EXPECT_TRUE(keras_file::dialect_of({}, stored_names({"conv_W:0"}), nullptr, "", {}).keras_1);
  EXPECT_FALSE(keras_file::dialect_of({}, weights, tiny_config(), "", {}).keras_1);
  Json old = tiny_config();
  layers_of(old)[0]["config"]["nb_filter"] = 1;
  EXPECT_TRUE(keras_file::dialect_of({}, weights, old, "", {}).keras_1);
}

TEST(KerasDialect, TheanosKernelsAreTurned) {
  const keras_file::Stored of_theano = stored_names({"conv_W"}), of_tensorflow = stored_names({"conv_W:0"});
  EXPECT_TRUE(keras_file::dialect_of({}, of_theano, nullptr, "", {}).turned_kernels);
  EXPECT_FALSE(keras_file::dialect_of({}, of_tensorflow, nullptr, "", {}).turned_kernels);
  keras_file::Stored root;
  root.texts["backend"] = {"theano"};
  EXPECT_TRUE(keras_file::dialect_of(root, of_tensorflow, nullptr, "2.0.0", {}).turned_kernels);
  KerasReadOptions options;
  options.theano_kernels = false;
  EXPECT_FALSE(keras_file::dialect_of(root, of_theano, nullptr, "", options).turned_kernels);
}

TEST(KerasDialect, LayersSayWhereChannelsLie) {
  const auto first = [](const char* key, const char* value) {
    Json model = tiny_config();
    layers_of(model)[0]["config"][key] = value;
    return keras_file::has_channels_first(model);
  };
  EXPECT_TRUE(first("data_format", "channels_first"));
  EXPECT_TRUE(first("dim_ordering", "th"));
  EXPECT_FALSE(first("data_format", "channels_last"));
  EXPECT_FALSE(first("dim_ordering", "tf"));
  EXPECT_FALSE(keras_file::has_channels_first(tiny_config()));
  expect_contains(message_of([&] { first("dim_ordering", "other"); }),
                  "dim_ordering: expected channels_first or channels_last, found \"other\"");
}

}  // namespace
}  // namespace fer
