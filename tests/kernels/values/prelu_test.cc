#include "kernels/values/prelu.h"

#include <gtest/gtest.h>

#include "kernels/reference/elementwise.h"
#include "tests/kernels/on_targets.h"

namespace fer::testing {
namespace {

namespace reference = kernels::reference;

void check_prelu(int64_t rows, int64_t c) {
  const std::string what = fmt::format("prelu of [{}, {}]", rows, c);
  Draw draw(1500);
  std::vector<float> x = draw.values(rows * c);
  const std::vector<float> alpha = draw.values(c), dy = draw.values(rows * c);
  x[0] = 0;
  const auto y = reference::prelu_forward(as_doubles(x), as_doubles(alpha));
  const auto gradients = reference::prelu_backward(as_doubles(x), as_doubles(alpha), as_doubles(dy));
  std::vector<double> sizes(static_cast<size_t>(c));
  for (size_t i = 0; i < x.size(); ++i) sizes[i % sizes.size()] += std::abs(double{x[i]} * dy[i]);
  std::vector<float> scratch(static_cast<size_t>(kernels::prelu_backward_scratch_floats(rows, c)));
  on_every_target(
      what, 0,
      [&] {
        Results r = {x, dy, unwritten(c)};
        kernels::prelu_forward(rows, c, r[0], alpha, r[0]);                     // y over x
        kernels::prelu_backward(rows, c, r[1], x, alpha, r[1], r[2], scratch);  // dx over dy
        return r;
      },
      [&](const Results& r) {
        expect_rounded(r[0], y, 1, 0, "y of " + what);
        expect_rounded(r[1], gradients.dx, 1, 0, "dx of " + what);
        expect_sums(r[2], gradients.dalpha, sizes, static_cast<double>(rows), "dalpha of " + what);
      });
}

TEST(PRelu, AgreesWithTheReference) {
  for (const int64_t c : {1, 3, 16, 70})
    for (const int64_t rows : {1, 16, 17, 3000}) check_prelu(rows, c);
  check_prelu(5, 20000);
}

TEST(PRelu, GradientsNobodyWantsAreLeftOut) {
  const std::vector<float> dy = {1, 2}, x = {3, -4}, alpha = {5};
  std::vector<float> dx = unwritten(2), dalpha = unwritten(1);
  std::vector<float> scratch(static_cast<size_t>(kernels::prelu_backward_scratch_floats(2, 1)));
  kernels::prelu_backward(2, 1, dy, x, alpha, dx, {}, scratch);
  EXPECT_EQ(dx, (std::vector<float>{1, 10}));
  kernels::prelu_backward(2, 1, dy, x, alpha, {}, dalpha, scratch);
  EXPECT_EQ(dalpha, (std::vector<float>{-8}));
}

TEST(PRelu, NanStays) {
  const std::vector<float> x = {kNan}, alpha = {0};
  std::vector<float> y = unwritten(1);
  kernels::prelu_forward(1, 1, x, alpha, y);
  EXPECT_TRUE(std::isnan(y[0]));
}

}  // namespace
}  // namespace fer::testing
