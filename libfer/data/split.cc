#include "fer/split.h"

#include <algorithm>
#include <cmath>

#include "core/random.h"
#include "fer/error.h"

namespace fer {
namespace {

// The rows shuffled, then class by class: any run of neighbours has each class in proportion.
std::vector<int64_t> by_class(const Dataset& data, std::span<const int64_t> rows, uint64_t seed) {
  std::vector<int64_t> order(rows.size());
  random_permutation({.seed = seed, .use = RandomUse::kSplit}, order);
  for (int64_t& place : order) place = rows[static_cast<size_t>(place)];
  if (data.labels.empty()) return order;
  const auto label = [&](int64_t row) { return data.labels[static_cast<size_t>(row)]; };
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return label(a) < label(b); });
  return order;
}

// Takes `count` of the rows, at equal distances.
std::vector<int64_t> take_evenly(std::vector<int64_t>& rows, size_t count) {
  std::vector<int64_t> taken, left;
  const size_t n = rows.size();
  for (size_t i = 0; i < n; ++i) ((i + 1) * count / n > i * count / n ? taken : left).push_back(rows[i]);
  rows = std::move(left);
  return taken;
}

}  // namespace

std::vector<std::vector<int64_t>> stratified_parts(const Dataset& data, std::span<const int64_t> rows,
                                                   const std::vector<double>& shares, uint64_t seed) {
  double sum = 0;
  for (const double share : shares) {
    if (!(share >= 0 && share <= 1)) {
      throw Error("share of a part, expected a number of 0 to 1, found " + std::to_string(share));
    }
    sum += share;
  }
  if (sum > 1 + 1e-9) throw Error("shares of parts, expected a sum of at most 1, found " + std::to_string(sum));
  std::vector<int64_t> left = by_class(data, rows, seed);
  std::vector<std::vector<int64_t>> parts;
  for (const double share : shares) {
    const auto wanted = static_cast<size_t>(std::floor(share * static_cast<double>(rows.size()) + 0.5));
    parts.push_back(take_evenly(left, std::min(wanted, left.size())));
  }
  parts.push_back(std::move(left));
  for (std::vector<int64_t>& part : parts) std::sort(part.begin(), part.end());
  return parts;
}

std::vector<std::vector<int64_t>> stratified_folds(const Dataset& data, std::span<const int64_t> rows, int64_t folds,
                                                   uint64_t seed) {
  if (folds < 2 || folds > static_cast<int64_t>(rows.size())) {
    throw Error("folds, expected 2 to " + std::to_string(rows.size()) + ", one row for each, found " +
                std::to_string(folds));
  }
  const std::vector<int64_t> order = by_class(data, rows, seed);
  std::vector<std::vector<int64_t>> parts(static_cast<size_t>(folds));
  for (size_t i = 0; i < order.size(); ++i) parts[i % static_cast<size_t>(folds)].push_back(order[i]);
  for (std::vector<int64_t>& part : parts) std::sort(part.begin(), part.end());
  return parts;
}

}  // namespace fer
