#include "train/step/train_step.h"

#include <algorithm>
#include <utility>

#include "distributed/bf16.h"
#include "kernels/values/elementwise.h"
#include "train/config/sizes.h"
#include "train/step/frozen_layers.h"
#include "train/step/layer_rates.h"
#include "train/step/not_finite.h"

namespace fer::train {

using engine::note_stage;

TrainStep::TrainStep(Model& model, const TrainConfig& config, const RunInputs& inputs)
    : model_(model),
      config_(config),
      batches_(config, inputs, model.network),
      frozen_(frozen_layers(config.freeze, model.network)),
      frozen_network_(frozen_.empty() ? Network() : with_frozen(model.network, frozen_)),
      trained_(model.weights.layout),
      optimizer_(config.optimizer, model.weights.layout, layer_rates(config.learning_rate_multipliers, model.network),
                 first_trained_steps(config, model.network, batches_.steps_per_epoch())),
      average_(config.weight_average, model),
      exchange_(inputs.exchange) {
  freeze_as_in(0);
}

// The places of parameters stay as they are: what is frozen for a while has a gradient of zeros, and no backward pass.
void TrainStep::freeze_as_in(int64_t step) {
  freezes_ = freezes_in_step(config_, step, steps_per_epoch());
  for (size_t i = 0; i < trained_.parameters.size() && !frozen_.empty(); ++i) {
    Parameter& p = trained_.parameters[i];
    p.trainable = model_.weights.layout.parameters[i].trainable && !(freezes_ && frozen_[static_cast<size_t>(p.layer)]);
  }
}

bool TrainStep::recomputes() const {
  return config_.recompute_batch_norm && engine::moment_layout(network(), trained_).floats > 0;
}

void TrainStep::take_memory() {
  const Shape trainable({model_.weights.layout.trainable_floats});
  if (gradients_.size() == 0) gradients_ = Tensor(trainable);
  const bool shared = exchange_ != nullptr;
  const int64_t at_once = together() ? (config_.accumulate + ranks() - 1) / ranks() : 1;
  held_.resize(together() ? static_cast<size_t>(at_once) : 0);
  for (HeldBatch& held : held_) {
    if (held.gradients.size() == 0) held.gradients = Tensor(trainable);
  }
  if (batch_gradients_.size() == 0 && !together() && (config_.accumulate > 1 || shared)) {
    batch_gradients_ = Tensor(trainable);
  }
  if (shared && !sum_) sum_.emplace(*exchange_, trainable.elements(), config_.exchange);
  if (plan_ != nullptr) return;
  const Network small = size_.given() ? with_input_size(network(), size_) : Network();
  auto plan = std::make_unique<engine::TrainingPlan>(size_.given() ? small : network(), trained_,
                                                     batches_.largest_batch(), config_.precision, at_once);
  moments_.resize(static_cast<size_t>(plan->moment_layout().floats));
  plan_ = std::move(plan);  // last: where it is there, all is
}

void TrainStep::fit_to(int64_t step) {
  if (freezes_in_step(config_, step, steps_per_epoch()) != freezes_) {
    freeze_as_in(step);
    plan_.reset();
  }
  const PictureSize size = size_in_step(config_, step, steps_per_epoch());
  if (size == size_) return;
  size_ = size;
  plan_.reset();
  batches_.use_size(size, model_.network);
}

TrainStep::Result TrainStep::take(int64_t step, float base_rate, engine::Stages* stages) {
  fit_to(step);
  take_memory();
  note_stage(stages, {.pass = "batch"}, [&] { batches_.start_step(step); });
  Result result{.images = batches_.step_count()};
  if (together()) {
    take_together(step, stages, result);
  } else if (exchange_ != nullptr) {
    note_stage(stages, {.pass = "shared batches"}, [&] { share_batches(step, result); });
  } else {
    for (int64_t batch = 0; batch < batches_.batches(); ++batch) add_batch(step, batch, stages, result);
  }
  if (exchange_ == nullptr && config_.exchange == Precision::kBf16) distributed::round_to_bf16(gradients_.values());
  expect_finite(result.loss / static_cast<double>(result.images), "loss");

  note_stage(stages, {.pass = "clipping"},
             [&] { expect_finite(clip_gradient(config_.clipping, gradients_.values()), "norm of the gradient"); });
  note_stage(stages, {.pass = "optimizer"}, [&] {
    optimizer_.step(learning_rate(base_rate, step), step + 1, model_.weights.values.values(), gradients_.values());
  });
  if (average_.used()) {
    note_stage(stages, {.pass = "average"},
               [&] { average_.update(model_, step + 1, freezes_ ? frozen_ : std::vector<bool>()); });
  }
  return result;
}

engine::TrainingPlan::Batch TrainStep::filled_batch(int64_t step, int64_t batch, engine::Stages* stages) {
  engine::TrainingPlan::Batch filled = plan_batch(step, batch);
  filled.probabilities = batches_.probabilities();
  filled.mean_over = static_cast<double>(batches_.step_count());
  filled.regularized = batch == 0;
  filled.stages = stages;
  return filled;
}

BatchResult TrainStep::compute(int64_t step, int64_t batch, engine::Stages* stages, Tensor& gradients) {
  note_stage(stages, {.pass = "batch"}, [&] { batches_.fill(batch); });
  engine::TrainingPlan::Batch filled = filled_batch(step, batch, stages);
  if (exchange_ != nullptr) {
    // What the last layers found is under way while the first ones still compute.
    filled.on_gradients = [this](int64_t begin) {
      sum_->release_from(begin);
      sum_->progress();
    };
  }
  const engine::TrainingPlan::Result found =
      plan_->forward_backward(filled, model_.weights.values.values(), gradients.values(), moments_);
  return {.loss_sum = found.loss_sum,
          .penalty = found.penalty,
          .correct = found.correct,
          .moments = moments_,
          .probabilities = batches_.probabilities()};
}

// Sets gradients_ to those of the step's first batch, and adds the later ones' to it.
void TrainStep::add_batch(int64_t step, int64_t batch, engine::Stages* stages, Result& result) {
  Tensor& gradients = batch == 0 ? gradients_ : batch_gradients_;
  const BatchResult found = compute(step, batch, stages, gradients);
  take_in(batch, found, stages, result);
  if (config_.exchange == Precision::kBf16) distributed::round_to_bf16(gradients.values());
  if (batch > 0) {
    note_stage(stages, {.pass = "accumulate"},
               [&] { kernels::add(gradients_.values(), batch_gradients_.values(), gradients_.values()); });
  }
}

// The moments that batch norms found go into the moving ones at once: kept until the end they would take room for every
// small batch.
void TrainStep::take_in(int64_t batch, const BatchResult& found, engine::Stages* stages, Result& result) {
  if (batches_.self_targets() != nullptr) {
    note_stage(stages, {.pass = "self-targets"}, [&] { batches_.learn(batch, found.probabilities); });
  }
  if (!found.moments.empty()) {
    note_stage(stages, {.pass = "moments"}, [&] {
      engine::update_moving_moments(plan_->moment_layout(), found.moments, model_.weights.values.values());
    });
  }
  result.loss += found.loss_sum;
  result.correct += found.correct;
  if (batch == 0) result.loss += static_cast<double>(result.images) * found.penalty;
}

void TrainStep::share_batches(int64_t step, Result& result) {
  const int64_t ranks = this->ranks(), rank = this->rank();
  for (int64_t first = 0; first < batches_.batches(); first += ranks) {
    const int64_t round = std::min(ranks, batches_.batches() - first);
    BatchResult own;
    const bool last = first + ranks >= batches_.batches();
    sum_->begin_round(batch_gradients_.values(), round, last ? gradients_.values() : std::span<float>());
    if (rank < round) own = compute(step, first + rank, nullptr, batch_gradients_);
    sum_->finish_round();
    const RoundResults found(*exchange_, own, moments_.size(), answers_of(first, round));
    for (int64_t r = 0; r < round; ++r) take_in(first + r, found[r], nullptr, result);
  }
  sum_->gather(gradients_.values());
}

engine::TrainingPlan::Batch TrainStep::plan_batch(int64_t step, int64_t batch) const {
  return {.n = batches_.count(),
          .pictures = batches_.pictures(),
          .targets = batches_.targets(),
          .weights = batches_.weights(),
          .loss = config_.loss,
          .symmetric = config_.symmetric_cross_entropy,
          .seed = config_.seed,
          .step = static_cast<uint64_t>(step * config_.accumulate + batch)};
}

int64_t TrainStep::add_moments(int64_t step, std::span<const float> weights, std::vector<double>& sums) {
  batches_.start_step(step);
  if (together()) return add_moments_together(step, weights, sums);
  const int64_t ranks = this->ranks(), rank = this->rank();
  const auto add = [&](std::span<const float> moments) {
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += moments[i];
  };
  for (int64_t first = 0; first < batches_.batches(); first += ranks) {
    const int64_t round = std::min(ranks, batches_.batches() - first);
    if (rank < round) {
      batches_.fill(first + rank);
      plan_->forward(plan_batch(step, first + rank), weights, moments_);
    }
    if (exchange_ == nullptr) {
      add(moments_);
      continue;
    }
    const std::vector<size_t> answers(static_cast<size_t>(round));
    const RoundResults found(*exchange_, {.moments = moments_}, moments_.size(), answers);
    for (int64_t r = 0; r < round; ++r) add(found[r].moments);
  }
  return batches_.batches();
}

Tensor* TrainStep::judged_weights(int64_t steps_taken, const std::function<bool()>& should_stop) {
  if (steps_taken > 0) fit_to(steps_taken - 1);
  if (!recomputes()) return &averaged_weights();
  if (recomputed_at_ == steps_taken) return &recomputed_;
  const bool had_arena = plan_ != nullptr;
  take_memory();
  recomputed_at_ = -1;
  recomputed_ = averaged_weights();
  std::vector<double> sums(moments_.size());
  int64_t batches = 0;
  const int64_t first = (steps_taken - 1) / steps_per_pass() * steps_per_pass();
  bool stopped = false;
  for (int64_t step = first; step < first + steps_per_pass() && !stopped; ++step) {
    batches += add_moments(step, recomputed_.values(), sums);
    stopped = should_stop && should_stop();
  }
  if (!stopped) {
    for (size_t i = 0; i < sums.size(); ++i) moments_[i] = static_cast<float>(sums[i] / static_cast<double>(batches));
    engine::set_moving_moments(plan_->moment_layout(), moments_, recomputed_.values());
    recomputed_at_ = steps_taken;
  }
  if (!had_arena) release_arena();
  return stopped ? nullptr : &recomputed_;
}

float TrainStep::learning_rate(float base_rate, int64_t step) const {
  const double factor = schedule_factor(config_.schedule, step, steps_per_epoch(), config_.epochs);
  return static_cast<float>(static_cast<double>(base_rate) * factor);
}

std::vector<NamedArray> TrainStep::arrays() {
  std::vector<NamedArray> out = {{"weights", model_.weights.values.values()}};
  for (NamedArray& moment : optimizer_.arrays()) out.push_back(std::move(moment));
  if (average_.used()) out.push_back({"average", average_.values().values()});
  return out;
}

std::vector<NamedTensor> TrainStep::tensors() {
  if (batches_.self_targets() == nullptr) return {};
  return {{"self_targets", batches_.self_targets()}};
}

}  // namespace fer::train
