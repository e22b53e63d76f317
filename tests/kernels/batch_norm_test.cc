#include "kernels/batch_norm.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kernels/pool.h"
#include "kernels/reference/batch_norm.h"
#include "kernels/reference/conv.h"
#include "kernels/reference/pool.h"
#include "tests/kernels/on_targets.h"
#include "tests/kernels/shapes.h"

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
          expect_within(r[0], truth.gradients.dx, truth.dx_bound, "dx of " + what);
          expect_within(r[1], truth.gradients.dgamma, truth.dgamma_bound, "dgamma of " + what);
          expect_within(r[2], truth.gradients.dbeta, truth.dbeta_bound, "dbeta of " + what);
          expect_same_bits(r[0], r[3], what + ", in place");
        });
  }
}

// A batch norm with a relu before it, a relu after it, or a max pool after that.
struct JoinedCase {
  kernels::PoolShape pool;  // kh = 0: none
  bool relu_before, relu_after;
};

std::vector<JoinedCase> joined_cases() {
  std::vector<JoinedCase> cases;
  for (const bool before : {false, true})
    for (const bool after : {false, true}) {
      cases.push_back({{.n = 30, .h = 3, .w = 4, .c = 37}, before, after});
      for (const Padding& padding : {Padding::valid(), Padding::same()})
        for (const Pair& window : {Pair{2, 2}, Pair{3, 3}, Pair{1, 2}, Pair{5, 3}}) {
          const ConvCase c{.n = 3,
                           .h = 7,
                           .w = 8,
                           .ci = window[0] == 2 ? 70 : 5,
                           .kernel = window,
                           .strides = window,
                           .padding = padding};
          cases.push_back({pool_shape(c), before, after});
        }
    }
  return cases;
}

// What a joined batch norm's kernels are held to: its parts one after the other, in double.
struct JoinedTruth {
  BatchNormCase c{};
  std::vector<float> x, dy, gamma, mean, inv_std, scale, shift;
  std::vector<float> normed;    // after the relu, in float
  std::vector<uint8_t> winner;  // as the pool finds it in `normed` before the relu
  BackwardTruth backward;       // by the norm's input, with the relu before it gone through
  std::vector<double> dbias, dbias_bound;
};

JoinedTruth joined_truth(const JoinedCase& joined) {
  const kernels::PoolShape& pool = joined.pool;
  JoinedTruth t;
  t.c = {pool.n * pool.h * pool.w, pool.c, 0};
  Draw draw(1004);
  t.x = draw_x(draw, t.c);
  t.gamma = draw.values(t.c.c, 0.5, 2);
  const std::vector<float> beta = draw.values(t.c.c);
  if (joined.relu_before)
    for (float& x : t.x) x = std::max(x, 0.0f);
  const auto moments = reference::batch_norm_statistics(t.c.c, t.x);
  t.mean = moments.mean;
  t.inv_std = reference::inverse_deviation(moments.variance, kEpsilon);
  for (size_t k = 0; k < t.gamma.size(); ++k) {
    // Signs of every kind: a negative scale turns the order round.
    if (k % 3 == 1) t.gamma[k] = -t.gamma[k];
    t.scale.push_back(t.gamma[k] * t.inv_std[k]);
    t.shift.push_back(beta[k] - t.mean[k] * t.scale[k]);
  }
  const size_t channels = t.gamma.size();
  std::vector<float> open = t.x;  // before the relu after the norm
  for (size_t i = 0; i < open.size(); ++i) open[i] = std::fma(t.x[i], t.scale[i % channels], t.shift[i % channels]);
  t.normed = open;
  if (joined.relu_after)
    for (float& v : t.normed) v = std::max(v, 0.0f);

  std::vector<float> every_dy = draw.values(t.c.rows * t.c.c);
  t.dy = every_dy;
  if (pool.kh > 0) {
    const auto pooled = reference::max_pool_forward(pool, as_doubles(open));
    t.winner.assign(pooled.winner.begin(), pooled.winner.end());
    t.dy = draw.values(pool.y_floats());
    every_dy = as_floats(reference::max_pool_backward(pool, as_doubles(t.dy), pooled.winner));
  }
  for (size_t i = 0; i < open.size(); ++i)
    if (joined.relu_after && open[i] <= 0) every_dy[i] = 0;
  t.backward = backward_truth(t.c, t.x, every_dy, t.mean, t.inv_std, t.gamma);
  for (size_t i = 0; i < t.x.size(); ++i)
    if (joined.relu_before && t.x[i] <= 0) t.backward.gradients.dx[i] = t.backward.dx_bound[i] = 0;
  t.dbias = reference::column_sums(t.c.c, t.backward.gradients.dx);
  t.dbias_bound = reference::column_sums(t.c.c, t.backward.dx_bound);
  const auto sizes = reference::column_sums(t.c.c, magnitudes_of(as_floats(t.backward.gradients.dx)));
  for (size_t k = 0; k < channels; ++k) t.dbias_bound[k] += kRounding * static_cast<double>(t.c.rows) * sizes[k];
  return t;
}

TEST(BatchNorm, JoinedBackwardAgrees) {
  for (const JoinedCase& joined : joined_cases()) {
    const JoinedTruth t = joined_truth(joined);
    const std::string what = fmt::format("joined batch norm, relu before {}, after {}, {}", joined.relu_before,
                                         joined.relu_after, to_string(joined.pool));
    const kernels::BatchNormGradient gradient{.rows = t.c.rows,
                                              .c = t.c.c,
                                              .x = t.x,
                                              .dy = t.dy,
                                              .moments = {t.mean, t.inv_std, t.gamma},
                                              .scale = t.scale,
                                              .shift = t.shift,
                                              .relu_before = joined.relu_before,
                                              .relu_after = joined.relu_after,
                                              .pool = joined.pool.kh > 0 ? &joined.pool : nullptr,
                                              .winner = t.winner};
    on_every_target(
        what, 0,
        [&] {
          Results r = {unwritten(t.c.rows * t.c.c), unwritten(t.c.c), unwritten(t.c.c), unwritten(t.c.c)};
          ScratchMemory scratch(kernels::batch_norm_backward_scratch_floats(gradient));
          kernels::batch_norm_backward(gradient, {r[0], r[1], r[2], r[3]}, scratch.span());
          return r;
        },
        [&](const Results& r) {
          expect_within(r[0], t.backward.gradients.dx, t.backward.dx_bound, "dx of " + what);
          expect_within(r[1], t.backward.gradients.dgamma, t.backward.dgamma_bound, "dgamma of " + what);
          expect_within(r[2], t.backward.gradients.dbeta, t.backward.dbeta_bound, "dbeta of " + what);
          // (Without a relu before, nothing is left of the sum but rounding.)
          for (size_t k = 0; k < t.dbias.size(); ++k) {
            EXPECT_LE(std::fabs(r[3][k] - t.dbias[k]), t.dbias_bound[k]) << "dbias of " << what << " at " << k;
          }
        });
  }
}

TEST(BatchNorm, PoolOfItIsThePoolOfItsOutput) {
  for (const JoinedCase& joined : joined_cases()) {
    if (joined.pool.kh == 0) continue;
    const JoinedTruth t = joined_truth(joined);
    const kernels::PoolShape& pool = joined.pool;
    const std::string what = "pool of a batch norm, " + to_string(pool);
    std::vector<uint8_t> winner;
    on_every_target(
        what, 0,
        [&] {
          Results r = {unwritten(pool.y_floats()), unwritten(pool.x_floats()), unwritten(pool.y_floats())};
          winner.assign(static_cast<size_t>(pool.y_floats()), 255);
          kernels::max_pool_forward(pool, t.x, r[0], winner, {t.scale, t.shift, joined.relu_after});
          kernels::scale_shift(t.c.rows, t.c.c, t.x, t.scale, t.shift, joined.relu_after, r[1]);
          kernels::max_pool_forward(pool, r[1], r[2], {});
          return r;
        },
        [&](const Results& r) {
          expect_same_bits(r[0], r[2], what);
          EXPECT_EQ(winner, t.winner) << what;
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
