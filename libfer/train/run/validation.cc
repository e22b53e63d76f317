#include "train/run/validation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "evaluate/evaluation.h"
#include "evaluate/temperature.h"
#include "kernels/loss/softmax.h"
#include "kernels/values/elementwise.h"
#include "network/outputs.h"
#include "train/run/ranks.h"
#include "train/step/penalty.h"
#include "train/step/training_batches.h"

namespace fer::train {
namespace {

// Pictures at once: the buffers stay below those of a training step on as many.
constexpr int64_t kValidationBatch = 64;

// A probability that underflowed counts as the smallest normal float.
double cross_entropy(std::span<const float> probabilities, std::span<const float> target) {
  double loss = 0;
  for (size_t k = 0; k < target.size(); ++k) {
    loss -= target[k] * std::log(static_cast<double>(std::max(probabilities[k], std::numeric_limits<float>::min())));
  }
  return loss;
}

// The loss of one row of the network's answers, which are raw for the squared hinge.
double loss_of(const TrainConfig& config, std::span<const float> p, std::span<const float> target) {
  const SymmetricCrossEntropy& symmetric = config.symmetric_cross_entropy;
  switch (config.loss) {
    case Loss::kCrossEntropy:
      return cross_entropy(p, target);
    case Loss::kSquaredHinge:
      return kernels::squared_hinge(static_cast<int64_t>(p.size()), false, p, target, {}, 1, {}).loss_sum;
    case Loss::kSymmetricCrossEntropy:
      return symmetric.alpha * cross_entropy(p, target) +
             symmetric.beta * kernels::reverse_cross_entropy(p, target, symmetric.log_zero);
  }
  return 0;
}

std::span<const int64_t> validation_rows(const TrainConfig& config, const RunInputs& inputs) {
  const std::span<const int64_t> all = inputs.validation;
  if (config.validation_steps == 0) return all;
  return all.first(std::min(all.size(), static_cast<size_t>(config.validation_steps * config.batch_size)));
}

// (Labels are bytes: with more classes than these can name, there is nothing to fit to.)
evaluation::FittedTemperature fitted_temperature(const Tensor& outputs, bool probabilities,
                                                 std::span<const uint8_t> labels) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const int64_t classes = outputs.shape()[1];
  if (classes > 256) return {.temperature = kNone, .loss = kNone};
  if (!probabilities) return evaluation::fit_temperature(outputs.values(), classes, labels);
  return evaluation::fit_temperature(evaluation::log_probabilities(outputs.values()), classes, labels);
}

}  // namespace

std::optional<ValidationResult> validate(const Model& model, std::span<const float> weights,
                                         const ParameterLayout& trained, const TrainConfig& config,
                                         const RunInputs& inputs, const std::function<bool()>& should_stop) {
  const std::span<const int64_t> rows = validation_rows(config, inputs);
  const bool hinge = config.loss == Loss::kSquaredHinge;
  // (The loss takes a softmax also of sigmoids, which a model gives as they are.)
  const bool softmax_of_sigmoids = !hinge && ends_in_sigmoids(model.network);
  bool stopped = false;
  Tensor outputs = shared_probabilities(inputs.exchange, model, weights, inputs.data, rows,
                                        {.batch_size = std::min(config.batch_size, kValidationBatch),
                                         .raw = hinge || softmax_of_sigmoids,
                                         .should_stop = [&] { return stopped = should_stop(); }},
                                        stopped);
  if (stopped) return std::nullopt;
  const auto classes = static_cast<size_t>(outputs.shape()[1]);
  if (softmax_of_sigmoids) {
    kernels::activation_forward(Activation::kSoftmax, 0, outputs.shape()[1], outputs.values(), outputs.values());
  }
  std::vector<float> target(classes);
  double loss = 0;
  int64_t correct = 0;
  std::vector<uint8_t> labels(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::span<const float> p = outputs.values().subspan(i * classes, classes);
    const int64_t label = fill_target(inputs, rows[i], config.label_smoothing, target);
    labels[i] = static_cast<uint8_t>(label);
    correct += std::max_element(p.begin(), p.end()) - p.begin() == label;
    loss += loss_of(config, p, target);
  }
  const auto n = static_cast<double>(rows.size());
  const evaluation::FittedTemperature fitted =
      fitted_temperature(outputs, !hinge || ends_in_softmax(model.network), labels);
  return ValidationResult{.loss = loss / n + regularization_penalty(trained, weights),
                          .accuracy = static_cast<double>(correct) / n,
                          .calibrated_loss = fitted.loss,
                          .temperature = fitted.temperature};
}

}  // namespace fer::train
