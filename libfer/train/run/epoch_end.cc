// The end of an epoch, in Keras's order: figures, callbacks, files.
#include <cmath>
#include <limits>

#include "evaluate/evaluation.h"
#include "fer/error.h"
#include "kernels/loss/softmax.h"
#include "kernels/values/elementwise.h"
#include "network/outputs.h"
#include "train/files/logs.h"
#include "train/run/fit_loop.h"
#include "train/step/penalty.h"

namespace fer::train {
namespace {

// Pictures at once in validation: its buffers stay below those of a training step on as many.
constexpr int64_t kValidationBatch = 64;

// A probability that underflowed counts as the smallest normal float.
double cross_entropy(std::span<const float> probabilities, std::span<const float> target) {
  double loss = 0;
  for (size_t k = 0; k < target.size(); ++k) {
    loss -= target[k] * std::log(static_cast<double>(std::max(probabilities[k], std::numeric_limits<float>::min())));
  }
  return loss;
}

}  // namespace

void FitLoop::end_epoch() {
  Stopwatch lap;
  // Whatever is kept below must be sound: best.safetensors too.
  expect_finite(kernels::sum_of_squares(judged_weights().values()), "sum of the weights' squares");
  EpochResult epoch = measure_epoch();
  if (!inputs_.validation.empty()) validate(epoch);
  epoch.seconds = state_.sums.seconds + lap.lap();
  state_.epochs.push_back(epoch);
  state_.wall_times.push_back(wall_time());
  apply_callbacks(epoch);
  ++state_.epoch;
  state_.step = 0;
  state_.sums = {};
  // The best weights are on disk by now: the checkpoint may refer to them.
  save_checkpoint();
  if (folder_.used()) write_logs(state_, !inputs_.validation.empty(), folder_.path());
  if (callbacks_.on_epoch) callbacks_.on_epoch(epoch);
}

EpochResult FitLoop::measure_epoch() {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  return {.epoch = state_.epoch + 1,
          .loss = state_.sums.mean_loss(),
          .accuracy = state_.sums.accuracy(),
          .val_loss = kNone,
          .val_accuracy = kNone,
          .learning_rate = scheduled_learning_rate(state_.total_steps - 1),
          .images_per_second = state_.sums.images_per_second()};
}

void FitLoop::validate(EpochResult& epoch) {
  const std::span<const float> weights = judged_weights().values();
  const bool hinge = config_.loss == Loss::kSquaredHinge;
  // (The loss takes a softmax also of sigmoids, which a model gives as they are.)
  const bool softmax_of_sigmoids = !hinge && ends_in_sigmoids(model_.network);
  Tensor outputs = evaluation::probabilities_of(
      model_, weights, inputs_.data, inputs_.validation,
      {.batch_size = std::min(config_.batch_size, kValidationBatch), .raw = hinge || softmax_of_sigmoids});
  const auto classes = static_cast<size_t>(outputs.shape()[1]);
  if (softmax_of_sigmoids) {
    kernels::activation_forward(Activation::kSoftmax, 0, outputs.shape()[1], outputs.values(), outputs.values());
  }
  std::vector<float> target(classes);
  double loss = 0;
  int64_t correct = 0;
  for (size_t i = 0; i < inputs_.validation.size(); ++i) {
    const std::span<const float> p = outputs.values().subspan(i * classes, classes);
    const int64_t label = fill_target(inputs_, inputs_.validation[i], config_.label_smoothing, target);
    correct += std::max_element(p.begin(), p.end()) - p.begin() == label;
    loss += hinge ? kernels::squared_hinge(outputs.shape()[1], false, p, target, {}, 1, {}).loss_sum
                  : cross_entropy(p, target);
  }
  const auto n = static_cast<double>(inputs_.validation.size());
  epoch.val_loss = loss / n + regularization_penalty(model_.weights.layout, weights);
  epoch.val_accuracy = static_cast<double>(correct) / n;
}

void FitLoop::apply_callbacks(const EpochResult& epoch) {
  if (update_best(monitors_.best, monitors_.best.value(epoch), state_.epoch, state_.best)) {
    best_.keep(model_, judged_weights());
  }
  if (config_.early_stopping.enabled) {
    const StoppingDecision decision = update_stopping(config_.early_stopping, monitors_.stopping,
                                                      monitors_.stopping.value(epoch), state_.epoch, state_.stopping);
    state_.stopped_early = decision.stop;
    if (decision.keep_weights && config_.early_stopping.restore_best_weights && !bests_coincide_) {
      stopping_best_.keep(model_, judged_weights());
    }
  }
  if (config_.reduce_lr.enabled) {
    state_.learning_rate = update_plateau(config_.reduce_lr, monitors_.plateau, monitors_.plateau.value(epoch),
                                          state_.learning_rate, state_.plateau);
  }
}

void FitLoop::keep_best_weights() {
  const bool restore = config_.early_stopping.enabled && config_.early_stopping.restore_best_weights;
  if (restore && !bests_coincide_ && state_.stopping.best_epoch >= 0) return stopping_best_.restore(model_);
  if (restore && bests_coincide_ && state_.best.epoch >= 0) return best_.restore(model_);
  if (average_.size() > 0) model_.weights.values = average_;
}

}  // namespace fer::train
