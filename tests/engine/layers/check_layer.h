// What every kind of layer has to fulfil, whatever it computes: one check, for a layer of the library or a new one.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <variant>
#include <vector>

#include "tests/engine/plan_cases.h"
#include "tests/kernels/gradient_check.h"

namespace fer::testing {

// The layer in a small network whose first layer is trained, so that the gradient by the layer's input is wanted.
inline Network around_layer(const LayerKind& layer, const Shape& input) {
  Network network(input);
  network.add(Conv2D{.filters = input[2], .kernel = {1, 1}}, "before");
  network.add(layer, "layer").add(Flatten{}).add(Dense{.units = 3, .activation = Activation::kSoftmax}, "after");
  return network;
}

inline void expect_json_round_trip(const Network& network) {
  EXPECT_EQ(network_from_json(network_to_json(network), "the network written"), network);
}

// The reference's gradients against differences of its loss, in double.
inline void expect_reference_gradients(const Network& network, const TrainingInput& in) {
  const ReferenceBatch batch{.n = in.n,
                             .pictures = as_doubles(in.pictures),
                             .targets = as_doubles(in.targets),
                             .weights = as_doubles(in.row_weights),
                             .seed = in.seed,
                             .step = in.step};
  const auto values = in.weights.values.values();
  const Values weights(values.begin(), values.end());
  ReferenceNetwork reference(network);
  Values updated = weights;
  const ReferenceResult result = reference.train(batch, updated);
  // What is trained lies first.
  const int64_t trained = in.weights.layout.trainable_floats;
  Values by(weights.begin(), weights.begin() + trained);
  const auto loss = [&] {
    Values at = weights;
    std::copy(by.begin(), by.end(), at.begin());
    return reference.train(batch, at).objective;
  };
  check_gradients("network", loss, {{"weights", &by, {result.gradients.begin(), result.gradients.begin() + trained}}},
                  1e-5, 80, 1e-4);
}

inline void expect_plan_like_reference(const Network& network, const TrainingInput& in) {
  const TrainingTruth truth = run_reference(network, in);
  set_num_threads(1);
  const TrainingOutput one = run_plan(network, in, in.n);
  set_num_threads(2);
  const TrainingOutput two = run_plan(network, in, in.n);
  set_num_threads(0);
  expect_same_training(network, in, one, truth);
  expect_same_bits(one, two, "1 and 2 threads");
}

inline std::vector<float> run_inference(const Network& network, const TrainingInput& in) {
  const engine::InferenceModel model(network, in.weights.layout, in.weights.values.values());
  auto workspace = model.make_workspace(in.n);
  std::vector<float> outputs(static_cast<size_t>(in.n * class_count(network)), NAN);
  model.run(workspace, in.n, in.pictures, outputs);
  return outputs;
}

inline void expect_inference_like_reference(const Network& network, const TrainingInput& in) {
  const std::vector<float> found = run_inference(network, in);
  const auto values = in.weights.values.values();
  const Values expected = ReferenceNetwork(network).run(in.n, as_doubles(in.pictures), {values.begin(), values.end()});
  for (size_t i = 0; i < found.size(); ++i)
    ASSERT_NEAR(found[i], expected[i], 1000 * kRounding) << "probability " << i << "; " << seed_note();
}

// Training's loss is that of inference's probabilities. (Not so for a batch norm or dropout, which compute something
// else in training.)
inline void expect_training_like_inference(const Network& network, TrainingInput in) {
  in.row_weights.clear();
  const int64_t classes = class_count(network);
  std::fill(in.targets.begin(), in.targets.end(), 0.0f);
  for (int64_t i = 0; i < in.n; ++i) in.targets[static_cast<size_t>(i * classes + i % classes)] = 1;
  const std::vector<float> probabilities = run_inference(network, in);
  double loss = 0;
  for (size_t i = 0; i < probabilities.size(); ++i)
    loss -= in.targets[i] * std::log(static_cast<double>(probabilities[i]));
  EXPECT_NEAR(run_plan(network, in, in.n).result.loss_sum, loss, 1e-4 * loss);
}

// All of these, for a network that holds the layer.
inline void check_layer(const Network& network, uint32_t stream) {
  SCOPED_TRACE(summary(network));
  const TrainingInput in(network, 3, stream);
  expect_json_round_trip(network);
  expect_reference_gradients(network, in);
  expect_plan_like_reference(network, in);
  expect_inference_like_reference(network, in);
  const bool same_in_training = std::none_of(network.layers.begin(), network.layers.end(), [](const Layer& layer) {
    return std::holds_alternative<BatchNorm>(layer.kind) || std::holds_alternative<Dropout>(layer.kind);
  });
  if (same_in_training) expect_training_like_inference(network, in);
}
inline void check_layer(const LayerKind& layer, const Shape& input, uint32_t stream) {
  check_layer(around_layer(layer, input), stream);
}

}  // namespace fer::testing
