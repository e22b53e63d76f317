#include "fer/dataset.h"

#include <cmath>

#include "core/random.h"
#include "fer/error.h"

namespace fer {

const char* usage_name(Usage usage) {
  switch (usage) {
    case Usage::kTraining:
      return "Training";
    case Usage::kPublicTest:
      return "PublicTest";
    case Usage::kPrivateTest:
      return "PrivateTest";
    case Usage::kNone:
      break;
  }
  return "none";
}

const std::vector<std::string>& fer2013_class_names() {
  static const std::vector<std::string> names = {"angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"};
  return names;
}

std::vector<int64_t> rows_with_usage(const Dataset& data, Usage usage) {
  std::vector<int64_t> rows;
  for (size_t i = 0; i < data.usage.size(); ++i) {
    if (data.usage[i] == usage) rows.push_back(static_cast<int64_t>(i));
  }
  return rows;
}

Split random_split(std::span<const int64_t> rows, double validation_share, uint64_t seed) {
  if (!(validation_share >= 0 && validation_share <= 1)) {
    throw Error("validation share, expected a number of 0 to 1, found " + std::to_string(validation_share));
  }
  std::vector<int64_t> order(rows.size());
  random_permutation({.seed = seed, .use = RandomUse::kSplit}, order);
  const auto held_out = static_cast<int64_t>(std::floor(validation_share * static_cast<double>(rows.size()) + 0.5));
  std::vector<bool> validation(rows.size());
  for (int64_t i = 0; i < held_out; ++i) validation[static_cast<size_t>(order[static_cast<size_t>(i)])] = true;
  Split split;
  for (size_t i = 0; i < rows.size(); ++i) (validation[i] ? split.validation : split.train).push_back(rows[i]);
  return split;
}

}  // namespace fer
