// A small network against PyTorch: loss, gradients, three steps of every optimizer, moving moments, inference.
#include <gtest/gtest.h>

#include "engine/plan.h"
#include "kernels/update/optimizer.h"
#include "tests/engine/fixture.h"
#include "tests/engine/reference_network.h"
#include "tests/kernels/compare.h"

namespace fer::testing {
namespace {

using nlohmann::json;

const json& fixture() {
  static const json value = read_fixture("network.json");
  return value;
}

Network fixture_network() { return network_from_json(fixture()["network"].dump(), "network.json"); }

Weights first_weights(const Network& network) {
  Weights weights(network);
  for (const Parameter& p : weights.layout.parameters) {
    const std::vector<float> values = floats_of(fixture()["weights"].at(p.name));
    EXPECT_EQ(static_cast<int64_t>(values.size()), p.shape.elements()) << p.name;
    std::copy(values.begin(), values.end(), weights.of(p).begin());
  }
  return weights;
}

struct FixtureBatch {
  std::vector<float> x, targets, weights;

  explicit FixtureBatch(size_t index) {
    const json& batch = fixture()["batches"].at(index);
    x = floats_of(batch["x"]);
    targets = floats_of(batch["targets"]);
    weights = floats_of(batch["weights"]);
  }
  int64_t n() const { return static_cast<int64_t>(weights.size()); }
};

// `found` holds every parameter where the layout has it; `expected` maps names to values.
void expect_parameters(const ParameterLayout& layout, std::span<const float> found, const json& expected,
                       double relative, const std::string& what) {
  for (const Parameter& p : layout.parameters) {
    if (!expected.contains(p.name)) continue;
    const std::vector<double> values = doubles_of(expected[p.name]);
    const double largest = largest_magnitude(values);
    for (size_t i = 0; i < values.size(); ++i)
      ASSERT_NEAR(found[static_cast<size_t>(p.offset) + i], values[i], relative * largest)
          << what << ": " << p.name << "[" << i << "]";
  }
}

TEST(PyTorchFixture, HoldsEveryParameter) {
  const Network network = fixture_network();
  const ParameterLayout layout = parameter_layout(network);
  EXPECT_EQ(layout.parameters.size(), fixture()["weights"].size());
  size_t trained = 0;
  for (const Parameter& p : layout.parameters) trained += p.trainable;
  EXPECT_EQ(trained, fixture()["gradients"].size());
}

TEST(PyTorchFixture, PlanHasItsLossAndGradients) {
  const Network network = fixture_network();
  Weights weights = first_weights(network);
  const FixtureBatch batch(0);
  engine::TrainingPlan plan(network, weights.layout, batch.n());
  std::vector<float> gradients(static_cast<size_t>(weights.layout.trainable_floats));
  std::vector<float> moments(static_cast<size_t>(plan.moment_layout().floats));
  const auto result =
      plan.forward_backward({.n = batch.n(), .pictures = batch.x, .targets = batch.targets, .weights = batch.weights},
                            weights.values.values(), gradients, moments);
  const json& step = fixture()["optimizers"]["adam"]["steps"][0];
  EXPECT_NEAR(result.loss_sum, step["loss"].get<double>(), 1e-5);
  EXPECT_NEAR(result.penalty, step["penalty"].get<double>(), 1e-8);
  expect_parameters(weights.layout, gradients, fixture()["gradients"], 2e-5, "gradient");
}

TEST(PyTorchFixture, ReferenceHasItsGradientsToTheLastDigit) {
  const Network network = fixture_network();
  const Weights first = first_weights(network);
  const FixtureBatch batch(0);
  Values weights(first.values.values().begin(), first.values.values().end());
  const ReferenceResult result = ReferenceNetwork(network).train({.n = batch.n(),
                                                                  .pictures = as_doubles(batch.x),
                                                                  .targets = as_doubles(batch.targets),
                                                                  .weights = as_doubles(batch.weights)},
                                                                 weights);
  EXPECT_NEAR(result.loss_sum, fixture()["optimizers"]["adam"]["steps"][0]["loss"].get<double>(), 1e-11);
  for (const Parameter& p : first.layout.parameters) {
    if (!p.trainable) continue;
    const std::vector<double> expected = doubles_of(fixture()["gradients"][p.name]);
    // The fixture has nine digits.
    for (size_t i = 0; i < expected.size(); ++i)
      ASSERT_NEAR(result.gradients[static_cast<size_t>(p.offset) + i], expected[i],
                  1e-8 * std::fabs(expected[i]) + 1e-14)
          << p.name << "[" << i << "]";
  }
}

// One optimizer's update of every parameter; decay concerns kernels alone.
class FixtureOptimizer {
 public:
  FixtureOptimizer(const std::string& name, const ParameterLayout& layout)
      : settings_(fixture()["optimizers"][name]["settings"]),
        layout_(layout),
        first_(static_cast<size_t>(layout.trainable_floats)),
        second_(first_.size()) {}

  void step(std::span<float> weights, std::span<const float> gradients) {
    ++t_;
    for (const Parameter& p : layout_.parameters) {
      if (!p.trainable) continue;
      const auto part = [&](auto all) {
        return all.subspan(static_cast<size_t>(p.offset), static_cast<size_t>(p.shape.elements()));
      };
      const float decay = p.name.ends_with("/kernel") ? setting("weight_decay") : 0;
      if (settings_.contains("momentum")) {
        kernels::sgd_update({.learning_rate = setting("learning_rate"),
                             .momentum = setting("momentum"),
                             .weight_decay = decay,
                             .nesterov = settings_["nesterov"].get<bool>()},
                            part(weights), part(gradients), part(std::span(first_)));
      } else {
        kernels::adam_update({.learning_rate = setting("learning_rate"),
                              .beta1 = setting("beta1"),
                              .beta2 = setting("beta2"),
                              .epsilon = setting("epsilon"),
                              .decay = setting("learning_rate") * decay,
                              .t = t_},
                             part(weights), part(gradients), part(std::span(first_)), part(std::span(second_)));
      }
    }
  }

 private:
  float setting(const char* name) const { return settings_[name].get<float>(); }

  const json& settings_;
  const ParameterLayout& layout_;
  std::vector<float> first_, second_;  // moments, or the velocity
  int64_t t_ = 0;
};

void check_optimizer(const std::string& name) {
  const json& expected = fixture()["optimizers"][name];
  const Network network = fixture_network();
  Weights weights = first_weights(network);
  FixtureOptimizer optimizer(name, weights.layout);
  engine::TrainingPlan plan(network, weights.layout, 5);
  std::vector<float> gradients(static_cast<size_t>(weights.layout.trainable_floats));
  std::vector<float> moments(static_cast<size_t>(plan.moment_layout().floats));
  for (size_t i = 0; i < 3; ++i) {
    const FixtureBatch batch(i);
    const auto result =
        plan.forward_backward({.n = batch.n(), .pictures = batch.x, .targets = batch.targets, .weights = batch.weights},
                              weights.values.values(), gradients, moments);
    engine::update_moving_moments(plan.moment_layout(), moments, weights.values.values());
    optimizer.step(weights.values.values(), gradients);
    const std::string what = name + ", step " + std::to_string(i + 1);
    EXPECT_NEAR(result.loss_sum, expected["steps"][i]["loss"].get<double>(), 2e-5) << what;
    EXPECT_NEAR(result.penalty, expected["steps"][i]["penalty"].get<double>(), 1e-7) << what;
    expect_parameters(weights.layout, weights.values.values(), expected["steps"][i]["weights"], 1e-5, what);
  }
  const FixtureBatch batch(0);
  const engine::InferenceModel model(network, weights.layout, weights.values.values());
  auto workspace = model.make_workspace(batch.n());
  const std::vector<double> probabilities = doubles_of(expected["probabilities"]);
  std::vector<float> outputs(probabilities.size());
  model.run(workspace, batch.n(), batch.x, outputs);
  for (size_t i = 0; i < outputs.size(); ++i) EXPECT_NEAR(outputs[i], probabilities[i], 1e-5) << "probability " << i;
}

TEST(PyTorchFixture, AdamTakesTheSameSteps) { check_optimizer("adam"); }
TEST(PyTorchFixture, AdamWTakesTheSameSteps) { check_optimizer("adamw"); }
TEST(PyTorchFixture, SgdWithNesterovTakesTheSameSteps) { check_optimizer("sgd"); }

}  // namespace
}  // namespace fer::testing
