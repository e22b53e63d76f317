#include "train/run/fit_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "fer/error.h"
#include "kernels/values/elementwise.h"
#include "train/files/checkpoint.h"
#include "train/files/identity.h"
#include "train/files/row_table_file.h"
#include "train/run/ranks.h"
#include "train/run/teacher_targets.h"
#include "train/step/not_finite.h"

namespace fer::train {
namespace {

// The best epochs of early stopping and of the checkpoint are the same when they watch one figure by one rule.
bool always_agree(const EarlyStopping& stopping, const Monitor& stopping_monitor, const Monitor& best_monitor) {
  return stopping_monitor == best_monitor && stopping.min_delta == 0 && stopping.start_from_epoch == 0;
}

std::optional<RowTable> table_for_teacher(const TrainConfig& config, const RunInputs& inputs, const Network& network) {
  if (!config.teacher.any()) return {};
  return RowTable(inputs.train, inputs.data.size(), class_count(network));
}

RunInputs with_teacher(RunInputs inputs, const std::optional<RowTable>& targets) {
  if (targets) inputs.teacher = &*targets;
  return inputs;
}

}  // namespace

FitLoop::FitLoop(Model& model, const TrainConfig& config, const RunInputs& inputs, const TrainCallbacks& callbacks)
    : model_(model),
      config_(config),
      teacher_targets_(table_for_teacher(config, inputs, model.network)),
      inputs_(with_teacher(inputs, teacher_targets_)),
      callbacks_(callbacks),
      monitors_{Monitor(config.reduce_lr.monitor, "reduce_lr.monitor", !inputs.validation.empty()),
                Monitor(config.early_stopping.monitor, "early_stopping.monitor", !inputs.validation.empty()),
                Monitor(config.checkpoint_monitor, "checkpoint_monitor", !inputs.validation.empty())},
      folder_(inputs.leads() ? config.out_dir : std::string()),
      logs_(folder_.path(), !inputs.validation.empty()),
      best_(folder_.best(), inputs.leads()),
      stopping_best_(folder_.stopping_best(), inputs.leads()),
      bests_coincide_(always_agree(config.early_stopping, monitors_.stopping, monitors_.best)),
      step_(model, config, inputs_) {}

History FitLoop::run() {
  start();
  try {
    train();
  } catch (const NotFinite& e) {
    std::string message = fmt::format("epoch {}, step {}: {}", state_.epoch + 1, state_.step + 1, e.what());
    if (folder_.has_checkpoint()) message += "; the last checkpoint is kept in " + folder_.last();
    throw Error(message);
  }
  return history();
}

// A start that fails leaves nothing behind: whoever corrects what was wrong gives the same command again.
void FitLoop::start() {
  state_ = first_state();
  folder_.open(config_.resume, config_.save_every > 0);
  try {
    bool resumed = config_.resume && folder_.has_checkpoint();
    if (inputs_.exchange != nullptr) resumed = inputs_.exchange->any(resumed);
    expect_work_for_all(inputs_.exchange, config_);
    if (teacher_targets_) take_teacher_targets(resumed);
    if (folder_.used() || inputs_.exchange != nullptr) {
      identity_ = run_identity(model_.network, config_, inputs_, model_.weights.values.values());
    }
    expect_same_run_on_all(inputs_.exchange, config_, identity_);
    if (resumed) resume();
    if (!finished()) step_.take_memory();
    if (!resumed) logs_.begin_anew();
    if (folder_.used()) folder_.write_config(config_, identity_);
  } catch (...) {
    if (wrote_teacher_targets_) std::remove(folder_.teacher_targets().c_str());
    folder_.remove_if_new();
    throw;
  }
}

void FitLoop::take_teacher_targets(bool kept) {
  if (inputs_.exchange != nullptr) {
    // Before ranks share what they may not have in common.
    RunInputs untaught = inputs_;
    untaught.teacher = nullptr;
    expect_same_run_on_all(inputs_.exchange, config_,
                           run_identity(model_.network, config_, untaught, model_.weights.values.values()));
  }
  if (kept) {
    if (inputs_.leads()) read_row_table(folder_.teacher_targets(), *teacher_targets_);
    if (inputs_.exchange != nullptr) inputs_.exchange->broadcast(teacher_targets_->tensor().values());
    return;
  }
  const TeacherFigures figures =
      ask_teacher(config_.teacher, model_.network, inputs_, callbacks_.should_stop, *teacher_targets_);
  if (folder_.used()) {
    write_row_table(folder_.teacher_targets(), *teacher_targets_);
    wrote_teacher_targets_ = true;
  }
  if (callbacks_.on_teacher) callbacks_.on_teacher(figures);
}

RunState FitLoop::first_state() const {
  RunState state;
  state.learning_rate = learning_rate_of(config_.optimizer);
  state.plateau.best = monitors_.plateau.worst();
  state.stopping.best = monitors_.stopping.worst();
  state.best.best = monitors_.best.worst();
  state.start_time = wall_time();
  return state;
}

void FitLoop::resume() {
  if (inputs_.leads()) {
    state_ = read_checkpoint(folder_.last(), model_.weights.layout, step_.arrays(), identity_, step_.tensors());
    try {
      expect_steps(state_, step_.steps_per_epoch(), config_.max_steps);
    } catch (const Error& e) {
      throw Error(folder_.last() + ": " + e.what());
    }
  }
  share_state(inputs_.exchange, state_, step_.arrays(), step_.tensors());
  logs_.write(state_);
}

void FitLoop::train() {
  while (!finished()) {
    if (!train_epoch() || !end_epoch()) return save_checkpoint();
  }
  keep_best_weights();
  if (inputs_.exchange != nullptr) inputs_.exchange->broadcast(model_.weights.values.values());
}

bool FitLoop::train_epoch() {
  Stopwatch lap;
  step_.take_memory();
  bool stopped = false;
  while (!stopped && state_.step < step_.steps_per_epoch() && !all_steps_done()) {
    lap.lap();
    take_step();
    const double seconds = lap.lap();
    state_.sums.train_seconds += seconds;
    state_.sums.seconds += seconds;
    ++state_.step;
    ++state_.total_steps;
    if (config_.save_every > 0 && state_.total_steps % config_.save_every == 0) save_snapshot();
    if (callbacks_.on_step) callbacks_.on_step(progress());
    stopped = asked_to_stop();
    if (!stopped && since_checkpoint_.seconds() >= config_.checkpoint_seconds) save_checkpoint();
    state_.sums.seconds += lap.lap();
  }
  // The arena, the largest part of a run's memory, holds nothing that outlives a step: validation and files need room.
  step_.release_arena();
  return !stopped;
}

void FitLoop::take_step() {
  const TrainStep::Result result = step_.take(state_.total_steps, state_.learning_rate);
  state_.sums.images += result.images;
  state_.sums.correct += result.correct;
  state_.sums.loss += result.loss;
}

StepProgress FitLoop::progress() const {
  int64_t steps = step_.steps_per_epoch();
  if (config_.max_steps > 0) steps = std::min(steps, state_.step + config_.max_steps - state_.total_steps);
  return {.epoch = state_.epoch + 1,
          .epochs = config_.epochs,
          .step = state_.step,
          .steps = steps,
          .images = state_.sums.images,
          .loss = state_.sums.mean_loss(),
          .accuracy = state_.sums.accuracy(),
          .learning_rate = step_.learning_rate(state_.learning_rate, state_.total_steps - 1),
          .seconds = state_.sums.seconds,
          .images_per_second = state_.sums.images_per_second()};
}

void FitLoop::save_checkpoint() {
  since_checkpoint_.lap();
  if (!folder_.used()) return;
  for (const NamedArray& array : step_.arrays()) {
    expect_finite(kernels::sum_of_squares(array.values), "sum of squares of " + array.name);
  }
  for (const auto& [name, tensor] : step_.tensors()) {
    expect_finite(kernels::sum_of_squares(tensor->values()), "sum of squares of " + name);
  }
  write_checkpoint(folder_.last(), model_.weights.layout, step_.arrays(), state_, identity_, step_.tensors());
}

void FitLoop::save_snapshot() {
  expect_finite_weights();
  BestWeights(folder_.snapshot(state_.total_steps), inputs_.leads()).keep(model_, judged_weights());
}

// Whatever is kept must be sound.
void FitLoop::expect_finite_weights() {
  expect_finite(kernels::sum_of_squares(step_.averaged_weights().values()), "sum of the weights' squares");
}

History FitLoop::history() const {
  return {.epochs = state_.epochs, .best_epoch = state_.best.epoch + 1, .stopped_early = state_.stopped_early};
}

}  // namespace fer::train
