// One pool, forward and backward, held to the reference.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kernels/reference/pool.h"
#include "kernels/window/pool.h"
#include "tests/kernels/on_targets.h"
#include "tests/kernels/shapes.h"

namespace fer::testing {

namespace reference = kernels::reference;
using kernels::PoolShape;

// How many windows a cell can lie in.
inline double overlap(const PoolShape& s) {
  return static_cast<double>(((s.kh + s.sh - 1) / s.sh) * ((s.kw + s.sw - 1) / s.sw));
}

inline void check_max_pool(const PoolShape& s, const std::vector<float>& x, const std::vector<float>& dy) {
  const std::string what = "max pool, " + to_string(s);
  const auto truth = reference::max_pool_forward(s, as_doubles(x));
  const auto dx = reference::max_pool_backward(s, as_doubles(dy), truth.winner),
             size = reference::max_pool_backward(s, magnitudes_of(dy), truth.winner);
  std::vector<uint8_t> winner;
  on_every_target(
      what, s.y_floats() * s.kh * s.kw,
      [&] {
        Results r = {unwritten(s.y_floats()), unwritten(s.y_floats()), unwritten(s.x_floats())};
        winner.assign(static_cast<size_t>(s.y_floats()), 255);
        kernels::max_pool_forward(s, x, r[0], {});
        kernels::max_pool_forward(s, x, r[1], winner);
        kernels::max_pool_backward(s, dy, winner, r[2]);
        return r;
      },
      [&](const Results& r) {
        expect_same_bits(r[0], as_floats(truth.y), what);
        expect_same_bits(r[1], as_floats(truth.y), what + ", noting winners");
        for (size_t i = 0; i < winner.size(); ++i)
          ASSERT_EQ(winner[i], truth.winner[i]) << what << ": winner of " << i << "; " << seed_note();
        expect_sums(r[2], dx, size, overlap(s), "dx of " + what);
      });
}

inline void check_average_pool(const PoolShape& s, const std::vector<float>& x, const std::vector<float>& dy) {
  const std::string what = "average pool, " + to_string(s);
  const auto y = reference::average_pool_forward(s, as_doubles(x)),
             y_size = reference::average_pool_forward(s, magnitudes_of(x));
  const auto dx = reference::average_pool_backward(s, as_doubles(dy)),
             dx_size = reference::average_pool_backward(s, magnitudes_of(dy));
  on_every_target(
      what, s.y_floats() * s.kh * s.kw,
      [&] {
        Results r = {unwritten(s.y_floats()), unwritten(s.x_floats())};
        kernels::average_pool_forward(s, x, r[0]);
        kernels::average_pool_backward(s, dy, r[1]);
        return r;
      },
      [&](const Results& r) {
        expect_sums(r[0], y, y_size, static_cast<double>(s.kh * s.kw), "y of " + what);
        expect_sums(r[1], dx, dx_size, overlap(s), "dx of " + what);
      });
}

inline void check_pools(const ConvCase& c, uint32_t stream = 400) {
  const PoolShape s = pool_shape(c);
  if (s.oh < 1 || s.ow < 1) return;
  Draw draw(stream);
  const std::vector<float> x = draw.values(s.x_floats()), dy = draw.values(s.y_floats());
  check_max_pool(s, x, dy);
  check_average_pool(s, x, dy);
}

}  // namespace fer::testing
