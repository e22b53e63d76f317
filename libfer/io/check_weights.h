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

// Throws Error unless the numbers can be weights: finite, and a variance 0 or more. `what` they are in messages.
inline void check_weights(const Parameter& parameter, std::span<const float> values,
                          const std::string& what = "weights") {
  const bool variance = is_variance(parameter);
  const auto bad = [&](float value) { return !std::isfinite(value) || (variance && value < 0); };
  const auto found = std::find_if(values.begin(), values.end(), bad);
  if (found == values.end()) return;
  throw Error(what + " '" + parameter.name + "': expected finite numbers" + (variance ? " of 0 or more" : "") +
              ", found " + std::to_string(*found) + " at place " + std::to_string(found - values.begin()));
}

}  // namespace fer::io
