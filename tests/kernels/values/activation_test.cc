// Activations and softmax, forward and backward, separate and in place.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "fer/network.h"
#include "kernels/reference/elementwise.h"
#include "kernels/values/elementwise.h"
#include "tests/kernels/on_targets.h"

namespace fer::testing {
namespace {

namespace reference = kernels::reference;

const std::vector<int64_t> kActivationCounts = {1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 33, 130, 16384 + 3};

struct Case {
  Activation f;
  float alpha = 0;
};
const std::vector<Case> kCases = {{Activation::kLinear},
                                  {Activation::kRelu},
                                  {Activation::kLeakyRelu},
                                  {Activation::kLeakyRelu, 0.1f},
                                  {Activation::kElu},
                                  {Activation::kElu, 0.5f},
                                  {Activation::kSilu},
                                  {Activation::kTanh},
                                  {Activation::kSigmoid},
                                  {Activation::kRelu6},
                                  {Activation::kHardSigmoid},
                                  {Activation::kHardSwish},
                                  {Activation::kSelu},
                                  {Activation::kGelu},
                                  {Activation::kGeluTanh},
                                  {Activation::kMish},
                                  {Activation::kHardSigmoid, 0.2f}};

// Exp, Expm1 and Tanh are good to about four units in the last place, and a few roundings follow. Slopes come from a
// rounded y near 1, so theirs counts from 1.
constexpr double kRoundings = 16;

std::vector<float> forward(const Case& c, int64_t row, const std::vector<float>& x) {
  std::vector<float> y = unwritten(static_cast<int64_t>(x.size()));
  kernels::activation_forward(c.f, c.alpha, row, x, y);
  return y;
}

std::vector<float> forward_in_place(const Case& c, int64_t row, std::vector<float> x) {
  kernels::activation_forward(c.f, c.alpha, row, x, x);
  return x;
}

std::vector<float> backward(const Case& c, int64_t row, const std::vector<float>& x, const std::vector<float>& y,
                            const std::vector<float>& dy) {
  const bool reads_x = kernels::activation_reads_input(c.f);
  std::vector<float> dx = unwritten(static_cast<int64_t>(y.size()));
  kernels::activation_backward(c.f, c.alpha, row, reads_x ? std::span(x) : std::span<const float>(), y, dy, dx);
  return dx;
}

std::vector<float> backward_in_place(const Case& c, int64_t row, const std::vector<float>& x,
                                     const std::vector<float>& y, std::vector<float> dy) {
  kernels::activation_backward(c.f, c.alpha, row, x, y, dy, dy);
  return dy;
}

void check_activation(const Case& c, int64_t row, const std::vector<float>& x, const std::vector<float>& dy) {
  const std::string what = fmt::format("{} ({}) of {} values", activation_name(c.f), c.alpha, x.size());
  const auto y = reference::activation_forward(c.f, c.alpha, row, as_doubles(x)),
             dx = reference::activation_backward(c.f, c.alpha, row, as_doubles(x), as_doubles(dy));
  on_every_target(
      what, 0,
      [&] {
        const std::vector<float> out = forward(c, row, x);
        return Results{out, forward_in_place(c, row, x), backward(c, row, x, out, dy),
                       backward_in_place(c, row, x, out, dy)};
      },
      [&](const Results& r) {
        // (One that adds 1/2 to a product is as exact as 1/2 is.)
        const double least = c.f == Activation::kHardSigmoid && c.alpha != 0 ? 0.5 : 1e-3;
        expect_rounded(r[0], y, kRoundings, least, "y of " + what);
        expect_same_bits(r[0], r[1], what + ", in place");
        expect_rounded(r[2], dx, kRoundings, 1, "dx of " + what);
        expect_same_bits(r[2], r[3], what + ", backward in place");
      });
}

TEST(Activation, AgreesForEveryCount) {
  for (const Case& c : kCases) {
    for (const int64_t count : kActivationCounts) {
      Draw draw(700);
      const std::vector<float> x = draw.values(count, -7, 7);
      check_activation(c, 1, x, draw.values(count));
    }
  }
}

TEST(Activation, SoftmaxAgreesForEveryRowLength) {
  for (const int64_t row : {1, 2, 3, 7, 8, 16, 17, 130}) {
    Draw draw(701);
    const std::vector<float> x = draw.values(37 * row, -4, 4);
    check_activation({Activation::kSoftmax}, row, x, draw.values(37 * row));
  }
}

TEST(Activation, StaysFiniteForLargeValues) {
  const std::vector<float> x = {-3e38f, -1000, -100, -88, -20, 0, 20, 88, 100, 1000, 3e38f, -0.0f, 1e-30f, -1e-30f};
  const std::vector<float> dy(x.size(), 1.0f);
  for (const Case& c : kCases) check_activation(c, 1, x, dy);
  const Case softmax{Activation::kSoftmax};
  const std::vector<float> y = forward(softmax, 7, x);
  expect_rounded(y, reference::softmax(7, as_doubles(x)), kRoundings, 1e-3, "softmax of large values");
  // With nearly all in one class there is next to no slope.
  for (const float dx : backward(softmax, 7, x, y, dy)) EXPECT_NEAR(dx, 0, 1e-6);
}

// Worked out from the definitions in double, apart from the reference.
TEST(Activation, GivesTheNumbersOfItsDefinition) {
  const std::vector<float> x = {-6, -3, -1, -0.5f, 0.5f, 1, 3};
  const auto expect = [&](const Case& c, const std::vector<double>& y) {
    on_every_target(
        activation_name(c.f), 0, [&] { return Results{forward(c, 1, x)}; },
        [&](const Results& r) { expect_rounded(r[0], y, 4, 1e-2, activation_name(c.f)); });
  };
  expect({Activation::kSelu}, {-1.7537414482794556, -1.6705687287671118, -1.1113307378125625, -0.6917581878028713,
                               0.5253504936777402, 1.0507009873554805, 3.1521029620664414});
  expect({Activation::kGelu}, {-5.919525870226207e-09, -0.004049694094890287, -0.15865525393145707,
                               -0.15426876936299344, 0.34573123063700656, 0.8413447460685429, 2.99595030590511});
  expect({Activation::kGeluTanh}, {-8.43964897967453e-11, -0.0036373920817729943, -0.15880800939172324,
                                   -0.15428599017485606, 0.34571400982514394, 0.8411919906082768, 2.996362607918227});
  expect({Activation::kMish}, {-0.014854080479424995, -0.1456474612756246, -0.30340146137410895, -0.22074377465173,
                               0.3752452113048951, 0.8650983882673103, 2.9865350049679575});
  expect({Activation::kHardSigmoid, 0.2f}, {0, 0, 0.3, 0.4, 0.6, 0.7, 1});
}

// (Relative to the result: far below 0 the exponent's own rounding shows.)
TEST(Activation, GatesAreAsGoodAsTheirHeaderSays) {
  std::vector<float> x;
  for (float v = -14; v < 14; v += 0.00317f) x.push_back(v);
  for (const Activation f : {Activation::kGelu, Activation::kGeluTanh, Activation::kMish}) {
    const auto y = reference::activation_forward(f, 0, 1, as_doubles(x));
    on_every_target(
        activation_name(f), 0, [&] { return Results{forward({f}, 1, x)}; },
        [&](const Results& r) {
          double near = 0, off = 0;
          for (size_t i = 0; i < x.size(); ++i) {
            const double error = std::fabs(r[0][i] - y[i]);
            off = std::max(off, error / std::max(1.0, std::fabs(y[i])));
            if (x[i] > -1) near = std::max(near, error / std::max(std::fabs(y[i]), 1e-30));
          }
          EXPECT_LE(near, 5e-7) << activation_name(f);
          EXPECT_LE(off, 2e-7) << activation_name(f);
        });
  }
}

TEST(Activation, GatesAreZeroAtMinusInfinity) {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const Activation f : {Activation::kGelu, Activation::kGeluTanh, Activation::kMish}) {
    on_every_target(
        activation_name(f), 0,
        [&] {
          return Results{forward({f}, 1, {-infinity, infinity})};
        },
        [&](const Results& r) {
          EXPECT_EQ(r[0], (std::vector<float>{0, infinity}));
        });
  }
}

TEST(Activation, ReluHasNoSlopeAtZero) {
  const std::vector<float> zero = {0}, dy = {1};
  EXPECT_EQ(backward({Activation::kRelu}, 1, zero, zero, dy), zero);
}

}  // namespace
}  // namespace fer::testing
