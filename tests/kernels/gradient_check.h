// One gradient check for every layer and loss: what a backward function gives against differences of its forward
// function, in double.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/kernels/draw.h"

namespace fer::testing {

// An array that the loss depends on, and the gradient under test.
struct GradientArgument {
  std::string name;
  std::vector<double>* values;
  std::vector<double> gradient;
};

// The slope of `loss` by *v from four points; the error is of the order step^4.
inline double slope(const std::function<double()>& loss, double* v, double step) {
  const double centre = *v;
  const auto at = [&](double x) {
    *v = x;
    return loss();
  };
  const double near = at(centre + step) - at(centre - step), far = at(centre + 2 * step) - at(centre - 2 * step);
  *v = centre;
  return (8 * near - far) / (12 * step);
}

// Expects every element of every gradient within `tolerance` of the slope, relative to the larger of both or, for
// elements near zero, a thousandth of the array's largest. `loss` reads the arguments' values afresh at every call and
// has no kink within 0.002 of them. At most `limit` elements an array are looked at, spread evenly.
inline void check_gradients(const std::string& layer, const std::function<double()>& loss,
                            std::vector<GradientArgument> arguments, double tolerance = 1e-6, size_t limit = 300,
                            double step = 1e-3) {
  for (GradientArgument& argument : arguments) {
    const std::vector<double>& gradient = argument.gradient;
    ASSERT_EQ(argument.values->size(), gradient.size()) << layer << ": " << argument.name;
    double largest = 0;
    for (const double g : gradient) largest = std::max(largest, std::fabs(g));
    const size_t stride = std::max<size_t>(1, gradient.size() / limit);
    for (size_t i = 0; i < gradient.size(); i += stride) {
      const double expected = slope(loss, argument.values->data() + i, step);
      const double scale = std::max({std::fabs(gradient[i]), std::fabs(expected), 1e-3 * largest, 1e-6});
      ASSERT_LE(std::fabs(gradient[i] - expected), tolerance * scale)
          << fmt::format("{}: gradient by {}[{}] is {}, the loss's slope {}; {}", layer, argument.name, i, gradient[i],
                         expected, seed_note());
    }
  }
}

// The loss that makes a layer a function to one number: sum of dy * y, whose gradient by y is dy.
inline double weighted_sum(const std::vector<double>& dy, const std::vector<double>& y) {
  EXPECT_EQ(dy.size(), y.size());
  double sum = 0;
  for (size_t i = 0; i < y.size(); ++i) sum += dy[i] * y[i];
  return sum;
}

}  // namespace fer::testing
