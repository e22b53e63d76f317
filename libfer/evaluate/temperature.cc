#include "evaluate/temperature.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/assert.h"

namespace fer::evaluation {
namespace {

// Of the mean loss at 1 / temperature = `inverse`.
struct LossAt {
  double loss = 0;
  double slope = 0;  // by `inverse`
};

LossAt loss_at(double inverse, std::span<const float> logits, size_t classes, std::span<const uint8_t> labels) {
  LossAt sum;
  for (size_t i = 0; i < labels.size(); ++i) {
    const std::span<const float> row = logits.subspan(i * classes, classes);
    const double most = *std::max_element(row.begin(), row.end()), own = row[labels[i]];
    double weights = 0, weighted = 0;  // sum of exp, and of exp times the logit, both below the largest
    for (const float logit : row) {
      const double below = logit - most, weight = std::exp(inverse * below);
      weights += weight;
      weighted += weight * below;
    }
    sum.loss += std::log(weights) - inverse * (own - most);
    sum.slope += weighted / weights - (own - most);
  }
  const auto n = static_cast<double>(labels.size());
  return {.loss = sum.loss / n, .slope = sum.slope / n};
}

}  // namespace

FittedTemperature fit_temperature(std::span<const float> logits, int64_t classes, std::span<const uint8_t> labels) {
  const auto width = static_cast<size_t>(classes);
  FER_ASSERT(logits.size() == labels.size() * width);
  if (labels.empty()) return {};
  if (!std::all_of(logits.begin(), logits.end(), [](float value) { return std::isfinite(value); })) {
    return {.temperature = 1, .loss = std::numeric_limits<double>::quiet_NaN()};
  }
  // Halved on the logarithmic scale, until the halves differ by less than any figure shows.
  double low = -std::log(kLargestTemperature), high = -low;
  if (loss_at(std::exp(low), logits, width, labels).slope >= 0) high = low;
  if (loss_at(std::exp(high), logits, width, labels).slope <= 0) low = high;
  while (high - low > 1e-9) {
    const double middle = (low + high) / 2;
    (loss_at(std::exp(middle), logits, width, labels).slope < 0 ? low : high) = middle;
  }
  const double inverse = std::exp((low + high) / 2);
  return {.temperature = 1 / inverse, .loss = loss_at(inverse, logits, width, labels).loss};
}

void to_logarithms(std::span<float> probabilities) {
  for (float& p : probabilities) p = std::log(std::max(p, std::numeric_limits<float>::min()));
}

std::vector<float> log_probabilities(std::span<const float> probabilities) {
  std::vector<float> logs(probabilities.begin(), probabilities.end());
  to_logarithms(logs);
  return logs;
}

void soften(double temperature, int64_t classes, std::span<float> logits) {
  const auto width = static_cast<size_t>(classes);
  for (size_t begin = 0; begin < logits.size(); begin += width) {
    const std::span<float> row = logits.subspan(begin, width);
    const double most = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (const float logit : row) sum += std::exp((logit - most) / temperature);
    for (float& value : row) value = static_cast<float>(std::exp((value - most) / temperature) / sum);
  }
}

}  // namespace fer::evaluation
