#include "cascade/train/boost_weights.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fer::cascade {
namespace {

// As in OpenCV: a share this near to 0 or 1 counts as that; a sample's least weight and largest target in logit.
constexpr double kShareEps = 1e-5, kLeastWeight = std::numeric_limits<float>::epsilon(), kLargestTarget = 10;

double log_ratio(double share) {
  const double p = std::clamp(share, kShareEps, 1 - kShareEps);
  return std::log(p / (1 - p));
}

}  // namespace

BoostWeights::BoostWeights(BoostType type, std::vector<int8_t> labels, double trim_rate)
    : type_(type), labels_(std::move(labels)), trim_rate_(trim_rate) {
  const size_t n = labels_.size();
  weights_.assign(n, 1.0 / static_cast<double>(n));
  sums_.assign(type == BoostType::kLogit ? n : 0, 0.0);
  fit_.resize(n);
  samples_.resize(n);
  for (size_t i = 0; i < n; ++i) fit_[i] = type == BoostType::kLogit ? 2.0 * labels_[i] : labels_[i];
  targets();
}

void BoostWeights::targets() {
  for (size_t i = 0; i < weights_.size(); ++i) samples_[i] = {weights_[i], weights_[i] * fit_[i]};
}

double BoostWeights::leaf(Weighted sums) const {
  switch (type_) {
    case BoostType::kDiscrete:
      return sums.wy > 0 ? 1 : -1;
    case BoostType::kReal:
      return 0.5 * log_ratio((sums.w + sums.wy) / 2 / sums.w);
    default:
      return sums.wy / sums.w;
  }
}

double BoostWeights::update(std::span<const float> answers) {
  double scale = 1;
  if (type_ == BoostType::kDiscrete) {
    double wrong = 0;
    for (size_t i = 0; i < weights_.size(); ++i) wrong += answers[i] * labels_[i] < 0 ? weights_[i] : 0;
    scale = -log_ratio(wrong);
    for (size_t i = 0; i < weights_.size(); ++i) weights_[i] *= answers[i] * labels_[i] < 0 ? std::exp(scale) : 1;
  } else if (type_ == BoostType::kLogit) {
    for (size_t i = 0; i < weights_.size(); ++i) {
      sums_[i] += 0.5 * static_cast<double>(answers[i]);
      const double p = 1 / (1 + std::exp(-2 * sums_[i]));
      weights_[i] = std::max(p * (1 - p), kLeastWeight);
      fit_[i] = labels_[i] > 0 ? std::min(1 / p, kLargestTarget) : -std::min(1 / (1 - p), kLargestTarget);
    }
  } else {
    for (size_t i = 0; i < weights_.size(); ++i) weights_[i] *= std::exp(-labels_[i] * static_cast<double>(answers[i]));
  }
  normalise();
  targets();
  trim();
  return scale;
}

void BoostWeights::normalise() {
  double sum = 0;
  for (const double w : weights_) sum += w;
  for (double& w : weights_) w /= sum;
}

void BoostWeights::trim() {
  if (trim_rate_ <= 0 || trim_rate_ >= 1) return;
  std::vector<double> sorted = weights_;
  std::sort(sorted.begin(), sorted.end());
  double room = 1 - trim_rate_;
  size_t i = 0;
  while (i < sorted.size() && room > 0) room -= sorted[i++];
  if (i == sorted.size()) return;
  for (Weighted& sample : samples_) {
    if (sample.w < sorted[i]) sample = {};
  }
}

}  // namespace fer::cascade
