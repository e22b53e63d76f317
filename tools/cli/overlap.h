// How much two boxes share.
#pragma once

#include <algorithm>

#include "fer/box.h"

namespace fer::cli {

// Intersection over union: the share of two boxes' union that is in both.
inline double overlap_of(const Box& a, const Box& b) {
  const int64_t width = std::min(a.left + a.width, b.left + b.width) - std::max(a.left, b.left);
  const int64_t height = std::min(a.top + a.height, b.top + b.height) - std::max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const auto common = static_cast<double>(width * height);
  return common / (static_cast<double>(a.width * a.height + b.width * b.height) - common);
}

}  // namespace fer::cli
