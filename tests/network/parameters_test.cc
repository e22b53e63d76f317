// Where parameters lie, and their first values.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "fer/model.h"
#include "fer/threads.h"

namespace fer {
namespace {

Network small() {
  Network network({6, 6, 2});
  network.add(Conv2D{.filters = 5, .kernel_regularizer = {0, 0.5f}}, "conv")
      .add(BatchNorm{}, "bn")
      .add(Flatten{}, "flat");
  network.add(Dense{.units = 3, .bias_init = {Initializer::Kind::kConstant, 0.25f}}, "fc");
  return network;
}

const Parameter& named(const ParameterLayout& layout, const std::string& name) {
  for (const Parameter& parameter : layout.parameters) {
    if (parameter.name == name) return parameter;
  }
  throw std::runtime_error("no parameter " + name);
}

// One convolution of a given kernel, and its drawn weights.
std::vector<float> drawn(const Initializer& init, uint64_t seed = 1) {
  Network network({4, 4, 16});
  network.add(Conv2D{.filters = 64, .kernel_init = init}, "conv");
  const Weights weights = initialize(network, seed);
  const auto values = weights.of(named(weights.layout, "conv/kernel"));
  return {values.begin(), values.end()};
}

constexpr double kFanIn = 9 * 16, kFanOut = 9 * 64;
constexpr int kCount = 9 * 16 * 64;

struct Moments {
  double mean = 0, variance = 0, largest = 0;
};
Moments moments(const std::vector<float>& values) {
  Moments m;
  for (const float v : values) m.mean += v / values.size();
  for (const float v : values) {
    m.variance += (v - m.mean) * (v - m.mean) / values.size();
    m.largest = std::max(m.largest, std::abs(static_cast<double>(v)));
  }
  return m;
}

// Five standard errors; a variance's is at most sqrt(2 / n) of it for these distributions.
void expect_moments(const std::vector<float>& values, double mean, double variance) {
  const Moments m = moments(values);
  EXPECT_NEAR(m.mean, mean, 5 * std::sqrt(variance / kCount));
  EXPECT_NEAR(m.variance, variance, 5 * variance * std::sqrt(2.0 / kCount));
}

TEST(Parameters, TrainableOnesComeFirstEachAtAMultipleOf16) {
  const ParameterLayout layout = parameter_layout(small());
  std::vector<std::string> names;
  int64_t end = 0;
  for (const Parameter& parameter : layout.parameters) {
    names.push_back(parameter.name);
    EXPECT_EQ(parameter.offset % 16, 0);
    EXPECT_GE(parameter.offset, end);
    EXPECT_LT(parameter.offset, end + 16);
    EXPECT_EQ(parameter.trainable, parameter.offset < layout.trainable_floats);
    end = parameter.offset + parameter.shape.elements();
  }
  EXPECT_EQ(names, (std::vector<std::string>{"conv/kernel", "conv/bias", "bn/gamma", "bn/beta", "fc/kernel", "fc/bias",
                                             "bn/moving_mean", "bn/moving_variance"}));
  EXPECT_GE(layout.total_floats, end);
  EXPECT_EQ(layout.trainable_floats % 16, 0);
  EXPECT_EQ(layout.total_floats % 16, 0);
}

TEST(Parameters, HaveTheirShapesLayersAndRegularisers) {
  const ParameterLayout layout = parameter_layout(small());
  EXPECT_EQ(named(layout, "conv/kernel").shape, (Shape{3, 3, 2, 5}));
  EXPECT_EQ(named(layout, "conv/kernel").regularizer.l2, 0.5f);
  EXPECT_EQ(named(layout, "conv/bias").regularizer, Regularizer{});
  EXPECT_EQ(named(layout, "bn/moving_mean").shape, (Shape{5}));
  EXPECT_EQ(named(layout, "bn/moving_mean").layer, 1);
  EXPECT_EQ(named(layout, "fc/kernel").shape, (Shape{80, 3}));
  EXPECT_EQ(named(layout, "fc/kernel").layer, 3);
}

TEST(Parameters, SumToTheNetworksTotals) {
  for (const char* name : {"seed002_vgg8", "seed000_resnet50_48", "seed001_resnet34"}) {
    const Network network = load_network(name);
    int64_t all = 0, trainable = 0;
    for (const Parameter& parameter : parameter_layout(network).parameters) {
      all += parameter.shape.elements();
      trainable += parameter.trainable ? parameter.shape.elements() : 0;
    }
    EXPECT_EQ(all, totals(network).params) << name;
    EXPECT_EQ(trainable, totals(network).trainable) << name;
  }
}

TEST(Parameters, EverythingInAFrozenLayerIsAtTheEnd) {
  Network network = small();
  network.layers[0].frozen = network.layers[1].frozen = true;
  const ParameterLayout layout = parameter_layout(network);
  EXPECT_EQ(layout.parameters[0].name, "fc/kernel");
  EXPECT_FALSE(named(layout, "bn/gamma").trainable);
  EXPECT_EQ(layout.trainable_floats, 240 + 16);
}

TEST(Parameters, WithoutABiasThereIsNone) {
  Network network({6, 6, 2});
  network.add(Conv2D{.filters = 5, .bias = false}, "conv");
  EXPECT_EQ(parameter_layout(network).parameters.size(), 1u);
}

TEST(Parameters, BatchNormStartsAsTheIdentity) {
  const Weights weights = initialize(small(), 3);
  for (const float v : weights.of(named(weights.layout, "bn/gamma"))) EXPECT_EQ(v, 1.0f);
  for (const float v : weights.of(named(weights.layout, "bn/beta"))) EXPECT_EQ(v, 0.0f);
  for (const float v : weights.of(named(weights.layout, "bn/moving_mean"))) EXPECT_EQ(v, 0.0f);
  for (const float v : weights.of(named(weights.layout, "bn/moving_variance"))) EXPECT_EQ(v, 1.0f);
  for (const float v : weights.of(named(weights.layout, "fc/bias"))) EXPECT_EQ(v, 0.25f);
}

TEST(Parameters, GapsHoldZeros) {
  const Weights weights = initialize(small(), 3);
  std::vector<bool> used(weights.values.size());
  for (const Parameter& p : weights.layout.parameters) {
    for (int64_t i = 0; i < p.shape.elements(); ++i) used[p.offset + i] = true;
  }
  for (size_t i = 0; i < used.size(); ++i) {
    EXPECT_TRUE(used[i] || weights.values.values()[i] == 0) << i;
  }
}

TEST(Initializer, GlorotAndHeHaveTheirVariances) {
  using Kind = Initializer::Kind;
  expect_moments(drawn({Kind::kGlorotUniform}), 0, 2 / (kFanIn + kFanOut));
  expect_moments(drawn({Kind::kGlorotNormal}), 0, 2 / (kFanIn + kFanOut));
  expect_moments(drawn({Kind::kHeUniform}), 0, 2 / kFanIn);
  expect_moments(drawn({Kind::kHeNormal}), 0, 2 / kFanIn);
  EXPECT_LE(moments(drawn({Kind::kGlorotUniform})).largest, std::sqrt(6 / (kFanIn + kFanOut)) * (1 + 1e-6));
  EXPECT_LE(moments(drawn({Kind::kHeNormal})).largest, 2 * std::sqrt(2 / kFanIn) / 0.8796);
}

TEST(Initializer, DenseFansAreInputsAndUnits) {
  Network network({1, 1, 300});
  network.add(Flatten{}).add(Dense{.units = 100}, "fc");
  const Weights weights = initialize(network, 5);
  const auto values = weights.of(named(weights.layout, "fc/kernel"));
  const double limit = std::sqrt(6.0 / 400);
  const Moments m = moments({values.begin(), values.end()});
  EXPECT_LE(m.largest, limit * (1 + 1e-6));
  EXPECT_GT(m.largest, 0.999 * limit);
}

TEST(Initializer, PlainDistributionsTakeTheirNumbers) {
  using Kind = Initializer::Kind;
  expect_moments(drawn({Kind::kRandomNormal, 2, 0.5f}), 2, 0.25);
  expect_moments(drawn({Kind::kRandomUniform, -1, 3}), 1, 16.0 / 12);
  // A standard normal cut at two deviations has a deviation of 0.8796.
  expect_moments(drawn({Kind::kTruncatedNormal, 1, 0.05f}), 1, std::pow(0.05 * 0.8796, 2));
  for (const float v : drawn({Kind::kTruncatedNormal, 1, 0.05f})) EXPECT_LE(std::abs(v - 1), 0.1 + 1e-6);
  for (const float v : drawn({Kind::kConstant, 0.3f})) EXPECT_EQ(v, 0.3f);
  for (const float v : drawn({Kind::kZeros})) EXPECT_EQ(v, 0.0f);
  for (const float v : drawn({Kind::kOnes})) EXPECT_EQ(v, 1.0f);
}

TEST(Initializer, IsAFunctionOfTheSeedAlone) {
  const Network network = load_network("seed004_cnn5");
  const Weights first = initialize(network, 42);
  set_num_threads(1);
  const Weights one_thread = initialize(network, 42);
  set_num_threads(0);
  EXPECT_EQ(std::memcmp(first.values.data(), one_thread.values.data(), first.values.size() * sizeof(float)), 0);
  const Weights other = initialize(network, 43);
  EXPECT_NE(std::memcmp(first.values.data(), other.values.data(), first.values.size() * sizeof(float)), 0);
}

TEST(Initializer, LayersOfOneShapeDrawDifferentNumbers) {
  Network network({8, 8, 4});
  network.add(Conv2D{.filters = 4, .padding = Padding::same()}, "a").add(Conv2D{.filters = 4}, "b");
  const Weights weights = initialize(network, 1);
  const auto a = weights.of(named(weights.layout, "a/kernel")), b = weights.of(named(weights.layout, "b/kernel"));
  EXPECT_NE(std::memcmp(a.data(), b.data(), a.size_bytes()), 0);
}

TEST(Initializer, FreezingALayerChangesNoFirstValue) {
  Network network = small();
  const Weights free = initialize(network, 9);
  network.layers[1].frozen = true;
  const Weights frozen = initialize(network, 9);
  for (const Parameter& p : free.layout.parameters) {
    const auto before = free.of(p), after = frozen.of(named(frozen.layout, p.name));
    EXPECT_EQ(std::memcmp(before.data(), after.data(), before.size_bytes()), 0) << p.name;
  }
}

}  // namespace
}  // namespace fer
