// One broken weight anywhere makes the loss NaN, and the probabilities too.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/engine/plan_cases.h"

namespace fer::testing {
namespace {

// With relus that join the layer before them, relus that do not, and a pool behind a batch norm.
Network relu_network() {
  Network network({11, 12, 1});
  network.add(Conv2D{.filters = 9, .activation = Activation::kRelu}, "conv1")
      .add(BatchNorm{}, "norm1")
      .add(ActivationLayer{}, "relu1")
      .add(MaxPool2D{}, "pool1")
      .add(Conv2D{.filters = 20, .padding = Padding::same()}, "conv2")
      .add(ActivationLayer{}, "relu2")
      .add(BatchNorm{}, "norm2")
      .add(MaxPool2D{}, "pool2")
      .add(Flatten{}, "flatten")
      .add(Dense{.units = 6, .activation = Activation::kRelu}, "dense")
      .add(Dense{.units = 3, .activation = Activation::kSoftmax}, "out");
  return network;
}

std::vector<Network> networks() {
  std::vector<Network> out = {relu_network()};
  for (uint32_t stream = 1900; stream < 1906; ++stream)
    out.push_back(RandomNetwork(stream, {.dropout = false}).network());
  return out;
}

// Calls f(input) with NaN in the first value of one parameter after another.
template <class F>
void for_each_broken(const Network& network, const F& f) {
  TrainingInput in(network, 3, 1910);
  for (const Parameter& p : in.weights.layout.parameters) {
    SCOPED_TRACE(p.name + " of\n" + summary(network) + seed_note());
    float& first = in.weights.of(p)[0];
    const float good = first;
    first = NAN;
    f(in, p);
    first = good;
  }
}

TEST(Nan, InAnyTrainedWeightShowsInTheLoss) {
  for (const Network& network : networks())
    for_each_broken(network, [&](const TrainingInput& in, const Parameter& p) {
      if (!p.trainable) return;
      EXPECT_TRUE(std::isnan(run_plan(network, in, 3).result.loss_sum));
    });
}

TEST(Nan, InAnyWeightShowsInThePredictions) {
  for (const Network& network : networks())
    for_each_broken(network, [&](const TrainingInput& in, const Parameter&) {
      const engine::InferenceModel model(network, in.weights.layout, in.weights.values.values());
      auto workspace = model.make_workspace(in.n);
      std::vector<float> outputs(static_cast<size_t>(in.n * class_count(network)));
      model.run(workspace, in.n, in.pictures, outputs);
      EXPECT_TRUE(std::any_of(outputs.begin(), outputs.end(), [](float v) { return std::isnan(v); }));
    });
}

}  // namespace
}  // namespace fer::testing
