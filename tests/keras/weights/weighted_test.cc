// What is looked for in a file, and how its numbers become those of parameters.
#include "keras/weights/weighted.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace fer {
namespace {

// 0, 1, 2, ... after the transform.
std::vector<float> counted_after(const keras_file::Transform& transform, size_t count) {
  std::vector<float> from(count), to(count);
  std::iota(from.begin(), from.end(), 0.0f);
  transform(from, to);
  return to;
}

TEST(KerasWeighted, ClassesInSnakeCaseAreAsKeras3HasThem) {
  const std::pair<const char*, const char*> names[] = {{"BatchNormalization", "batch_normalization"},
                                                       {"Conv2D", "conv2d"},
                                                       {"SeparableConv2D", "separable_conv2d"},
                                                       {"PReLU", "p_re_lu"},
                                                       {"InputLayer", "input_layer"},
                                                       {"", ""}};
  for (const auto& [name, expected] : names) EXPECT_EQ(keras_file::snake_case(name), expected);
}

TEST(KerasWeighted, KernelsOfTheanoAreTurnedIntoOurs) {
  using Values = std::vector<float>;
  EXPECT_EQ(counted_after(keras_file::as_it_is, 3), (Values{0, 1, 2}));
  // [2 filters, 1 channel, 1, 2] to [1, 2, 1, 2].
  EXPECT_EQ(counted_after(keras_file::filters_last({2, 1, 1, 2}), 4), (Values{0, 2, 1, 3}));
  // [1 filter, 2 channels, 1, 2] to [1, 2, 2, 1].
  EXPECT_EQ(counted_after(keras_file::filters_last({1, 2, 1, 2}), 4), (Values{0, 2, 1, 3}));
  EXPECT_EQ(counted_after(keras_file::turned({2, 2, 1, 2}), 8), (Values{6, 7, 4, 5, 2, 3, 0, 1}));
}

TEST(KerasWeighted, RowsOfChannelsFirstAreOrderedAsThoseOfChannelsLast) {
  EXPECT_EQ(counted_after(keras_file::channels_last_rows({1, 2, 3}, 2), 12),
            (std::vector<float>{0, 1, 4, 5, 8, 9, 2, 3, 6, 7, 10, 11}));
}

TEST(KerasWeighted, ANetworksLayersAreAsKerasKeepsThem) {
  Network network({3, 3, 2});
  network.add(Conv2D{.filters = 2, .kernel = {1, 1}}, "a").add(BatchNorm{}, "norm").add(PRelu{.shared = true}, "act");
  network.add(GlobalAveragePool2D{}, "pool");
  const keras_file::WeightedLayer model = keras_file::weighted_layers(network);
  ASSERT_EQ(model.layers.size(), 4u);
  EXPECT_TRUE(model.is_model && model.has_weights());
  EXPECT_EQ(model.layers[0].place, "layer 'a' (conv2d)");
  EXPECT_EQ(model.layers[0].type, "conv2d");
  ASSERT_EQ(model.layers[0].roles.size(), 2u);
  EXPECT_EQ(model.layers[0].roles[0].parameter, "a/kernel");
  EXPECT_EQ(model.layers[0].roles[0].stored, (std::vector<int64_t>{1, 1, 2, 2}));
  EXPECT_FALSE(model.layers[0].roles[0].may_miss);
  ASSERT_EQ(model.layers[1].roles.size(), 4u);
  for (const keras_file::Role& role : model.layers[1].roles) {
    EXPECT_EQ(role.may_miss, role.name == "gamma" || role.name == "beta") << role.name;
  }
  ASSERT_EQ(model.layers[2].roles.size(), 1u);
  EXPECT_EQ(model.layers[2].roles[0].stored, (std::vector<int64_t>{1, 1, 2}));
  EXPECT_FALSE(model.layers[3].has_weights());
}

}  // namespace
}  // namespace fer
