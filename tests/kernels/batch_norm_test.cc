#include "kernels/batch_norm.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kernels/reference/batch_norm.h"
#include "kernels/reference/conv.h"
#include "tests/kernels/on_targets.h"

namespace fer::testing {
namespace {

namespace reference = kernels::reference;

constexpr double kEpsilon = 1e-3;

struct BatchNormCase {
  int64_t rows, c;
  double offset;  // of all values: a mean far from zero
};

// Channels around whole vectors; rows in one chunk of a sum and in several.
const std::vector<BatchNormCase> kCases = {{1, 3, 0},     {2, 1, 0},     {7, 5, 0},    {20, 16, 0},   {33, 17, 1},
                                           {50, 33, 0},   {100, 64, 2},  {45, 70, 0},  {3, 130, 0},   {130, 130, 5},
                                           {40000, 1, 3}, {12000, 3, 0}, {600, 64, 0}, {500, 7, 1000}};

std::vector<float> draw_x(Draw& draw, const BatchNormCase& c) {
  return draw.values(c.rows * c.c, c.offset - 1, c.offset + 1);
}

// Mean over the rows of f(i).
template <class F>
std::vector<double> mean_of(const BatchNormCase& c, const F& f) {
  std::vector<double> sums(static_cast<size_t>(c.c));
  for (size_t i = 0; i < static_cast<size_t>(c.rows * c.c); ++i)
    sums[i % sums.size()] += f(i) / static_cast<double>(c.rows);
  return sums;
}

TEST(BatchNorm, StatisticsAgree) {
  for (const BatchNormCase& c : kCases) {
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
          expect_within(r[0], truth.mean, mean_bound, "mean, " + what);
          expect_within(r[1], truth.variance, variance_bound, "variance, " + what);
        });
  }
}

TEST(BatchNorm, VarianceOfEqualValuesIsZero) {
  const std::vector<float> x(300, 1234.567f);
  std::vector<float> mean = unwritten(3), variance = unwritten(3);
  ScratchMemory scratch(kernels::batch_norm_scratch_floats(100, 3));
  kernels::batch_norm_statistics(100, 3, x, mean, variance, scratch.span());
  EXPECT_EQ(mean, std::vector<float>(3, 1234.567f));
  EXPECT_EQ(variance, std::vector<float>(3, 0.0f));
}

TEST(BatchNorm, ScaleShiftAgreesAlsoInPlace) {
  for (const BatchNormCase& c : kCases) {
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
}

struct BackwardTruth {
  reference::BatchNormGradients<double> gradients;
  std::vector<double> dx_bound, dgamma_bound, dbeta_bound;
};

BackwardTruth backward_truth(const BatchNormCase& c, const std::vector<float>& x, const std::vector<float>& dy,
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
  for (size_t i = 0; i < channels; ++i) {
    t.dbeta_bound.push_back(roundings * rows * dy_size[i]);
    t.dgamma_bound.push_back(roundings * rows * product[i]);
  }
  for (size_t i = 0; i < x.size(); ++i) {
    const size_t k = i % channels;
    // dx = p * dy + q * x + s: what x and the mean cancel counts as well.
    const double cancelled = (std::fabs(x[i]) + std::fabs(mean[k])) * inv_std[k] * product[k];
    t.dx_bound.push_back(
        std::fabs(gamma[k]) * inv_std[k] *
        (8 * kRounding * (std::fabs(dy[i]) + cancelled) + roundings * (dy_size[k] + normalised(i) * product[k])));
  }
  return t;
}

TEST(BatchNorm, BackwardAgreesAlsoInPlace) {
  for (const BatchNormCase& c : kCases) {
    if (c.rows < 2) continue;  // a variance of zero leaves nothing to compare
    const std::string what = fmt::format("batch_norm_backward of [{}, {}] around {}", c.rows, c.c, c.offset);
    Draw draw(1002);
    const std::vector<float> x = draw_x(draw, c), dy = draw.values(c.rows * c.c), gamma = draw.values(c.c, 0.5, 2);
    const auto moments = reference::batch_norm_statistics(c.c, x);
    const std::vector<float> inv_std = reference::inverse_deviation(moments.variance, kEpsilon);
    const BackwardTruth truth = backward_truth(c, x, dy, moments.mean, inv_std, gamma);
    const kernels::BatchNormMoments given{moments.mean, inv_std, gamma};
    on_every_target(
        what, 0,
        [&] {
          Results r = {unwritten(c.rows * c.c), unwritten(c.c), unwritten(c.c), dy};
          ScratchMemory scratch(kernels::batch_norm_scratch_floats(c.rows, c.c));
          kernels::batch_norm_backward(c.rows, c.c, x, dy, given, r[0], r[1], r[2], scratch.span());
          kernels::batch_norm_backward(c.rows, c.c, x, r[3], given, r[3], r[1], r[2], scratch.span());
          return r;
        },
        [&](const Results& r) {
          expect_within(r[0], truth.gradients.dx, truth.dx_bound, "dx of " + what);
          expect_within(r[1], truth.gradients.dgamma, truth.dgamma_bound, "dgamma of " + what);
          expect_within(r[2], truth.gradients.dbeta, truth.dbeta_bound, "dbeta of " + what);
          expect_same_bits(r[0], r[3], what + ", in place");
        });
  }
}

TEST(BatchNorm, ColumnSumsAgree) {
  for (const BatchNormCase& c : kCases) {
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
}

}  // namespace
}  // namespace fer::testing
