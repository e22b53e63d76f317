// One batch norm, alone and with the relus and the max pool around it, held to the reference.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "kernels/norm/batch_norm.h"
#include "kernels/reference/batch_norm.h"
#include "kernels/reference/conv.h"
#include "kernels/reference/pool.h"
#include "kernels/window/pool.h"
#include "tests/kernels/on_targets.h"
#include "tests/kernels/shapes.h"

namespace fer::testing {

namespace reference = kernels::reference;

inline constexpr double kEpsilon = 1e-3;

struct BatchNormCase {
  int64_t rows, c;
  double offset;  // of all values: a mean far from zero
};

inline std::vector<float> draw_x(Draw& draw, const BatchNormCase& c) {
  return draw.values(c.rows * c.c, c.offset - 1, c.offset + 1);
}

// Mean over the rows of f(i).
template <class F>
inline std::vector<double> mean_of(const BatchNormCase& c, const F& f) {
  std::vector<double> sums(static_cast<size_t>(c.c));
  for (size_t i = 0; i < static_cast<size_t>(c.rows * c.c); ++i)
    sums[i % sums.size()] += f(i) / static_cast<double>(c.rows);
  return sums;
}

inline void check_batch_norm_statistics(const BatchNormCase& c) {
  const std::string what = fmt::format("statistics of [{}, {}] around {}", c.rows, c.c, c.offset);
  Draw draw(1000);
  const std::vector<float> x = draw_x(draw, c);
  const auto truth = reference::batch_norm_statistics(c.c, as_doubles(x));
  // Sums are taken relative to the first row.
  const auto channel = [&](size_t i) { return i % static_cast<size_t>(c.c); };
  const auto distance = mean_of(c, [&](size_t i) { return std::fabs(double{x[i]} - x[channel(i)]); }),
             square = mean_of(c, [&](size_t i) { return std::pow(double{x[i]} - x[channel(i)], 2); });
  std::vector<double> mean_bound, variance_bound;
  for (size_t i = 0; i < distance.size(); ++i) {
    mean_bound.push_back(kRounding * (static_cast<double>(c.rows) * distance[i] + 2 * std::fabs(truth.mean[i])));
    variance_bound.push_back(4 * kRounding * (static_cast<double>(c.rows) + 4) * square[i]);
  }
  on_every_target(
      what, 0,
      [&] {
        Results r = {unwritten(c.c), unwritten(c.c)};
        ScratchMemory scratch(kernels::batch_norm_scratch_floats(c.rows, c.c));
        kernels::batch_norm_statistics(c.rows, c.c, x, r[0], r[1], scratch.span());
        return r;
      },
      [&](const Results& r) {
        expect_within(r[0], truth.mean, mean_bound, "mean, " + what, largest_magnitude(distance));
        expect_within(r[1], truth.variance, variance_bound, "variance, " + what);
      });
}

inline void check_scale_shift(const BatchNormCase& c) {
  Draw draw(1001);
  const std::vector<float> x = draw_x(draw, c), scale = draw.values(c.c), shift = draw.values(c.c);
  for (const bool relu : {false, true}) {
    const auto y = reference::scale_shift(as_doubles(x), as_doubles(scale), as_doubles(shift), relu);
    on_every_target(
        fmt::format("scale_shift of [{}, {}]", c.rows, c.c), 0,
        [&] {
          Results r = {unwritten(c.rows * c.c), x};
          kernels::scale_shift(c.rows, c.c, x, scale, shift, relu, r[0]);
          kernels::scale_shift(c.rows, c.c, r[1], scale, shift, relu, r[1]);
          return r;
        },
        [&](const Results& r) {
          expect_rounded(r[0], y, 3, c.offset + 2, "y of scale_shift");
          expect_same_bits(r[0], r[1], "scale_shift in place");
        });
  }
}

struct BackwardTruth {
  reference::BatchNormGradients<double> gradients;
  std::vector<double> dx_bound, dgamma_bound, dbeta_bound;
  double dx_size = 0, dgamma_size = 0, dbeta_size = 0;  // as expect_within wants them
};

inline BackwardTruth backward_truth(const BatchNormCase& c, const std::vector<float>& x, const std::vector<float>& dy,
                                    const std::vector<float>& mean, const std::vector<float>& inv_std,
                                    const std::vector<float>& gamma) {
  BackwardTruth t;
  t.gradients = reference::batch_norm_backward(as_doubles(x), as_doubles(dy), as_doubles(mean), as_doubles(inv_std),
                                               as_doubles(gamma));
  const auto channels = static_cast<size_t>(c.c);
  const auto normalised = [&](size_t i) {
    return std::fabs(double{x[i]} - mean[i % channels]) * inv_std[i % channels];
  };
  const auto dy_size = mean_of(c, [&](size_t i) { return std::fabs(dy[i]); }),
             product = mean_of(c, [&](size_t i) { return std::fabs(dy[i]) * normalised(i); });
  const double rows = static_cast<double>(c.rows), roundings = kRounding * (rows + 8);
  t.dbeta_size = std::sqrt(rows) * largest_magnitude(dy_size);
  t.dgamma_size = std::sqrt(rows) * largest_magnitude(product);
  for (size_t i = 0; i < channels; ++i) {
    t.dbeta_bound.push_back(roundings * rows * dy_size[i]);
    t.dgamma_bound.push_back(roundings * rows * product[i]);
  }
  for (size_t i = 0; i < x.size(); ++i) {
    const size_t k = i % channels;
    // dx = p * dy + q * x + s: what x and the mean cancel counts as well.
    const double cancelled = (std::fabs(x[i]) + std::fabs(mean[k])) * inv_std[k] * product[k];
    t.dx_size = std::max<double>(t.dx_size, std::fabs(gamma[k] * inv_std[k] * dy[i]));
    t.dx_bound.push_back(
        std::fabs(gamma[k]) * inv_std[k] *
        (8 * kRounding * (std::fabs(dy[i]) + cancelled) + roundings * (dy_size[k] + normalised(i) * product[k])));
  }
  return t;
}

inline void check_batch_norm_backward(const BatchNormCase& c) {
  if (c.rows < 2) return;  // a variance of zero leaves nothing to compare
  const std::string what = fmt::format("batch_norm_backward of [{}, {}] around {}", c.rows, c.c, c.offset);
  Draw draw(1002);
  const std::vector<float> x = draw_x(draw, c), dy = draw.values(c.rows * c.c), gamma = draw.values(c.c, 0.5, 2);
  const auto moments = reference::batch_norm_statistics(c.c, x);
  const std::vector<float> inv_std = reference::inverse_deviation(moments.variance, kEpsilon);
  const BackwardTruth truth = backward_truth(c, x, dy, moments.mean, inv_std, gamma);
  kernels::BatchNormGradient gradient;
  gradient.rows = c.rows;
  gradient.c = c.c;
  gradient.x = x;
  gradient.moments = {moments.mean, inv_std, gamma};
  on_every_target(
      what, 0,
      [&] {
        Results r = {unwritten(c.rows * c.c), unwritten(c.c), unwritten(c.c), dy};
        ScratchMemory scratch(kernels::batch_norm_backward_scratch_floats(gradient));
        gradient.dy = dy;
        kernels::batch_norm_backward(gradient, {r[0], r[1], r[2]}, scratch.span());
        gradient.dy = r[3];
        kernels::batch_norm_backward(gradient, {r[3], r[1], r[2]}, scratch.span());
        return r;
      },
      [&](const Results& r) {
        expect_within(r[0], truth.gradients.dx, truth.dx_bound, "dx of " + what, truth.dx_size);
        expect_within(r[1], truth.gradients.dgamma, truth.dgamma_bound, "dgamma of " + what, truth.dgamma_size);
        expect_within(r[2], truth.gradients.dbeta, truth.dbeta_bound, "dbeta of " + what, truth.dbeta_size);
        expect_same_bits(r[0], r[3], what + ", in place");
      });
}

inline void check_column_sums(const BatchNormCase& c) {
  Draw draw(1003);
  const std::vector<float> x = draw_x(draw, c);
  const auto sums = reference::column_sums(c.c, as_doubles(x)), sizes = reference::column_sums(c.c, magnitudes_of(x));
  on_every_target(
      "column_sums", 0,
      [&] {
        Results r = {unwritten(c.c)};
        ScratchMemory scratch(kernels::batch_norm_scratch_floats(c.rows, c.c));
        kernels::column_sums(c.rows, c.c, x, r[0], scratch.span());
        return r;
      },
      [&](const Results& r) {
        expect_sums(r[0], sums, sizes, static_cast<double>(c.rows),
                    fmt::format("column sums of [{}, {}]", c.rows, c.c));
      });
}

// Channels around whole vectors; rows in one chunk of a sum and in several.
inline const std::vector<BatchNormCase>& batch_norm_cases() {
  static const std::vector<BatchNormCase> cases = {
      {1, 3, 0},   {2, 1, 0},   {7, 5, 0},     {20, 16, 0},   {33, 17, 1},   {50, 33, 0},  {100, 64, 2},
      {45, 70, 0}, {3, 130, 0}, {130, 130, 5}, {40000, 1, 3}, {12000, 3, 0}, {600, 64, 0}, {500, 7, 1000}};
  return cases;
}

}  // namespace fer::testing
