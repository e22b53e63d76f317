// A batch norm with the relus and the max pool around it, held to its parts one after the other.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/kernels/norm/batch_norm_cases.h"

namespace fer::testing {

// A batch norm with a relu before it, a relu after it, or a max pool after that.
struct JoinedCase {
  kernels::PoolShape pool;  // kh = 0: none
  bool relu_before, relu_after;
};

// What a joined batch norm's kernels are held to: its parts one after the other, in double.
struct JoinedTruth {
  BatchNormCase c{};
  std::vector<float> x, dy, gamma, mean, inv_std, scale, shift;
  std::vector<float> normed;    // after the relu, in float
  std::vector<uint8_t> winner;  // as the pool finds it in `normed` before the relu
  BackwardTruth backward;       // by the norm's input, with the relu before it gone through
  std::vector<double> dbias, dbias_bound;
};

// The shift of a channel, with a beta so near to the one given that no output lies where rounding decides its sign.
inline float shift_off_zero(const JoinedTruth& t, size_t channel, float beta) {
  const auto lands_on_zero = [&](float shift) {
    for (size_t i = channel; i < t.x.size(); i += t.mean.size())
      if (std::fabs(t.x[i] * t.scale[channel] + shift) < 1e-5) return true;
    return false;
  };
  float shift = beta - t.mean[channel] * t.scale[channel];
  while (lands_on_zero(shift)) shift += 3e-5f;
  return shift;
}

inline JoinedTruth joined_truth(const JoinedCase& joined) {
  const kernels::PoolShape& pool = joined.pool;
  JoinedTruth t;
  t.c = {pool.n * pool.h * pool.w, pool.c, 0};
  Draw draw(1004);
  // Values are equal or far apart, so that rounding never decides which is the largest.
  t.x = draw_x(draw, t.c);
  for (float& x : t.x) x = std::round(x * 1024) / 1024;
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
    t.shift.push_back(shift_off_zero(t, k, beta[k]));
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

inline void check_joined_backward(const JoinedCase& joined) {
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
        expect_within(r[0], t.backward.gradients.dx, t.backward.dx_bound, "dx of " + what, t.backward.dx_size);
        expect_within(r[1], t.backward.gradients.dgamma, t.backward.dgamma_bound, "dgamma of " + what,
                      t.backward.dgamma_size);
        expect_within(r[2], t.backward.gradients.dbeta, t.backward.dbeta_bound, "dbeta of " + what,
                      t.backward.dbeta_size);
        // (Without a relu before, nothing is left of the sum but rounding.)
        for (size_t k = 0; k < t.dbias.size(); ++k) {
          EXPECT_LE(std::fabs(r[3][k] - t.dbias[k]), t.dbias_bound[k]) << "dbias of " << what << " at " << k;
        }
      });
}

inline void check_pool_of_norm(const JoinedCase& joined) {
  if (joined.pool.kh == 0) return;
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

}  // namespace fer::testing
