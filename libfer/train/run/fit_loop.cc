#include "train/run/fit_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fer/error.h"
#include "kernels/update/optimizer.h"
#include "kernels/values/elementwise.h"
#include "train/files/checkpoint.h"
#include "train/files/logs.h"

namespace fer::train {
namespace {

// The best epochs of early stopping and of the checkpoint are the same when they watch one figure by one rule.
bool always_agree(const EarlyStopping& stopping, const Monitor& stopping_monitor, const Monitor& best_monitor) {
  return stopping_monitor == best_monitor && stopping.min_delta == 0 && stopping.start_from_epoch == 0;
}

}  // namespace

FitLoop::FitLoop(Model& model, const TrainConfig& config, const RunInputs& inputs, const TrainCallbacks& callbacks)
    : model_(model),
      config_(config),
      inputs_(inputs),
      callbacks_(callbacks),
      monitors_{Monitor(config.reduce_lr.monitor, "reduce_lr.monitor", !inputs.validation.empty()),
                Monitor(config.early_stopping.monitor, "early_stopping.monitor", !inputs.validation.empty()),
                Monitor(config.checkpoint_monitor, "checkpoint_monitor", !inputs.validation.empty())},
      folder_(config.out_dir),
      best_(folder_.best()),
      stopping_best_(folder_.stopping_best()),
      bests_coincide_(always_agree(config.early_stopping, monitors_.stopping, monitors_.best)),
      batches_(config, inputs, model.network),
      optimizer_(config.optimizer, model.weights.layout) {
  if (config.weight_average > 0) average_ = model.weights.values;
}

History FitLoop::run() {
  resume_or_start();
  if (!finished()) gradients_ = Tensor({model_.weights.layout.trainable_floats});
  if (!finished() && config_.accumulate > 1) batch_gradients_ = Tensor(gradients_.shape());
  while (!finished()) {
    if (!train_epoch()) {
      save_checkpoint();
      return history();
    }
    end_epoch();
  }
  keep_best_weights();
  return history();
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

void FitLoop::resume_or_start() {
  state_ = first_state();
  if (!folder_.used()) return;
  identity_ = run_identity(model_.network, config_, inputs_, model_.weights.values.values());
  folder_.prepare(config_.resume, config_.save_every > 0);
  if (config_.resume && folder_.has_checkpoint()) {
    state_ = read_checkpoint(folder_.last(), model_.weights.layout, arrays(), identity_);
    write_logs(state_, !inputs_.validation.empty(), folder_.path());
  }
  folder_.write_config(config_, identity_);
}

bool FitLoop::train_epoch() {
  Stopwatch lap;
  const std::unique_ptr<engine::TrainingPlan> plan = make_plan();
  while (state_.step < batches_.steps_per_epoch() && !all_steps_done()) {
    lap.lap();
    train_step(*plan);
    const double seconds = lap.lap();
    state_.sums.train_seconds += seconds;
    state_.sums.seconds += seconds;
    ++state_.step;
    ++state_.total_steps;
    if (config_.weight_average > 0) update_average();
    if (config_.save_every > 0 && state_.total_steps % config_.save_every == 0) save_snapshot();
    if (callbacks_.on_step) callbacks_.on_step(progress());
    if (callbacks_.should_stop && callbacks_.should_stop()) return false;
    if (since_checkpoint_.seconds() >= config_.checkpoint_seconds) save_checkpoint();
    state_.sums.seconds += lap.lap();
  }
  return true;
}

// A plan lives for one epoch: its arena, the largest part of a run's memory, is let go before validation and files need
// theirs. It holds nothing that outlives a step.
std::unique_ptr<engine::TrainingPlan> FitLoop::make_plan() const {
  const auto rows = static_cast<int64_t>(inputs_.train.size());
  return std::make_unique<engine::TrainingPlan>(model_.network, model_.weights.layout,
                                                std::min(config_.batch_size, rows), config_.precision);
}

void FitLoop::train_step(engine::TrainingPlan& plan) {
  batches_.start_step(state_.total_steps);
  double loss = 0;
  int64_t correct = 0;
  for (int64_t batch = 0; batch < batches_.batches(); ++batch) {
    const engine::TrainingPlan::Result result = add_batch(plan, batch);
    loss += result.loss_sum;
    correct += result.correct;
    if (batch == 0) loss += static_cast<double>(batches_.step_count()) * result.penalty;
  }
  expect_finite(loss / static_cast<double>(batches_.step_count()), "loss");
  expect_finite(clip_gradient(config_.clipping, gradients_.values()), "norm of the gradient");
  optimizer_.step(scheduled_learning_rate(state_.total_steps), state_.total_steps + 1, model_.weights.values.values(),
                  gradients_.values());
  state_.sums.images += batches_.step_count();
  state_.sums.correct += correct;
  state_.sums.loss += loss;
}

// Sets gradients_ to those of the step's first batch, and adds the later ones' to it.
engine::TrainingPlan::Result FitLoop::add_batch(engine::TrainingPlan& plan, int64_t batch) {
  batches_.fill(batch);
  moments_.resize(static_cast<size_t>(plan.moment_layout().floats));
  Tensor& gradients = batch == 0 ? gradients_ : batch_gradients_;
  const engine::TrainingPlan::Result result =
      plan.forward_backward({.n = batches_.count(),
                             .pictures = batches_.pictures(),
                             .targets = batches_.targets(),
                             .weights = batches_.weights(),
                             .loss = config_.loss,
                             .mean_over = static_cast<double>(batches_.step_count()),
                             .regularized = batch == 0,
                             .seed = config_.seed,
                             .step = static_cast<uint64_t>(state_.total_steps * config_.accumulate + batch)},
                            model_.weights.values.values(), gradients.values(), moments_);
  engine::update_moving_moments(plan.moment_layout(), moments_, model_.weights.values.values());
  if (batch > 0) kernels::add(gradients_.values(), batch_gradients_.values(), gradients_.values());
  return result;
}

float FitLoop::scheduled_learning_rate(int64_t step) const {
  const double factor = schedule_factor(config_.schedule, step, batches_.steps_per_epoch(), config_.epochs);
  return static_cast<float>(static_cast<double>(state_.learning_rate) * factor);
}

void FitLoop::update_average() {
  // Shorter memory in the first steps, or the average would long be about the random first weights (the rule of
  // TensorFlow's ExponentialMovingAverage with num_updates).
  const auto t = static_cast<double>(state_.total_steps);
  const double decay = std::min(config_.weight_average, (1 + t) / (10 + t));
  kernels::average_update(static_cast<float>(decay), model_.weights.values.values(), average_.values());
  for (const Parameter& p : model_.weights.layout.parameters) {
    if (!model_.network.layers[p.layer].frozen) continue;
    const std::span<const float> fixed = model_.weights.of(p);
    std::copy(fixed.begin(), fixed.end(), average_.data() + p.offset);
  }
}

StepProgress FitLoop::progress() const {
  int64_t steps = batches_.steps_per_epoch();
  if (config_.max_steps > 0) steps = std::min(steps, state_.step + config_.max_steps - state_.total_steps);
  return {.epoch = state_.epoch + 1,
          .epochs = config_.epochs,
          .step = state_.step,
          .steps = steps,
          .images = state_.sums.images,
          .loss = state_.sums.mean_loss(),
          .accuracy = state_.sums.accuracy(),
          .learning_rate = scheduled_learning_rate(state_.total_steps - 1),
          .seconds = state_.sums.seconds,
          .images_per_second = state_.sums.images_per_second()};
}

std::vector<NamedArray> FitLoop::arrays() {
  std::vector<NamedArray> out = {{"weights", model_.weights.values.values()}};
  for (NamedArray& moment : optimizer_.arrays()) out.push_back(std::move(moment));
  if (average_.size() > 0) out.push_back({"average", average_.values()});
  return out;
}

void FitLoop::save_checkpoint() {
  since_checkpoint_.lap();
  if (!folder_.used()) return;
  for (const NamedArray& array : arrays()) {
    expect_finite(kernels::sum_of_squares(array.values), ("sum of squares of " + array.name).c_str());
  }
  write_checkpoint(folder_.last(), model_.weights.layout, arrays(), state_, identity_);
}

void FitLoop::save_snapshot() {
  expect_finite(kernels::sum_of_squares(judged_weights().values()), "sum of the weights' squares");
  BestWeights(folder_.snapshot(state_.total_steps)).keep(model_, judged_weights());
}

void FitLoop::expect_finite(double value, const char* what) const {
  if (std::isfinite(value)) return;
  std::string message = fmt::format("epoch {}, step {}: training stopped: the {} is not finite ({})", state_.epoch + 1,
                                    state_.step + 1, what, value);
  if (folder_.has_checkpoint()) message += "; the last checkpoint is kept in " + folder_.last();
  throw Error(message);
}

History FitLoop::history() const {
  return {.epochs = state_.epochs, .best_epoch = state_.best.epoch + 1, .stopped_early = state_.stopped_early};
}

}  // namespace fer::train
