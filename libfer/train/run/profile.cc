#include "fer/profile.h"

#include <algorithm>

#include "engine/stages.h"
#include "evaluate/evaluation.h"
#include "fer/error.h"
#include "train/config/config.h"
#include "train/config/input_size.h"
#include "train/config/sizes.h"
#include "train/step/stopwatch.h"
#include "train/step/train_step.h"

namespace fer {
namespace {

constexpr int64_t kWarmUpSteps = 3;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

bool same_stage(const ProfileRow& row, const engine::Stage& stage) {
  return row.layer == stage.layers && row.type == stage.type && row.pass == stage.pass &&
         row.algorithm == stage.algorithm;
}

// The stages of a step, those of its small batches added up, in the order in which they were first met.
std::vector<ProfileRow> rows_of(const engine::Stages& stages) {
  std::vector<ProfileRow> rows;
  for (const engine::Stage& stage : stages) {
    auto row = std::find_if(rows.begin(), rows.end(), [&](const ProfileRow& r) { return same_stage(r, stage); });
    if (row == rows.end()) {
      rows.push_back({.layer = stage.layers, .type = stage.type, .pass = stage.pass, .algorithm = stage.algorithm});
      row = rows.end() - 1;
    }
    row->seconds += stage.seconds;
    row->gflop += 2e-9 * stage.macs;
    row->megabytes += 1e-6 * stage.bytes;
  }
  return rows;
}

// The stages of all profiled steps, and their medians.
class StageMedians {
 public:
  void add(const engine::Stages& stages) {
    std::vector<ProfileRow> found = rows_of(stages);
    if (rows_.empty()) rows_ = found;
    seconds_.resize(found.size());
    for (size_t k = 0; k < found.size(); ++k) seconds_[k].push_back(found[k].seconds);
  }
  std::vector<ProfileRow> rows() const {
    std::vector<ProfileRow> rows = rows_;
    for (size_t k = 0; k < rows.size(); ++k) rows[k].seconds = median(seconds_[k]);
    return rows;
  }

 private:
  std::vector<ProfileRow> rows_;
  std::vector<std::vector<double>> seconds_;  // of every row, of every step
};

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
  Model model{.network = network, .weights = {}, .preprocessing = config.preprocessing};
  use_crop(model.network, config.augmentation);
  train::check_sizes(config, model.network);
  model.weights = initialize(model.network, config.seed);
  use_standardization(model, config, data, rows);
  TrainConfig used = config;
  used.preprocessing = model.preprocessing = train::preprocessing_for(model, config.augmentation, data);
  train::TrainStep step(model, used, inputs);

  // The steps of a run, but for the last one of every pass, which may have fewer pictures.
  const int64_t whole = std::max<int64_t>(1, step.steps_per_pass() - 1);
  const auto take = [&](int64_t i, engine::Stages* stages) {
    return step.take(i / whole * step.steps_per_pass() + i % whole, learning_rate_of(config.optimizer), stages);
  };
  TrainingProfile result{.batch_size = config.batch_size, .steps = steps};
  for (int64_t i = 0; i < kWarmUpSteps; ++i) result.pictures_per_step = take(i, nullptr).images;
  result.batch_size = std::min(config.batch_size, result.pictures_per_step);

  std::vector<double> step_seconds;
  StageMedians medians;
  train::Stopwatch lap;
  for (int64_t i = 0; i < steps; ++i) {
    engine::Stages stages;
    lap.lap();
    take(kWarmUpSteps + i, &stages);
    step_seconds.push_back(lap.lap());
    medians.add(stages);
  }
  result.step_seconds = median(step_seconds);
  result.rows = medians.rows();
  return result;
}

}  // namespace fer
