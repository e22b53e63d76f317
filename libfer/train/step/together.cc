// A step whose small batches go through the layers together (TrainConfig::sync_batch_norm): each process holds those
// that are its own, and at every batch norm all of them tell each other their sums.
#include <algorithm>
#include <memory>

#include "distributed/bf16.h"
#include "kernels/values/elementwise.h"
#include "train/step/train_step.h"

namespace fer::train {
namespace {

using engine::note_stage;

// Numbers of the batches of one step, of which batch b is rank b modulo `ranks`'s: those of all, in the order of
// batches.
class GatheredSums {
 public:
  GatheredSums(Exchange& exchange, int64_t batches)
      : exchange_(exchange), batches_(batches), of_rank_(static_cast<size_t>(exchange.size())) {}

  std::span<const double> operator()(std::span<const double> own) {
    const int64_t ranks = exchange_.size(), rank = exchange_.rank(), at_work = std::min(ranks, batches_);
    const auto each = own.size() / count_of(rank);
    std::vector<std::span<const std::byte>> send(of_rank_.size());
    std::vector<std::span<std::byte>> receive(of_rank_.size());
    for (int64_t r = 0; r < at_work; ++r) {  // the others have no batch, and are not here
      of_rank_[r].resize(count_of(r) * each);
      send[r] = std::as_bytes(own);
      receive[r] = std::as_writable_bytes(std::span(of_rank_[r]));
    }
    exchange_.start(send, receive)->wait();
    all_.clear();
    for (int64_t b = 0; b < batches_; ++b) {
      const auto from = of_rank_[b % ranks].begin() + static_cast<int64_t>(each) * (b / ranks);
      all_.insert(all_.end(), from, from + static_cast<int64_t>(each));
    }
    return all_;
  }

 private:
  size_t count_of(int64_t rank) const {
    return static_cast<size_t>((batches_ - rank + exchange_.size() - 1) / exchange_.size());
  }

  Exchange& exchange_;
  int64_t batches_;
  std::vector<std::vector<double>> of_rank_;
  std::vector<double> all_;
};

// `held` as a copy of what is filled, which `filled` then names.
void hold(engine::TrainingPlan::Batch& filled, HeldBatch& held) {
  const auto copy = [](auto values, std::vector<float>& into) {
    into.assign(values.begin(), values.end());
    return std::span(into);
  };
  filled.pictures = copy(filled.pictures, held.pictures);
  filled.targets = copy(filled.targets, held.targets);
  filled.weights = copy(filled.weights, held.weights);
  filled.probabilities = copy(filled.probabilities, held.probabilities);
}

}  // namespace

// A step of one batch is what batch norms see anyway.
bool TrainStep::together() const {
  return config_.sync_batch_norm && config_.accumulate > 1 && engine::moment_layout(network(), trained_).floats > 0;
}

std::vector<engine::TrainingPlan::Batch> TrainStep::hold_batches(int64_t step, engine::Stages* stages) {
  std::vector<engine::TrainingPlan::Batch> own;
  for (int64_t batch = rank(); batch < batches_.batches(); batch += ranks()) {
    note_stage(stages, {.pass = "batch"}, [&] {
      batches_.fill(batch);
      engine::TrainingPlan::Batch filled = filled_batch(step, batch, stages);
      hold(filled, held_[own.size()]);
      own.push_back(filled);
    });
  }
  return own;
}

engine::StepSums TrainStep::step_sums() {
  engine::StepSums sums;
  for (int64_t b = 0; b < batches_.batches(); ++b) sums.pictures.push_back(batches_.count_of(b));
  if (exchange_ == nullptr) {
    sums.gather = [](std::span<const double> own) { return own; };
  } else {
    sums.gather = [gathered = std::make_shared<GatheredSums>(*exchange_, batches_.batches())](
                      std::span<const double> own) { return (*gathered)(own); };
  }
  return sums;
}

std::vector<size_t> TrainStep::answers_of(int64_t first, int64_t batches) const {
  std::vector<size_t> answers(static_cast<size_t>(batches));
  for (int64_t r = 0; r < batches && batches_.learns(); ++r) {
    answers[r] = static_cast<size_t>(batches_.count_of(first + r) * class_count(model_.network));
  }
  return answers;
}

// Gradients join the sum batch by batch, as in steps whose batches go one by one. Where each rank has one batch at
// most, they are under way while the first layers still compute.
void TrainStep::take_together(int64_t step, engine::Stages* stages, Result& result) {
  const int64_t all = batches_.batches();
  const bool streams = exchange_ != nullptr && all <= ranks();
  std::vector<engine::TrainingPlan::Batch> own = hold_batches(step, stages);
  if (streams) {
    sum_->begin_round(held_[0].gradients.values(), all, gradients_.values());
    for (engine::TrainingPlan::Batch& one : own) {
      one.on_gradients = [this](int64_t begin) {
        sum_->release_from(begin);
        sum_->progress();
      };
    }
  }
  std::vector<std::span<float>> gradients;
  for (size_t k = 0; k < own.size(); ++k) gradients.push_back(held_[k].gradients.values());
  std::vector<BatchResult> found;
  if (!own.empty()) {
    for (const engine::TrainingPlan::Result& each :
         plan_->forward_backward_together(own, step_sums(), model_.weights.values.values(), gradients, moments_)) {
      found.push_back({.loss_sum = each.loss_sum,
                       .penalty = each.penalty,
                       .correct = each.correct,
                       .moments = moments_,
                       .probabilities = own[found.size()].probabilities});
    }
  }
  if (streams) sum_->finish_round();
  for (int64_t first = 0; first < all; first += ranks()) take_round(first, found, stages, result);
  if (exchange_ != nullptr) sum_->gather(gradients_.values());
}

// The moments of the step, which every batch has, go into the moving ones once.
void TrainStep::take_round(int64_t first, std::span<const BatchResult> own, engine::Stages* stages, Result& result) {
  const auto k = static_cast<size_t>(first / ranks());
  const auto take = [&](int64_t batch, BatchResult found) {
    if (batch > 0) found.moments = {};
    take_in(batch, found, stages, result);
  };
  if (exchange_ == nullptr) {
    take(first, own[k]);
    const std::span<float> gradients = held_[k].gradients.values(), sum = gradients_.values();
    if (config_.exchange == Precision::kBf16) distributed::round_to_bf16(gradients);
    note_stage(stages, {.pass = "accumulate"}, [&] {
      if (first == 0) {
        std::copy(gradients.begin(), gradients.end(), sum.begin());
      } else {
        kernels::add(sum, gradients, sum);
      }
    });
    return;
  }
  const int64_t round = std::min(ranks(), batches_.batches() - first);
  if (batches_.batches() > ranks()) sum_->add(held_[std::min(k, held_.size() - 1)].gradients.values(), round);
  const RoundResults found(*exchange_, k < own.size() ? own[k] : BatchResult(), moments_.size(),
                           answers_of(first, round));
  for (int64_t r = 0; r < round; ++r) take(first + r, found[r]);
}

// One batch's: that of the whole step.
int64_t TrainStep::add_moments_together(int64_t step, std::span<const float> weights, std::vector<double>& sums) {
  const std::vector<engine::TrainingPlan::Batch> own = hold_batches(step, nullptr);
  if (!own.empty()) plan_->forward_together(own, step_sums(), weights, moments_);
  if (exchange_ != nullptr) exchange_->broadcast(moments_);
  for (size_t i = 0; i < sums.size(); ++i) sums[i] += moments_[i];
  return 1;
}

}  // namespace fer::train
