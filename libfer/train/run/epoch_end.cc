// The end of an epoch, in Keras's order: figures, callbacks, files.
#include <limits>
#include <optional>

#include "train/run/fit_loop.h"
#include "train/run/validation.h"

namespace fer::train {

bool FitLoop::end_epoch() {
  Stopwatch lap;
  expect_finite_weights();
  EpochResult epoch = measure_epoch();
  if (!inputs_.validation.empty() && !validate(epoch)) return false;
  epoch.seconds = state_.sums.seconds + lap.lap();
  state_.epochs.push_back(epoch);
  state_.wall_times.push_back(wall_time());
  apply_callbacks(epoch);
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
          .images_per_second = state_.sums.images_per_second()};
}

bool FitLoop::validate(EpochResult& epoch) {
  const std::optional<ValidationResult> found =
      train::validate(model_, step_.judged_weights().values(), config_, inputs_, [this] { return asked_to_stop(); });
  if (!found) return false;
  epoch.val_loss = found->loss;
  epoch.val_accuracy = found->accuracy;
  return true;
}

void FitLoop::apply_callbacks(const EpochResult& epoch) {
  if (update_best(monitors_.best, monitors_.best.value(epoch), state_.epoch, state_.best)) {
    best_.keep(model_, step_.judged_weights());
  }
  if (config_.early_stopping.enabled) {
    const StoppingDecision decision = update_stopping(config_.early_stopping, monitors_.stopping,
                                                      monitors_.stopping.value(epoch), state_.epoch, state_.stopping);
    state_.stopped_early = decision.stop;
    if (decision.keep_weights && config_.early_stopping.restore_best_weights && !bests_coincide_) {
      stopping_best_.keep(model_, step_.judged_weights());
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
  if (config_.weight_average > 0) model_.weights.values = step_.judged_weights();
}

}  // namespace fer::train
