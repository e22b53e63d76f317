// The end of an epoch, in Keras's order: figures, callbacks, files.
#include <limits>
#include <optional>

#include "train/run/fit_loop.h"
#include "train/run/ranks.h"
#include "train/run/validation.h"

namespace fer::train {

bool FitLoop::end_epoch() {
  Stopwatch lap;
  expect_finite_weights();
  EpochResult epoch = measure_epoch();
  const bool validated = !inputs_.validation.empty() && epoch.epoch % config_.validate_every == 0;
  if (validated && !validate(epoch)) return false;
  epoch.seconds = state_.sums.seconds + lap.lap();
  agree_on_epoch(inputs_.exchange, epoch, model_.weights.values.values());
  state_.epochs.push_back(epoch);
  state_.wall_times.push_back(wall_time());
  apply_callbacks(epoch, validated);
  ++state_.epoch;
  state_.step = 0;
  state_.sums = {};
  // The best weights are on disk by now: the checkpoint may refer to them. The logs follow it, so that they never have
  // an epoch which a resumed run does again.
  save_checkpoint();
  logs_.write(state_);
  if (callbacks_.on_epoch) callbacks_.on_epoch(epoch, history());
  return true;
}

EpochResult FitLoop::measure_epoch() const {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  return {.epoch = state_.epoch + 1,
          .loss = state_.sums.mean_loss(),
          .accuracy = state_.sums.accuracy(),
          .val_loss = kNone,
          .val_accuracy = kNone,
          .learning_rate = step_.learning_rate(state_.learning_rate, state_.total_steps - 1),
          .images_per_second = state_.sums.images_per_second(),
          .val_calibrated_loss = kNone,
          .val_temperature = kNone};
}

bool FitLoop::validate(EpochResult& epoch) {
  const auto stop = [this] { return asked_to_stop(); };
  const Tensor* judged = step_.judged_weights(state_.total_steps, stop);
  if (judged == nullptr) return false;
  const std::optional<ValidationResult> found =
      train::validate(model_, judged->values(), step_.trained(), config_, inputs_, [this] { return asked_here(); });
  if (!found) return false;
  epoch.val_loss = found->loss;
  epoch.val_accuracy = found->accuracy;
  epoch.val_calibrated_loss = found->calibrated_loss;
  epoch.val_temperature = found->temperature;
  return true;
}

// Keras's callbacks pass over an epoch whose figure is missing.
void FitLoop::apply_callbacks(const EpochResult& epoch, bool validated) {
  const auto sees = [&](const Monitor& monitor) { return validated || !monitor.needs_validation(); };
  if (config_.model == KeptModel::kLast) {
    if (validated || inputs_.validation.empty()) keep_last(epoch);
  } else if (sees(monitors_.best) &&
             update_best(monitors_.best, monitors_.best.value(epoch), state_.epoch, state_.best)) {
    best_.keep(model_, judged_weights());
  }
  if (config_.early_stopping.enabled && sees(monitors_.stopping)) {
    const StoppingDecision decision = update_stopping(config_.early_stopping, monitors_.stopping,
                                                      monitors_.stopping.value(epoch), state_.epoch, state_.stopping);
    state_.stopped_early = decision.stop;
    if (decision.keep_weights && restores_best() && !bests_coincide_) {
      stopping_best_.keep(model_, judged_weights());
    }
  }
  if (config_.reduce_lr.enabled && sees(monitors_.plateau)) {
    state_.learning_rate = update_plateau(config_.reduce_lr, monitors_.plateau, monitors_.plateau.value(epoch),
                                          state_.learning_rate, state_.plateau);
  }
}

void FitLoop::keep_last(const EpochResult& epoch) {
  state_.best = {.best = monitors_.best.value(epoch), .epoch = epoch.epoch - 1};
  best_.keep(model_, judged_weights());
}

bool FitLoop::restores_best() const {
  return config_.early_stopping.enabled && config_.early_stopping.restore_best_weights &&
         config_.model == KeptModel::kBest;
}

void FitLoop::keep_best_weights() {
  // A last epoch without validation; a run in which no epoch had the figure that the best one is chosen by.
  const int64_t last = state_.epoch - 1;
  const bool is_kept = config_.model == KeptModel::kLast ? state_.best.epoch == last : state_.best.epoch >= 0;
  if (!is_kept && last >= 0) keep_last(state_.epochs.back());
  if (restores_best() && !bests_coincide_ && state_.stopping.best_epoch >= 0) return stopping_best_.restore(model_);
  if (restores_best() && bests_coincide_ && state_.best.epoch >= 0) return best_.restore(model_);
  if (config_.weight_average > 0 || config_.recompute_batch_norm) model_.weights.values = judged_weights();
}

}  // namespace fer::train
