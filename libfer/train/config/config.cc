#include "train/config/config.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "fer/error.h"
#include "train/config/callbacks.h"

namespace fer::train {
namespace {

using nlohmann::json;

// `in_range` is false for NaN too, as comparisons are.
template <class T>
void expect(bool in_range, const char* option, const char* expected, T found) {
  if (in_range && std::isfinite(static_cast<double>(found))) return;
  throw Error(std::string(option) + ": expected " + expected + ", found " + fmt::format("{}", found));
}

void check(const Adam& o) {
  expect(o.learning_rate > 0, "optimizer.learning_rate", "more than 0", o.learning_rate);
  expect(o.beta1 >= 0 && o.beta1 < 1, "optimizer.beta1", "0 <= beta1 < 1", o.beta1);
  expect(o.beta2 >= 0 && o.beta2 < 1, "optimizer.beta2", "0 <= beta2 < 1", o.beta2);
  expect(o.epsilon > 0, "optimizer.epsilon", "more than 0", o.epsilon);
}

void check(const AdamW& o) {
  check(Adam{o.learning_rate, o.beta1, o.beta2, o.epsilon});
  expect(o.weight_decay >= 0, "optimizer.weight_decay", "0 or more", o.weight_decay);
}

void check(const Sgd& o) {
  expect(o.learning_rate > 0, "optimizer.learning_rate", "more than 0", o.learning_rate);
  expect(o.momentum >= 0 && o.momentum < 1, "optimizer.momentum", "0 <= momentum < 1", o.momentum);
  expect(o.weight_decay >= 0, "optimizer.weight_decay", "0 or more", o.weight_decay);
}

template <class T>
void check_rmsprop(const T& o) {
  expect(o.learning_rate > 0, "optimizer.learning_rate", "more than 0", o.learning_rate);
  expect(o.rho >= 0 && o.rho < 1, "optimizer.rho", "0 <= rho < 1", o.rho);
  expect(o.momentum >= 0 && o.momentum < 1, "optimizer.momentum", "0 <= momentum < 1", o.momentum);
  expect(o.epsilon > 0, "optimizer.epsilon", "more than 0", o.epsilon);
}
void check(const RmsProp& o) { check_rmsprop(o); }
void check(const RmsPropTf1& o) { check_rmsprop(o); }

void check(const ConstantSchedule&) {}

void check(const CosineSchedule& s) {
  expect(s.warmup_epochs >= 0, "schedule.warmup_epochs", "0 or more", s.warmup_epochs);
  expect(s.final_factor >= 0, "schedule.final_factor", "0 or more", s.final_factor);
}

void check(const StepSchedule& s) {
  expect(s.every_epochs >= 1, "schedule.every_epochs", "1 or more", s.every_epochs);
  expect(s.factor > 0, "schedule.factor", "more than 0", s.factor);
}

void check(const ReduceLrOnPlateau& r) {
  expect(r.factor > 0 && r.factor < 1, "reduce_lr.factor", "between 0 and 1", r.factor);
  expect(r.patience >= 0, "reduce_lr.patience", "0 or more", r.patience);
  expect(r.min_delta >= 0, "reduce_lr.min_delta", "0 or more", r.min_delta);
  expect(r.cooldown >= 0, "reduce_lr.cooldown", "0 or more", r.cooldown);
  expect(r.min_lr >= 0, "reduce_lr.min_lr", "0 or more", r.min_lr);
  Monitor(r.monitor, "reduce_lr.monitor", true);
}

void check(const EarlyStopping& s) {
  expect(s.patience >= 0, "early_stopping.patience", "0 or more", s.patience);
  expect(s.min_delta >= 0, "early_stopping.min_delta", "0 or more", s.min_delta);
  expect(s.start_from_epoch >= 0, "early_stopping.start_from_epoch", "0 or more", s.start_from_epoch);
  Monitor(s.monitor, "early_stopping.monitor", true);
}

void check(const Augmentation& a) {
  expect(a.width_shift >= 0 && a.width_shift < 1, "augmentation.width_shift", "0 <= width_shift < 1", a.width_shift);
  expect(a.height_shift >= 0 && a.height_shift < 1, "augmentation.height_shift", "0 <= height_shift < 1",
         a.height_shift);
  expect(a.rotation_deg >= 0 && a.rotation_deg <= 180, "augmentation.rotation_deg", "0 to 180", a.rotation_deg);
  expect(a.shear_deg >= 0 && a.shear_deg < 90, "augmentation.shear_deg", "0 <= shear_deg < 90", a.shear_deg);
  expect(a.zoom >= 0 && a.zoom < 1, "augmentation.zoom", "0 <= zoom < 1", a.zoom);
  expect(a.fill_value >= 0 && a.fill_value <= 255, "augmentation.fill_value", "0 to 255", a.fill_value);
}

void check_class_weights(const std::vector<double>& weights, int64_t classes) {
  if (weights.empty()) return;
  if (static_cast<int64_t>(weights.size()) != classes) {
    throw Error("class_weights: expected " + std::to_string(classes) + ", one a class, found " +
                std::to_string(weights.size()));
  }
  for (double w : weights) expect(w >= 0, "class_weights", "0 or more", w);
}

json to_json(const Adam& o) {
  return {{"learning_rate", o.learning_rate}, {"beta1", o.beta1}, {"beta2", o.beta2}, {"epsilon", o.epsilon}};
}
json to_json(const AdamW& o) {
  json j = to_json(Adam{o.learning_rate, o.beta1, o.beta2, o.epsilon});
  j["weight_decay"] = o.weight_decay;
  return j;
}
json to_json(const Sgd& o) {
  return {{"learning_rate", o.learning_rate},
          {"momentum", o.momentum},
          {"weight_decay", o.weight_decay},
          {"nesterov", o.nesterov}};
}

template <class T>
json rmsprop_to_json(const T& o) {
  return {{"learning_rate", o.learning_rate},
          {"rho", o.rho},
          {"momentum", o.momentum},
          {"epsilon", o.epsilon},
          {"centered", o.centered}};
}
json to_json(const RmsProp& o) { return rmsprop_to_json(o); }
json to_json(const RmsPropTf1& o) { return rmsprop_to_json(o); }

json to_json(const ConstantSchedule&) { return {{"name", "constant"}}; }
json to_json(const CosineSchedule& s) {
  return {{"name", "cosine"}, {"warmup_epochs", s.warmup_epochs}, {"final_factor", s.final_factor}};
}
json to_json(const StepSchedule& s) {
  return {{"name", "step"}, {"every_epochs", s.every_epochs}, {"factor", s.factor}};
}

json to_json(const ReduceLrOnPlateau& r) {
  if (!r.enabled) return {{"enabled", false}};
  return {{"enabled", true},        {"factor", r.factor}, {"patience", r.patience}, {"min_delta", r.min_delta},
          {"cooldown", r.cooldown}, {"min_lr", r.min_lr}, {"monitor", r.monitor}};
}

json to_json(const EarlyStopping& s) {
  if (!s.enabled) return {{"enabled", false}};
  return {{"enabled", true},
          {"patience", s.patience},
          {"min_delta", s.min_delta},
          {"restore_best_weights", s.restore_best_weights},
          {"start_from_epoch", s.start_from_epoch},
          {"monitor", s.monitor}};
}

json to_json(const Augmentation& a) {
  return {{"horizontal_flip", a.horizontal_flip},
          {"width_shift", a.width_shift},
          {"height_shift", a.height_shift},
          {"rotation_deg", a.rotation_deg},
          {"shear_deg", a.shear_deg},
          {"zoom", a.zoom},
          {"fill", fill_name(a.fill)},
          {"fill_value", a.fill_value}};
}

constexpr int64_t kMostPicturesPerStep = int64_t{1} << 40;

}  // namespace

void check_config(const TrainConfig& config, int64_t classes) {
  expect(config.epochs >= 1, "epochs", "1 or more", config.epochs);
  expect(config.batch_size >= 1, "batch_size", "1 or more", config.batch_size);
  expect(config.accumulate >= 1 && config.accumulate <= kMostPicturesPerStep / config.batch_size, "accumulate",
         "1 or more, and not beyond 2^40 pictures a step", config.accumulate);
  std::visit([](const auto& o) { check(o); }, config.optimizer);
  std::visit([](const auto& s) { check(s); }, config.schedule);
  expect(config.clipping.norm >= 0, "clipping.norm", "0 or more", config.clipping.norm);
  expect(config.clipping.value >= 0, "clipping.value", "0 or more", config.clipping.value);
  if (config.clipping.norm > 0 && config.clipping.value > 0) {
    throw Error("clipping: expected a norm or a value, found both");
  }
  expect(config.label_smoothing >= 0 && config.label_smoothing < 1, "label_smoothing", "0 <= label_smoothing < 1",
         config.label_smoothing);
  if (config.loss == Loss::kSquaredHinge && config.label_smoothing > 0) {
    throw Error("label_smoothing: expected 0 with the loss squared_hinge, found " +
                fmt::format("{}", config.label_smoothing));
  }
  check_class_weights(config.class_weights, classes);
  check(config.augmentation);
  check(config.reduce_lr);
  check(config.early_stopping);
  Monitor(config.checkpoint_monitor, "checkpoint_monitor", true);
  expect(config.weight_average >= 0 && config.weight_average < 1, "weight_average", "0 <= weight_average < 1",
         config.weight_average);
  expect(config.steps_per_epoch >= 0, "steps_per_epoch", "0 or more", config.steps_per_epoch);
  expect(config.max_steps >= 0, "max_steps", "0 or more", config.max_steps);
  expect(config.save_every >= 0, "save_every", "0 or more", config.save_every);
  expect(config.preprocessing.scale != 0, "preprocessing.scale", "a number other than 0", config.preprocessing.scale);
  expect(true, "preprocessing.shift", "a number", config.preprocessing.shift);
  expect(config.checkpoint_seconds >= 0, "checkpoint_seconds", "0 or more", config.checkpoint_seconds);
  expect_available(config.precision);
  if (config.save_every > 0 && config.out_dir.empty()) {
    throw Error("save_every: expected out_dir to keep snapshots in, found none");
  }
  if (config.resume && config.out_dir.empty()) throw Error("resume: expected out_dir to resume from, found none");
}

json config_to_json(const TrainConfig& config) {
  json optimizer = std::visit([](const auto& o) { return to_json(o); }, config.optimizer);
  optimizer["name"] = optimizer_name(config.optimizer);
  return {{"epochs", config.epochs},
          {"batch_size", config.batch_size},
          {"accumulate", config.accumulate},
          {"optimizer", std::move(optimizer)},
          {"schedule", std::visit([](const auto& s) { return to_json(s); }, config.schedule)},
          {"clipping", {{"norm", config.clipping.norm}, {"value", config.clipping.value}}},
          {"loss", loss_name(config.loss)},
          {"label_smoothing", config.label_smoothing},
          {"class_weights", config.class_weights},
          {"augmentation", to_json(config.augmentation)},
          {"reduce_lr", to_json(config.reduce_lr)},
          {"early_stopping", to_json(config.early_stopping)},
          {"checkpoint_monitor", config.checkpoint_monitor},
          {"weight_average", config.weight_average},
          {"seed", config.seed},
          {"precision", precision_name(config.precision)},
          {"steps_per_epoch", config.steps_per_epoch},
          {"max_steps", config.max_steps},
          {"save_every", config.save_every},
          {"preprocessing", {{"scale", config.preprocessing.scale}, {"shift", config.preprocessing.shift}}}};
}

}  // namespace fer::train
