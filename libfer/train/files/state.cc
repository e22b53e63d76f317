#include "train/files/state.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "fer/error.h"

namespace fer::train {
namespace {

using core::JsonValue;
using nlohmann::json;

// More than any run counts, and far from where adding overflows.
constexpr int64_t kMostCounted = int64_t{1} << 53;

// JSON has no infinities and no NaN: they are written as words.
JsonValue number(double value) {
  if (std::isfinite(value)) return value;
  if (std::isnan(value)) return "nan";
  return value > 0 ? "inf" : "-inf";
}

double number(const json& value) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (value.is_number()) return value.get<double>();
  const auto word = value.get<std::string>();
  if (word == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (word == "inf") return kInfinity;
  if (word == "-inf") return -kInfinity;
  throw Error("training state: expected a number, \"nan\", \"inf\" or \"-inf\", found " + value.dump());
}

JsonValue epoch_to_json(const EpochResult& e) {
  return JsonValue::array({e.epoch, number(e.loss), number(e.accuracy), number(e.val_loss), number(e.val_accuracy),
                           number(e.learning_rate), number(e.seconds), number(e.images_per_second),
                           number(e.val_calibrated_loss), number(e.val_temperature)});
}

// A count: a whole number from `least` on. (What get<int64_t> makes of another number is anybody's guess.)
int64_t count_of(const json& value, const char* name, int64_t least) {
  const bool fits = value.is_number_integer() &&
                    (!value.is_number_unsigned() || value.get<uint64_t>() <= static_cast<uint64_t>(kMostCounted));
  if (fits && value.get<int64_t>() >= least && value.get<int64_t>() <= kMostCounted) return value.get<int64_t>();
  throw Error(std::string("training state: ") + name + ": expected a whole number from " + std::to_string(least) +
              " to " + std::to_string(kMostCounted) + ", found " + value.dump());
}

int64_t count(const json& object, const char* name, int64_t least = 0) {
  return count_of(object.at(name), name, least);
}

EpochResult epoch_from_json(const json& j) {
  // Version 0.1.0 did not fit a temperature.
  const auto later = [&](size_t i) { return i < j.size() ? number(j.at(i)) : std::nan(""); };
  return {.epoch = count_of(j.at(0), "epochs", 1),
          .loss = number(j.at(1)),
          .accuracy = number(j.at(2)),
          .val_loss = number(j.at(3)),
          .val_accuracy = number(j.at(4)),
          .learning_rate = number(j.at(5)),
          .seconds = number(j.at(6)),
          .images_per_second = number(j.at(7)),
          .val_calibrated_loss = later(8),
          .val_temperature = later(9)};
}

// More than any machine takes; products of it do not overflow.
constexpr int64_t kMostSteps = int64_t{1} << 40;

void expect_consistent(const RunState& s) {
  const auto expect = [](bool good, const std::string& what, auto found) {
    if (!good) throw Error("training state: expected " + what + ", found " + std::to_string(found));
  };
  const auto finished = static_cast<int64_t>(s.epochs.size());
  const std::string epochs = std::to_string(finished);
  expect(s.epoch == finished, "the " + epochs + " finished epochs that it lists", s.epoch);
  expect(s.wall_times.size() == s.epochs.size(), "wall_times of " + epochs + " epochs", s.wall_times.size());
  expect(s.total_steps <= kMostSteps, "total_steps of at most " + std::to_string(kMostSteps), s.total_steps);
  expect(s.step <= s.total_steps, "a step of at most total_steps, " + std::to_string(s.total_steps), s.step);
  expect(s.sums.correct <= s.sums.images, "at most " + std::to_string(s.sums.images) + " correct pictures",
         s.sums.correct);
  expect(s.learning_rate > 0 && std::isfinite(s.learning_rate), "a learning_rate above 0", s.learning_rate);
  expect(s.best.epoch < finished, "a best epoch below " + epochs, s.best.epoch);
  expect(s.stopping.best_epoch < finished, "a best epoch of early stopping below " + epochs, s.stopping.best_epoch);
}

}  // namespace

JsonValue state_to_json(const RunState& s) {
  JsonValue epochs = JsonValue::array();
  for (const EpochResult& e : s.epochs) epochs.push_back(epoch_to_json(e));
  JsonValue sums = JsonValue::object({{"images", s.sums.images},
                                      {"correct", s.sums.correct},
                                      {"loss", number(s.sums.loss)},
                                      {"train_seconds", s.sums.train_seconds},
                                      {"seconds", s.sums.seconds}});
  JsonValue plateau =
      JsonValue::object({{"best", number(s.plateau.best)}, {"wait", s.plateau.wait}, {"cooldown", s.plateau.cooldown}});
  JsonValue stopping = JsonValue::object(
      {{"best", number(s.stopping.best)}, {"wait", s.stopping.wait}, {"best_epoch", s.stopping.best_epoch}});
  JsonValue all =
      JsonValue::object({{"epoch", s.epoch},
                         {"step", s.step},
                         {"total_steps", s.total_steps},
                         {"learning_rate", s.learning_rate},
                         {"sums", std::move(sums)},
                         {"plateau", std::move(plateau)},
                         {"stopping", std::move(stopping)},
                         {"best", JsonValue::object({{"best", number(s.best.best)}, {"epoch", s.best.epoch}})},
                         {"stopped_early", s.stopped_early},
                         {"epochs", std::move(epochs)},
                         {"wall_times", s.wall_times},
                         {"start_time", s.start_time}});
  all.sort_keys();
  return all;
}

RunState state_from_json(const json& j) {
  RunState s;
  s.epoch = count(j, "epoch");
  s.step = count(j, "step");
  s.total_steps = count(j, "total_steps");
  j.at("learning_rate").get_to(s.learning_rate);
  const json& sums = j.at("sums");
  s.sums = {.images = count(sums, "images"),
            .correct = count(sums, "correct"),
            .loss = number(sums.at("loss")),
            .train_seconds = sums.at("train_seconds"),
            .seconds = sums.at("seconds")};
  const json& plateau = j.at("plateau");
  s.plateau = {number(plateau.at("best")), count(plateau, "wait"), count(plateau, "cooldown")};
  const json& stopping = j.at("stopping");
  s.stopping = {number(stopping.at("best")), count(stopping, "wait"), count(stopping, "best_epoch", -1)};
  s.best = {number(j.at("best").at("best")), count(j.at("best"), "epoch", -1)};
  j.at("stopped_early").get_to(s.stopped_early);
  for (const json& e : j.at("epochs")) s.epochs.push_back(epoch_from_json(e));
  j.at("wall_times").get_to(s.wall_times);
  j.at("start_time").get_to(s.start_time);
  expect_consistent(s);
  return s;
}

void expect_steps(const RunState& s, int64_t steps_per_epoch, int64_t max_steps) {
  // The last epoch of a run that ends after max_steps may be shorter.
  const bool ended = max_steps > 0 && s.total_steps == max_steps && s.step == 0;
  const bool within = s.step <= steps_per_epoch && s.epoch <= kMostCounted / steps_per_epoch;
  if (within && (ended || s.total_steps == s.epoch * steps_per_epoch + s.step)) return;
  throw Error("training state: expected the steps of " + std::to_string(s.epoch) + " epochs of " +
              std::to_string(steps_per_epoch) + " steps and " + std::to_string(s.step) + " more, found " +
              std::to_string(s.total_steps));
}

}  // namespace fer::train
