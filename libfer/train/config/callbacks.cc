#include "train/config/callbacks.h"

#include <algorithm>
#include <limits>

#include "fer/error.h"
#include "train/config/field.h"

namespace fer::train {
namespace {

struct Figure {
  const char* name;
  double EpochResult::*member;
  double EpochResult::*without_validation;
};
constexpr Figure kFigures[] = {{"loss", &EpochResult::loss, &EpochResult::loss},
                               {"accuracy", &EpochResult::accuracy, &EpochResult::accuracy},
                               {"val_loss", &EpochResult::val_loss, &EpochResult::loss},
                               {"val_accuracy", &EpochResult::val_accuracy, &EpochResult::accuracy}};

double EpochResult::*figure_named(const std::string& name, const std::string& option, bool has_validation) {
  for (const Figure& figure : kFigures) {
    if (name == figure.name) return has_validation ? figure.member : figure.without_validation;
  }
  throw Error(option + ": expected " + one_of(monitor_names()) + ", found \"" + name + "\"");
}

}  // namespace

std::vector<std::string> monitor_names() {
  std::vector<std::string> names;
  for (const Figure& figure : kFigures) names.emplace_back(figure.name);
  return names;
}

Monitor::Monitor(const std::string& name, const std::string& option, bool has_validation)
    : figure_(figure_named(name, option, has_validation)),
      rises_(name.ends_with("accuracy")),
      needs_validation_(has_validation && name.starts_with("val_")) {}

double Monitor::worst() const {
  return rises_ ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
}

bool Monitor::improves(double current, double best, double min_delta) const {
  return rises_ ? current > best + min_delta : current < best - min_delta;
}

float update_plateau(const ReduceLrOnPlateau& rule, const Monitor& monitor, double current, float learning_rate,
                     PlateauState& state) {
  if (state.cooldown > 0) {
    --state.cooldown;
    state.wait = 0;
  }
  // A better value counts during the cooldown too; only waiting does not.
  if (monitor.improves(current, state.best, rule.min_delta)) {
    state.best = current;
    state.wait = 0;
    return learning_rate;
  }
  if (state.cooldown > 0) return learning_rate;
  ++state.wait;
  if (state.wait < rule.patience) return learning_rate;
  // At the floor the counter is left to run, so that nothing more happens until the next improvement.
  if (!(learning_rate > static_cast<float>(rule.min_lr))) return learning_rate;
  state.cooldown = rule.cooldown;
  state.wait = 0;
  return static_cast<float>(std::max(static_cast<double>(learning_rate) * rule.factor, rule.min_lr));
}

StoppingDecision update_stopping(const EarlyStopping& rule, const Monitor& monitor, double current, int64_t epoch,
                                 StoppingState& state) {
  if (epoch < rule.start_from_epoch) return {};
  StoppingDecision decision;
  // The first epoch that is looked at is the best so far even where its figure is NaN.
  if (state.best_epoch < 0) {
    state.best_epoch = epoch;
    decision.keep_weights = true;
  }
  ++state.wait;
  if (monitor.improves(current, state.best, rule.min_delta)) {
    state.best = current;
    state.best_epoch = epoch;
    state.wait = 0;
    decision.keep_weights = true;
  } else {
    decision.stop = state.wait >= rule.patience && epoch > 0;
  }
  return decision;
}

bool update_best(const Monitor& monitor, double current, int64_t epoch, BestState& state) {
  if (!monitor.improves(current, state.best, 0)) return false;
  state = {current, epoch};
  return true;
}

}  // namespace fer::train
