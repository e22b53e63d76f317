#include "explain/gradient.h"

#include <vector>

#include "engine/plan.h"

namespace fer::explain {

// The training plan as it is does this, without knowing of it: of logits z, cross-entropy with the targets -1 for the
// class and 1 for the last logit, which is always 0, is log p_class - log p_last = z_class; and since these targets sum
// to 0, its gradient by z_class is exactly 1, and by all others that depend on anything it is 0.
ScoreGradient score_gradient(const Probed& probed, std::span<const float> input, int index) {
  const auto& [network, weights] = probed.derived;
  engine::TrainingPlan plan(network, weights.layout, 1);
  std::vector<float> targets(static_cast<size_t>(class_count(network)), 0.0f);
  targets[static_cast<size_t>(index)] = -1;
  targets.back() = 1;
  std::vector<float> gradients(static_cast<size_t>(weights.layout.trainable_floats));
  std::vector<float> moments(static_cast<size_t>(plan.moment_layout().floats));
  engine::TrainingPlan::Batch batch;
  batch.n = 1;
  batch.pictures = input;
  batch.targets = targets;
  batch.regularized = false;
  const double score = plan.forward_backward(batch, weights.values.values(), gradients, moments).loss_sum;
  const Parameter& bias = weights.layout.parameters[static_cast<size_t>(probed.bias)];
  const auto begin = gradients.begin() + bias.offset;
  return {score, {begin, begin + bias.shape.elements()}};
}

}  // namespace fer::explain
