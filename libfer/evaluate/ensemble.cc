#include "fer/ensemble.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "evaluate/evaluation.h"
#include "fer/error.h"
#include "fer/evaluate.h"

namespace fer {
namespace {

std::string classes_text(const Network& network) {
  const std::string count = fmt::format("{}", class_count(network));
  return network.class_names.empty() ? count : fmt::format("{} ({})", count, fmt::join(network.class_names, ", "));
}

void check_models(std::span<const Model> models) {
  if (models.empty()) throw Error("ensemble: expected at least one model, found none");
  for (size_t i = 1; i < models.size(); ++i) {
    const std::string difference = class_difference(models[0].network, models[i].network);
    if (!difference.empty()) throw Error(fmt::format("model {}: {}", i + 1, difference));
  }
}

void check_weights(std::span<const double> weights, size_t models, EnsembleRule rule) {
  if (weights.empty()) return;
  if (rule == EnsembleRule::kVote) throw Error("weights: expected with the mean of probabilities, found with votes");
  if (weights.size() != models) {
    throw Error(fmt::format("weights: expected {}, one per model, found {}", models, weights.size()));
  }
  double sum = 0;
  for (const double weight : weights) {
    if (!std::isfinite(weight) || weight < 0) {
      throw Error(fmt::format("weights: expected numbers of 0 or more, found {}", weight));
    }
    sum += weight;
  }
  if (!(sum > 0) || !std::isfinite(sum)) throw Error(fmt::format("weights: expected a sum above 0, found {}", sum));
}

// Adds one to the votes of every row's most probable class, the first of equals.
void count_votes(std::span<const float> probabilities, size_t classes, std::vector<double>& votes) {
  for (size_t begin = 0; begin < votes.size(); begin += classes) {
    const std::span<const float> p = probabilities.subspan(begin, classes);
    ++votes[begin + static_cast<size_t>(std::max_element(p.begin(), p.end()) - p.begin())];
  }
}

}  // namespace

std::string class_difference(const Network& expected, const Network& found) {
  const bool both_named = !expected.class_names.empty() && !found.class_names.empty();
  if (class_count(expected) == class_count(found) && (!both_named || expected.class_names == found.class_names)) {
    return {};
  }
  return fmt::format("expected classes {}, found {}", classes_text(expected), classes_text(found));
}

std::vector<float> join_probabilities(std::span<const std::vector<float>> models, int64_t classes, EnsembleRule rule,
                                      std::span<const double> weights) {
  if (models.empty()) throw Error("ensemble: expected at least one model, found none");
  check_weights(weights, models.size(), rule);
  const bool vote = rule == EnsembleRule::kVote;
  std::vector<double> sums(models[0].size()), votes(vote ? sums.size() : 0);
  for (size_t m = 0; m < models.size(); ++m) {
    const std::vector<float>& probabilities = models[m];
    if (classes < 1 || probabilities.size() != sums.size() || sums.size() % static_cast<size_t>(classes) != 0) {
      throw Error(fmt::format("ensemble: expected {} probabilities in rows of {} from every model, found {}",
                              sums.size(), classes, probabilities.size()));
    }
    const double weight = weights.empty() ? 1 : weights[m];
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += weight * probabilities[i];
    if (vote) count_votes(probabilities, static_cast<size_t>(classes), votes);
  }
  const double count =
      weights.empty() ? static_cast<double>(models.size()) : std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<float> joined(sums.size());
  for (size_t i = 0; i < sums.size(); ++i) {
    const double mean = sums[i] / count;
    joined[i] = static_cast<float>(vote ? (votes[i] + mean) / (count + 1) : mean);
  }
  return joined;
}

Tensor predict_ensemble(std::span<const Model> models, EnsembleRule rule, const Dataset& data,
                        std::span<const int64_t> rows, int64_t batch_size, const Views& views) {
  check_models(models);
  std::vector<std::vector<float>> probabilities;
  for (const Model& model : models) {
    const Tensor one = predict_rows(model, data, rows, batch_size, views);
    probabilities.emplace_back(one.values().begin(), one.values().end());
  }
  const int64_t classes = class_count(models[0].network);
  Tensor result({static_cast<int64_t>(rows.size()), classes});
  std::ranges::copy(join_probabilities(probabilities, classes, rule), result.values().begin());
  return result;
}

Evaluation evaluate_ensemble(std::span<const Model> models, EnsembleRule rule, const Dataset& data,
                             std::span<const int64_t> rows, int64_t batch_size, const Views& views) {
  check_models(models);
  evaluation::check_rows(models[0].network, data, rows, true, "evaluate");
  return evaluation::evaluation_of(predict_ensemble(models, rule, data, rows, batch_size, views), models[0].network,
                                   data, rows);
}

}  // namespace fer
