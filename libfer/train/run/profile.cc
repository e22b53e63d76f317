#include "fer/profile.h"

#include <algorithm>
#include <map>

#include "engine/plan.h"
#include "engine/stages.h"
#include "evaluate/evaluation.h"
#include "fer/error.h"
#include "train/config/config.h"
#include "train/step/optimizer_state.h"
#include "train/step/stopwatch.h"
#include "train/step/training_batches.h"

namespace fer {
namespace {

constexpr int64_t kWarmUpSteps = 3;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

// Training steps as train::FitLoop takes them, each noting its stages.
class ProfiledSteps {
 public:
  ProfiledSteps(const Network& network, const TrainConfig& config, const train::RunInputs& inputs)
      : config_(config),
        weights_(initialize(network, config.seed)),
        batches_(config, inputs, network),
        optimizer_(config.optimizer, weights_.layout),
        gradients_({weights_.layout.trainable_floats}),
        plan_(network, weights_.layout, std::min<int64_t>(config.batch_size, static_cast<int64_t>(inputs.train.size())),
              config.precision),
        moments_(static_cast<size_t>(plan_.moment_layout().floats)) {}

  engine::Stages step(int64_t index) {
    engine::Stages stages;
    // The last step of a pass may have fewer pictures.
    const int64_t whole = std::max<int64_t>(1, batches_.steps_per_pass() - 1);
    engine::note_stage(&stages, {.pass = "batch"}, [&] {
      batches_.start_step(index % whole);
      batches_.fill(0);
    });
    plan_.forward_backward({.n = batches_.count(),
                            .pictures = batches_.pictures(),
                            .targets = batches_.targets(),
                            .weights = batches_.weights(),
                            .loss = config_.loss,
                            .seed = config_.seed,
                            .step = static_cast<uint64_t>(index),
                            .stages = &stages},
                           weights_.values.values(), gradients_.values(), moments_);
    engine::update_moving_moments(plan_.moment_layout(), moments_, weights_.values.values());
    engine::note_stage(&stages, {.pass = "clipping"},
                       [&] { train::clip_gradient(config_.clipping, gradients_.values()); });
    engine::note_stage(&stages, {.pass = "optimizer"}, [&] {
      optimizer_.step(learning_rate_of(config_.optimizer), index + 1, weights_.values.values(), gradients_.values());
    });
    return stages;
  }
  int64_t batch_size() const { return batches_.count(); }

 private:
  const TrainConfig& config_;
  Weights weights_;
  train::TrainingBatches batches_;
  train::OptimizerState optimizer_;
  Tensor gradients_;
  engine::TrainingPlan plan_;
  std::vector<float> moments_;  // of batch norms
};

ProfileRow row_of(const engine::Stage& stage) {
  return {.layer = stage.layers,
          .type = stage.type,
          .pass = stage.pass,
          .algorithm = stage.algorithm,
          .gflop = 2e-9 * stage.macs,
          .megabytes = 1e-6 * stage.bytes};
}

}  // namespace

double TrainingProfile::accounted_seconds() const {
  double sum = 0;
  for (const ProfileRow& row : rows) sum += row.seconds;
  return sum;
}

TrainingProfile profile_training(const Network& network, const TrainConfig& config, const Dataset& data,
                                 std::span<const int64_t> rows, int64_t steps) {
  if (steps < 1) throw Error("profile: expected one step or more, found " + std::to_string(steps));
  if (rows.empty()) throw Error("profile: expected at least one picture, found none");
  train::check_config(config, class_count(network));
  evaluation::check_rows(network, data, rows, true, "training");
  const train::RunInputs inputs{.data = data, .train = rows, .validation = {}, .targets = {}};
  ProfiledSteps training(network, config, inputs);
  for (int64_t i = 0; i < kWarmUpSteps; ++i) training.step(i);

  TrainingProfile result{.batch_size = training.batch_size(), .steps = steps};
  std::vector<double> whole;
  std::vector<std::vector<double>> seconds;  // of every row, of every step
  train::Stopwatch lap;
  for (int64_t i = 0; i < steps; ++i) {
    lap.lap();
    const engine::Stages stages = training.step(kWarmUpSteps + i);
    whole.push_back(lap.lap());
    if (result.rows.empty()) {
      for (const engine::Stage& stage : stages) result.rows.push_back(row_of(stage));
      seconds.resize(stages.size());
    }
    for (size_t k = 0; k < seconds.size(); ++k) seconds[k].push_back(stages[k].seconds);
  }
  result.step_seconds = median(whole);
  for (size_t k = 0; k < seconds.size(); ++k) result.rows[k].seconds = median(seconds[k]);
  return result;
}

}  // namespace fer
