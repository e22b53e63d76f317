// Products by a gate, concatenation, the global maximum.
#include "kernels/values/combine.h"

#include <gtest/gtest.h>

#include "kernels/reference/combine.h"
#include "kernels/reference/pool.h"
#include "tests/kernels/on_targets.h"

namespace fer::testing {
namespace {

namespace reference = kernels::reference;

void check_gate(const kernels::GateShape& s) {
  const std::string what = fmt::format("gate of [{}, {}, {}]", s.n, s.pixels, s.c);
  Draw draw(1400);
  const int64_t floats = s.n * s.pixels * s.c;
  const std::vector<float> x = draw.values(floats), gate = draw.values(s.n * s.c), dy = draw.values(floats);
  const auto y = reference::gate_channels(s.pixels, s.c, as_doubles(x), as_doubles(gate)),
             dx = reference::gate_channels(s.pixels, s.c, as_doubles(dy), as_doubles(gate)),
             dgate = reference::gate_gradient(s.pixels, s.c, as_doubles(dy), as_doubles(x)),
             dgate_size = reference::gate_gradient(s.pixels, s.c, magnitudes_of(dy), magnitudes_of(x));
  on_every_target(
      what, 0,
      [&] {
        Results r = {unwritten(floats), dy, unwritten(s.n * s.c)};
        kernels::gate_channels(s, x, gate, r[0]);
        kernels::gate_channels_backward(s, r[1], x, gate, r[1], r[2]);  // dx over dy
        return r;
      },
      [&](const Results& r) {
        expect_rounded(r[0], y, 1, 0, "y of " + what);
        expect_rounded(r[1], dx, 1, 0, "dx of " + what);
        expect_sums(r[2], dgate, dgate_size, static_cast<double>(s.pixels), "dgate of " + what);
      });
}

TEST(Combine, GatesAgree) {
  for (const int64_t c : {1, 3, 16, 33, 70})
    for (const int64_t pixels : {1, 2, 25, 144}) check_gate({.n = 3, .pixels = pixels, .c = c});
  check_gate({.n = 2, .pixels = 700, .c = 40});
}

TEST(Combine, GradientsNobodyWantsAreLeftOut) {
  const kernels::GateShape s{.n = 1, .pixels = 2, .c = 1};
  const std::vector<float> dy = {1, 2}, x = {3, 4}, gate = {5};
  std::vector<float> dx = unwritten(2), dgate = unwritten(1);
  kernels::gate_channels_backward(s, dy, x, gate, dx, {});
  EXPECT_EQ(dx, (std::vector<float>{5, 10}));
  kernels::gate_channels_backward(s, dy, x, gate, {}, dgate);
  EXPECT_EQ(dgate, (std::vector<float>{11}));
}

TEST(Combine, PartsLieSideBySide) {
  const std::vector<int64_t> channels = {3, 1, 17, 70};
  constexpr int64_t kPixels = 500;
  Draw draw(1401);
  std::vector<std::vector<float>> parts;
  for (const int64_t c : channels) parts.push_back(draw.values(kPixels * c));
  const std::vector<float> all = reference::concat(parts, channels);
  on_every_target(
      "concat", 0,
      [&] {
        Results r = {unwritten(static_cast<int64_t>(all.size()))};
        int64_t first = 0;
        for (size_t k = 0; k < parts.size(); ++k) {
          const kernels::PartShape s{.pixels = kPixels, .all = 91, .first = first, .part = channels[k]};
          kernels::copy_into_channels(s, parts[k], r[0]);
          r.push_back(unwritten(kPixels * channels[k]));
          kernels::copy_from_channels(s, all, r.back());
          first += channels[k];
        }
        return r;
      },
      [&](const Results& r) {
        expect_same_bits(r[0], all, "concat");
        for (size_t k = 0; k < parts.size(); ++k) expect_same_bits(r[k + 1], parts[k], "split");
      });
}

TEST(Combine, TheFirstLargestPixelWins) {
  const kernels::GateShape s{.n = 2, .pixels = 12, .c = 7};
  const kernels::PoolShape pool{.n = 2, .h = 3, .w = 4, .c = 7, .kh = 3, .kw = 4, .oh = 1, .ow = 1};
  Draw draw(1402);
  std::vector<float> x = draw.values(2 * 12 * 7);
  for (size_t i = 0; i < 7; ++i) x[5 * 7 + i] = x[9 * 7 + i] = 2;  // twice in the first picture
  x[12 * 7 + 3 * 7] = kNan;
  const std::vector<float> dy = draw.values(14);
  const auto pooled = reference::max_pool_forward(pool, x);
  std::vector<float> y = unwritten(14), dx = unwritten(2 * 12 * 7);
  std::vector<int32_t> winner(14, -1);
  kernels::global_max_forward(s, x, y, winner);
  kernels::global_max_backward(s, dy, winner, dx);
  EXPECT_EQ(std::vector<int64_t>(winner.begin(), winner.end()), pooled.winner);
  expect_same_bits(y, pooled.y, "global max");
  expect_same_bits(dx, reference::max_pool_backward(pool, dy, pooled.winner), "its gradient");
}

}  // namespace
}  // namespace fer::testing
