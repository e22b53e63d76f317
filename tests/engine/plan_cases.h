// A plan's run next to the reference network's, from the same floats.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/plan.h"
#include "fer/threads.h"
#include "tests/engine/random_network.h"
#include "tests/engine/reference_network.h"
#include "tests/kernels/compare.h"

namespace fer::testing {

struct TrainingInput {
  Weights weights;
  int64_t n = 0;
  std::vector<float> pictures, targets, row_weights;
  uint64_t seed = 5, step = 11;

  TrainingInput(const Network& network, int64_t batch, uint32_t stream)
      : weights(random_weights(network, stream)), n(batch) {
    Draw draw(stream + 50000);
    pictures = draw.values(n * network.input.elements());
    targets = draw.values(n * class_count(network), 0, 1);
    if (draw.integer(0, 1) == 0) row_weights = draw.values(n, 0.5, 2);
  }
};

struct TrainingOutput {
  engine::TrainingPlan::Result result;
  std::vector<float> gradients, moments;
  std::vector<float> weights;  // after the moments have gone into the moving ones
};

// The gradients and moments begin as NaN: all that anyone reads of them are overwritten.
inline TrainingOutput run_plan(engine::TrainingPlan& plan, const TrainingInput& in) {
  const auto values = in.weights.values.values();
  TrainingOutput out{{},
                     std::vector<float>(static_cast<size_t>(in.weights.layout.trainable_floats), NAN),
                     std::vector<float>(static_cast<size_t>(plan.moment_layout().floats), NAN),
                     {values.begin(), values.end()}};
  out.result = plan.forward_backward({.n = in.n,
                                      .pictures = in.pictures,
                                      .targets = in.targets,
                                      .weights = in.row_weights,
                                      .seed = in.seed,
                                      .step = in.step},
                                     in.weights.values.values(), out.gradients, out.moments);
  engine::update_moving_moments(plan.moment_layout(), out.moments, out.weights);
  return out;
}

inline TrainingOutput run_plan(const Network& network, const TrainingInput& in, int64_t max_batch) {
  engine::TrainingPlan plan(network, in.weights.layout, max_batch);
  return run_plan(plan, in);
}

struct TrainingTruth {
  ReferenceResult result;
  Values weights;
};

inline TrainingTruth run_reference(const Network& network, const TrainingInput& in) {
  const auto values = in.weights.values.values();
  TrainingTruth truth{{}, {values.begin(), values.end()}};
  truth.result = ReferenceNetwork(network).train({.n = in.n,
                                                  .pictures = as_doubles(in.pictures),
                                                  .targets = as_doubles(in.targets),
                                                  .weights = as_doubles(in.row_weights),
                                                  .seed = in.seed,
                                                  .step = in.step},
                                                 truth.weights);
  return truth;
}

// Rounding errors go through a dozen layers and divisions by small deviations: a thousand roundings of the largest
// value of a parameter's gradient, and of all gradients, since some (a bias before a batch norm) are zero but for
// roundings.
inline void expect_same_training(const Network& network, const TrainingInput& in, const TrainingOutput& out,
                                 const TrainingTruth& truth) {
  constexpr double kOfParameter = 1e-4, kOfAll = 1e-4;
  EXPECT_NEAR(out.result.loss_sum, truth.result.loss_sum, 1e-4 * (1 + truth.result.loss_sum));
  EXPECT_NEAR(out.result.penalty, truth.result.penalty, 1e-6 * (1 + truth.result.penalty));
  EXPECT_EQ(out.result.correct, truth.result.correct);
  const double largest = largest_magnitude(truth.result.gradients);
  for (const Parameter& p : in.weights.layout.parameters) {
    const auto begin = static_cast<size_t>(p.offset), end = begin + static_cast<size_t>(p.shape.elements());
    double of_parameter = 0;
    for (size_t i = begin; i < end; ++i) of_parameter = std::max(of_parameter, std::fabs(truth.result.gradients[i]));
    for (size_t i = begin; i < end; ++i) {
      if (p.trainable) {
        ASSERT_NEAR(out.gradients[i], truth.result.gradients[i], kOfParameter * of_parameter + kOfAll * largest)
            << "gradient of " << p.name << "[" << i - begin << "]; " << seed_note() << "\n"
            << summary(network);
      }
      ASSERT_NEAR(out.weights[i], truth.weights[i], 1e-5 * (1 + std::fabs(truth.weights[i])))
          << p.name << "[" << i - begin << "] after the step; " << seed_note();
    }
  }
}

inline void expect_same_bits(const TrainingOutput& a, const TrainingOutput& b, const std::string& what) {
  EXPECT_EQ(a.result.loss_sum, b.result.loss_sum) << what;
  EXPECT_EQ(a.result.penalty, b.result.penalty) << what;
  EXPECT_EQ(a.result.correct, b.result.correct) << what;
  expect_same_bits(a.gradients, b.gradients, what + ": gradients");
  expect_same_bits(a.weights, b.weights, what + ": weights");
}

}  // namespace fer::testing
