// Learning-rate schedules (fer/optimizer.h).
#include <cmath>
#include <numbers>

#include "fer/optimizer.h"

namespace fer {
namespace {

struct Position {
  double step, steps_per_epoch, total_steps;
};

double factor_of(const ConstantSchedule&, const Position&) { return 1; }

double factor_of(const CosineSchedule& schedule, const Position& at) {
  const double warmup_steps = schedule.warmup_epochs * at.steps_per_epoch;
  if (at.step < warmup_steps) return at.step / warmup_steps;
  const double cosine_steps = at.total_steps - warmup_steps;
  const double done = cosine_steps > 0 ? std::min(1.0, (at.step - warmup_steps) / cosine_steps) : 1.0;
  const double wave = 0.5 * (1 + std::cos(std::numbers::pi * done));
  return schedule.final_factor + (1 - schedule.final_factor) * wave;
}

double factor_of(const StepSchedule& schedule, const Position& at) {
  const double epoch = std::floor(at.step / at.steps_per_epoch);
  return std::pow(schedule.factor, std::floor(epoch / static_cast<double>(schedule.every_epochs)));
}

}  // namespace

double schedule_factor(const Schedule& schedule, int64_t step, int64_t steps_per_epoch, int64_t epochs) {
  const Position at{.step = static_cast<double>(step),
                    .steps_per_epoch = static_cast<double>(steps_per_epoch),
                    .total_steps = static_cast<double>(steps_per_epoch * epochs)};
  return std::visit([&](const auto& s) { return factor_of(s, at); }, schedule);
}

}  // namespace fer
