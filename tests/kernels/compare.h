// Comparisons of a kernel's results with the truth: bits where bits are promised, else an error bound that is computed.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "tests/kernels/draw.h"

namespace fer::testing {

// Half a unit in the last place of 1: what one rounding to float adds, relatively.
inline constexpr double kRounding = 0x1p-24;

inline void expect_same_bits(const std::vector<float>& a, const std::vector<float>& b, const std::string& what) {
  ASSERT_EQ(a.size(), b.size()) << what;
  for (size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(std::memcmp(&a[i], &b[i], sizeof(float)), 0)
        << fmt::format("{}: bits differ at {}: {} and {}; {}", what, i, a[i], b[i], seed_note());
  }
}

inline double largest_magnitude(const std::vector<double>& values) {
  double largest = 0;
  for (const double v : values) largest = std::max(largest, std::fabs(v));
  return largest;
}

// |actual - expected| <= bound[i] everywhere, and `cap_share` of the largest expected value in any case (a float's
// smallest normal number is let pass). `size` counts as a value expected: what results come to where they do not cancel
// by chance.
inline void expect_within(const std::vector<float>& actual, const std::vector<double>& expected,
                          const std::vector<double>& bound, const std::string& what, double size = 0,
                          double cap_share = 1e-3) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  ASSERT_EQ(bound.size(), expected.size()) << what;
  const double cap = cap_share * std::max(largest_magnitude(expected), size);
  for (size_t i = 0; i < actual.size(); ++i) {
    const double error = std::fabs(actual[i] - expected[i]), allowed = std::min(bound[i], cap) + 1.2e-38;
    ASSERT_TRUE(error <= allowed) << fmt::format("{}: at {} expected {}, found {}: off by {}, allowed {}; {}", what, i,
                                                 expected[i], actual[i], error, allowed, seed_note());
  }
}

// Every value is the outcome of `roundings` roundings of numbers no larger than itself or `floor`.
inline void expect_rounded(const std::vector<float>& actual, const std::vector<double>& expected, double roundings,
                           double floor, const std::string& what) {
  std::vector<double> bound;
  for (const double e : expected) bound.push_back(roundings * kRounding * std::max(std::fabs(e), floor));
  expect_within(actual, expected, bound, what, floor);
}

// What sums of `terms` products come to whose signs are random.
inline double size_of_sums(const std::vector<double>& magnitudes, double terms) {
  return largest_magnitude(magnitudes) / std::sqrt(terms);
}

// A sum of `terms` products in any order is off by at most terms roundings of the sum of their magnitudes (Higham,
// "Accuracy and Stability of Numerical Algorithms", eq. 3.5), which `magnitudes` holds for each result.
inline void expect_sums(const std::vector<float>& actual, const std::vector<double>& expected,
                        const std::vector<double>& magnitudes, double terms, const std::string& what) {
  std::vector<double> bound;
  for (const double m : magnitudes) bound.push_back((terms + 2) * kRounding * m);
  expect_within(actual, expected, bound, what, size_of_sums(magnitudes, terms));
}

inline std::vector<double> magnitudes_of(const std::vector<float>& values) {
  std::vector<double> out;
  for (const float v : values) out.push_back(std::fabs(v));
  return out;
}

}  // namespace fer::testing
