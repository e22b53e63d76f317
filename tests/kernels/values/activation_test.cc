// Activations and softmax, forward and backward, separate and in place.
#include <gtest/gtest.h>

#include "fer/network.h"
#include "kernels/reference/elementwise.h"
#include "kernels/values/elementwise.h"
#include "tests/kernels/on_targets.h"

namespace fer::testing {
namespace {

namespace reference = kernels::reference;

const std::vector<int64_t> kCounts = {1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 33, 130, 16384 + 3};

struct Case {
  Activation f;
  float alpha = 0;
};
const std::vector<Case> kCases = {
    {Activation::kLinear},  {Activation::kRelu},      {Activation::kLeakyRelu},   {Activation::kLeakyRelu, 0.1f},
    {Activation::kElu},     {Activation::kElu, 0.5f}, {Activation::kSilu},        {Activation::kTanh},
    {Activation::kSigmoid}, {Activation::kRelu6},     {Activation::kHardSigmoid}, {Activation::kHardSwish}};

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
        expect_rounded(r[0], y, kRoundings, 1e-3, "y of " + what);
        expect_same_bits(r[0], r[1], what + ", in place");
        expect_rounded(r[2], dx, kRoundings, 1, "dx of " + what);
        expect_same_bits(r[2], r[3], what + ", backward in place");
      });
}

TEST(Activation, AgreesForEveryCount) {
  for (const Case& c : kCases) {
    for (const int64_t count : kCounts) {
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

TEST(Activation, ReluHasNoSlopeAtZero) {
  const std::vector<float> zero = {0}, dy = {1};
  EXPECT_EQ(backward({Activation::kRelu}, 1, zero, zero, dy), zero);
}

}  // namespace
}  // namespace fer::testing
