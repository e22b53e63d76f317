// How random words become the numbers that augmentation draws.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "core/random.h"
#include "fer/augmentation.h"

namespace fer::data {

// Uniform from low to below high.
inline double between(double low, double high, uint32_t word) {
  return low + (high - low) * static_cast<double>(to_unit_float(word));
}
inline double between(const Interval& range, uint32_t word) { return between(range.low, range.high, word); }

// Uniform above 0 and below 1.
inline double above_zero(uint32_t word) { return (static_cast<double>(word) + 0.5) * 0x1p-32; }

// True with this probability; always with 1, never with 0.
inline bool chance(double probability, uint32_t word) { return static_cast<double>(to_unit_float(word)) < probability; }

// A whole number of 0 to count - 1.
inline int64_t whole_below(int64_t count, uint32_t word) {
  return static_cast<int64_t>((static_cast<uint64_t>(count) * word) >> 32);
}

// The sides of a rectangle as torchvision draws them: its area as a fraction `scale` of `area`, uniformly, and the
// ratio of its sides, uniformly in its logarithm; each side rounded, a half to even.
struct Sides {
  int64_t times_ratio = 0;    // sqrt(area * ratio)
  int64_t divided_by_it = 0;  // sqrt(area / ratio)
};
inline Sides draw_sides(double area, const Interval& scale, const Interval& ratio,
                        const std::array<uint32_t, 4>& words) {
  const double part = area * between(scale, words[0]);
  const double drawn = std::exp(between(std::log(ratio.low), std::log(ratio.high), words[1]));
  return {static_cast<int64_t>(std::nearbyint(std::sqrt(part * drawn))),
          static_cast<int64_t>(std::nearbyint(std::sqrt(part / drawn)))};
}

}  // namespace fer::data
