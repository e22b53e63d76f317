// What every reader of models holds weights to.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <string_view>

#include "fer/error.h"
#include "fer/model.h"

namespace fer::io {

inline bool is_variance(const Parameter& parameter) {
  return std::string_view(parameter.name).ends_with("/moving_variance");
}

// Whether the numbers can be weights: finite, and a variance 0 or more.
inline bool are_weights(const Parameter& parameter, std::span<const float> values) {
  const bool variance = is_variance(parameter);
  const auto good = [&](float value) { return std::isfinite(value) && (!variance || value >= 0); };
  return std::all_of(values.begin(), values.end(), good);
}

// Throws Error unless they can be.
inline void check_weights(const Parameter& parameter, std::span<const float> values) {
  if (are_weights(parameter, values)) return;
  throw Error("weights '" + parameter.name + "': expected finite numbers" +
              (is_variance(parameter) ? " of 0 or more" : "") + ", found another");
}

}  // namespace fer::io
