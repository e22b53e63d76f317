// Winograd's transforms by themselves. conv_test.cc sees that together they make a convolution; here, that each is what
// its name says: exact on whole numbers where that can be seen, and the transpose of its counterpart.
#include "kernels/conv/winograd/transforms.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/kernels/on_targets.h"

namespace fer::testing {
namespace {

using kernels::WinogradArray;
using kernels::WinogradTiling;

struct Tile {
  int m, r;
};
const std::vector<Tile> kTiles = {{2, 3}, {3, 3}, {4, 3}, {5, 3}, {6, 3}, {4, 5}};

double dot(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

// One image of one tile and one channel: y of products m, and v of a gradient dy. Rows of the transformed domain hold
// 16 floats.
constexpr int64_t kRow = 16;

std::vector<float> output_of(const WinogradTiling& t, const std::vector<float>& m) {
  std::vector<float> products(static_cast<size_t>(t.points() * kRow), 0.0f);
  for (int64_t p = 0; p < t.points(); ++p) products[static_cast<size_t>(p * kRow)] = m[static_cast<size_t>(p)];
  std::vector<float> y = unwritten(t.m * t.m);
  kernels::winograd_output(t, {products.data(), kRow, kRow}, 0, 1, 0, 1, {}, y.data(), 1);
  return y;
}

std::vector<float> gradient_of(const WinogradTiling& t, const std::vector<float>& dy) {
  std::vector<float> v = unwritten(t.points() * kRow), out;
  kernels::winograd_gradient(t, {dy.data(), t.m, t.m, 1}, 0, 1, {v.data(), kRow, kRow});
  for (int64_t p = 0; p < t.points(); ++p) out.push_back(v[static_cast<size_t>(p * kRow)]);
  return out;
}

std::vector<float> filter_of(const WinogradTiling& t, const std::vector<float>& w) {
  std::vector<float> packed(static_cast<size_t>(t.points() * 64), 0.0f), out;
  kernels::winograd_filters(t.m, t.r, kernels::WinogradValues::kFloats, 1, 1, w.data(), 0, 1, 0, 1, packed.data(), 64);
  for (int64_t p = 0; p < t.points(); ++p) out.push_back(packed[static_cast<size_t>(p * 64)]);
  return out;
}

std::vector<float> weights_of(const WinogradTiling& t, const std::vector<float>& du) {
  std::vector<float> dw = unwritten(t.r * t.r);
  kernels::winograd_weights(t.m, t.r, 1, 1, {const_cast<float*>(du.data()), 1, 1}, 0, 1, dw.data());
  return dw;
}

template <class Check>
void for_every_tile(const Check& check) {
  const Settings restore;
  for (const std::string& target : kernels::available_targets()) {
    kernels::set_target(target);
    for (const Tile& tile : kTiles) {
      SCOPED_TRACE(fmt::format("F({},{}) on {}", tile.m, tile.r, target));
      check(WinogradTiling(tile.m, tile.r, 1, tile.m, tile.m));
    }
  }
}

// <A' m A, dy> = <m, A dy A'>
TEST(WinogradTransforms, GradientIsTheTransposeOfOutput) {
  for_every_tile([](const WinogradTiling& t) {
    Draw draw(330);
    const std::vector<float> m = draw.values(t.points()), dy = draw.values(t.m * t.m);
    const double left = dot(output_of(t, m), dy), right = dot(m, gradient_of(t, dy));
    EXPECT_NEAR(left, right, 1e-4 * (1 + std::abs(left))) << seed_note();
  });
}

// <G g G', du> = <g, G' du G>
TEST(WinogradTransforms, WeightsAreTheTransposeOfFilter) {
  for_every_tile([](const WinogradTiling& t) {
    Draw draw(331);
    const std::vector<float> g = draw.values(t.r * t.r), du = draw.values(t.points());
    const double left = dot(filter_of(t, g), du), right = dot(g, weights_of(t, du));
    EXPECT_NEAR(left, right, 1e-4 * (1 + std::abs(left))) << seed_note();
  });
}

// A kernel of one tap moves the patch: A' [(G g G') * (B' d B)] A is a part of d, for every tap.
TEST(WinogradTransforms, AKernelOfOneTapMovesThePatch) {
  for_every_tile([](const WinogradTiling& t) {
    Draw draw(332);
    const int64_t alpha = t.alpha();
    const std::vector<float> d = draw.values(alpha * alpha);
    std::vector<float> v = unwritten(t.points() * kRow);
    const WinogradTiling patch(t.m, t.r, 1, t.m, t.m);
    kernels::winograd_input(patch, {d.data(), alpha, alpha, 1}, 0, 0, 0, 1, {v.data(), kRow, kRow});
    for (int64_t tap = 0; tap < t.r * t.r; ++tap) {
      std::vector<float> w(static_cast<size_t>(t.r * t.r), 0.0f);
      w[static_cast<size_t>(tap)] = 1;
      std::vector<float> m = filter_of(t, w);
      for (int64_t p = 0; p < t.points(); ++p) m[static_cast<size_t>(p)] *= v[static_cast<size_t>(p * kRow)];
      const std::vector<float> y = output_of(t, m);
      for (int64_t i = 0; i < t.m * t.m; ++i) {
        const int64_t row = i / t.m + tap / t.r, column = i % t.m + tap % t.r;
        EXPECT_NEAR(y[static_cast<size_t>(i)], d[static_cast<size_t>(row * alpha + column)], 2e-4)
            << "tap " << tap << ", cell " << i;
      }
    }
  });
}

TEST(WinogradTransforms, TilingCoversTheImages) {
  const WinogradTiling t(6, 3, 5, 46, 23);
  EXPECT_EQ(t.tiles_down, 8);
  EXPECT_EQ(t.tiles_across, 4);
  EXPECT_EQ(t.tiles, 5 * 8 * 4);
  EXPECT_EQ(t.points(), 64);
}

}  // namespace
}  // namespace fer::testing
