#include "evaluate/calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluate/temperature.h"

namespace fer::evaluation {
namespace {

std::vector<ReliabilityBin> empty_bins() {
  constexpr auto kBins = static_cast<double>(kReliabilityBins);
  std::vector<ReliabilityBin> bins;
  for (double i = 0; i < kBins; ++i) bins.push_back({.low = i / kBins, .high = (i + 1) / kBins});
  return bins;
}

// The first bin whose upper end is not below the confidence; the last where rounding made that more than 1.
ReliabilityBin& bin_of(double confidence, std::vector<ReliabilityBin>& bins) {
  const auto found =
      std::find_if(bins.begin(), bins.end() - 1, [&](const auto& bin) { return confidence <= bin.high; });
  return *found;
}

struct Reliability {
  std::vector<ReliabilityBin> bins = empty_bins();
  double error = 0;
};

Reliability reliability_of(std::span<const float> probabilities, size_t classes, std::span<const uint8_t> labels) {
  Reliability result;
  for (size_t i = 0; i < labels.size(); ++i) {
    const std::span<const float> p = probabilities.subspan(i * classes, classes);
    if (std::any_of(p.begin(), p.end(), [](float value) { return std::isnan(value); })) {
      result.error = std::numeric_limits<double>::quiet_NaN();
      continue;
    }
    const auto most = std::max_element(p.begin(), p.end());
    ReliabilityBin& bin = bin_of(*most, result.bins);
    ++bin.count;
    bin.confidence += *most;
    bin.accuracy += most - p.begin() == labels[i];
  }
  for (ReliabilityBin& bin : result.bins) {
    if (bin.count == 0) continue;
    const auto count = static_cast<double>(bin.count);
    bin.confidence /= count;
    bin.accuracy /= count;
    result.error += count / static_cast<double>(labels.size()) * std::abs(bin.accuracy - bin.confidence);
  }
  return result;
}

}  // namespace

Calibration calibration_of(std::span<const float> probabilities, int64_t classes, std::span<const uint8_t> labels) {
  if (labels.empty()) return {};
  const auto width = static_cast<size_t>(classes);
  Reliability given = reliability_of(probabilities, width, labels);
  std::vector<float> logits = log_probabilities(probabilities);
  const FittedTemperature best = fit_temperature(logits, classes, labels);
  soften(best.temperature, classes, logits);
  return {.bins = std::move(given.bins),
          .error = given.error,
          .best_temperature = best.temperature,
          .best_loss = best.loss,
          .best_error = reliability_of(logits, width, labels).error};
}

}  // namespace fer::evaluation
