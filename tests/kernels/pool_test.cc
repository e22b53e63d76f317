#include "kernels/pool.h"

#include <gtest/gtest.h>

#include "kernels/reference/pool.h"
#include "tests/kernels/on_targets.h"
#include "tests/kernels/shapes.h"

namespace fer::testing {
namespace {

namespace reference = kernels::reference;
using kernels::PoolShape;

// How many windows a cell can lie in.
double overlap(const PoolShape& s) {
  return static_cast<double>(((s.kh + s.sh - 1) / s.sh) * ((s.kw + s.sw - 1) / s.sw));
}

void check_max_pool(const PoolShape& s, const std::vector<float>& x, const std::vector<float>& dy) {
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

void check_average_pool(const PoolShape& s, const std::vector<float>& x, const std::vector<float>& dy) {
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

void check_pools(const ConvCase& c, uint32_t stream = 400) {
  const PoolShape s = pool_shape(c);
  if (s.oh < 1 || s.ow < 1) return;
  Draw draw(stream);
  const std::vector<float> x = draw.values(s.x_floats()), dy = draw.values(s.y_floats());
  check_max_pool(s, x, dy);
  check_average_pool(s, x, dy);
}

TEST(Pool, AgreesForEveryWindowStrideAndPadding) {
  for (const Pair& pool : {Pair{1, 1}, Pair{2, 2}, Pair{3, 3}, Pair{2, 5}, Pair{7, 4}})
    for (int64_t stride = 1; stride <= 3; ++stride)
      for (const Padding& padding : {Padding::valid(), Padding::same()})
        check_pools(
            {.n = 2, .h = 9, .w = 8, .ci = 5, .kernel = pool, .strides = {stride, 4 - stride}, .padding = padding});
}

TEST(Pool, AgreesForPaddingOnEachSide) {
  for (int64_t stride = 1; stride <= 3; ++stride)
    check_pools({.n = 2,
                 .h = 7,
                 .w = 6,
                 .ci = 3,
                 .kernel = {3, 4},
                 .strides = {stride, 2},
                 .padding = Padding::on_each_side(2)});
}

TEST(Pool, AgreesForEveryNumberOfChannels) {
  for (const int64_t c : {1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 31, 32, 33, 64, 70, 130})
    check_pools({.n = 1, .h = 5, .w = 7, .ci = c, .kernel = {3, 2}, .strides = {2, 2}, .padding = Padding::same()});
}

TEST(Pool, AgreesForTheWholeImageAsOneWindow) {
  for (const int64_t side : {1, 3, 11}) check_pools({.n = 5, .h = side, .w = side, .ci = 17, .kernel = {side, side}});
}

TEST(Pool, AgreesOnRandomShapes) {
  Draw draw(401);
  for (int i = 0; i < 20; ++i) {
    const Pair pool = {draw.integer(1, 7), draw.integer(1, 7)};
    const int64_t cells = draw.integer(0, std::min(pool[0], pool[1]) - 1);
    check_pools({.n = draw.integer(1, 4),
                 .h = draw.integer(1, 14),
                 .w = draw.integer(1, 14),
                 .ci = draw.integer(1, 40),
                 .kernel = pool,
                 .strides = {draw.integer(1, 3), draw.integer(1, 3)},
                 .padding = draw.integer(0, 1) == 0 ? Padding::same() : Padding::on_each_side(cells)},
                402 + static_cast<uint32_t>(i));
    if (HasFatalFailure()) return;
  }
}

TEST(Pool, GivesTheGradientOfTiesToTheFirstCell) {
  const PoolShape s = pool_shape({.n = 1, .h = 2, .w = 4, .ci = 1, .kernel = {2, 2}, .strides = {2, 2}});
  check_max_pool(s, {5, 5, 1, 7, 5, 5, 7, 7}, {1, 2});
}

TEST(Pool, LetsNegativeValuesWinOverPadding) {
  const PoolShape s = pool_shape({.n = 1, .h = 3, .w = 3, .ci = 1, .kernel = {3, 3}, .padding = Padding::same()});
  check_max_pool(s, {-1, -2, -3, -4, -5, -6, -7, -8, -9}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST(Pool, LetsNanWin) {
  const PoolShape s = pool_shape({.n = 1, .h = 2, .w = 2, .ci = 1, .kernel = {2, 2}});
  const Settings restore;
  for (const std::string& target : kernels::available_targets()) {
    kernels::set_target(target);
    for (size_t place = 0; place < 4; ++place) {
      std::vector<float> x = {1, 2, 3, 4}, y = {0};
      x[place] = kNan;
      kernels::max_pool_forward(s, x, y, {});
      EXPECT_TRUE(std::isnan(y[0])) << target << ", NaN at " << place;
    }
  }
}

TEST(Pool, KeepsMinusInfinityWhereAllCellsAre) {
  const PoolShape s = pool_shape({.n = 1, .h = 2, .w = 2, .ci = 1, .kernel = {2, 2}});
  const float low = -std::numeric_limits<float>::infinity();
  check_max_pool(s, {low, low, low, low}, {3});
}

}  // namespace
}  // namespace fer::testing
