// A feature's values for many samples.
#pragma once

#include <array>
#include <span>

namespace fer::cascade {

// A rectangle: its weight, and for each of its corners the sums of all samples.
struct ValueTerm {
  std::array<const float*, 4> corners = {};
  float weight = 0;
};

// out[i] = (sum over the terms of weight * (c0 - c1 - c2 + c3)[i]) * factors[i]. Sums are whole numbers below 2^24, so
// that the differences are exact; the same bits on every instruction set. factors.size() is a multiple of 16.
void feature_values(std::span<const ValueTerm> terms, std::span<const float> factors, std::span<float> out);

}  // namespace fer::cascade
