#include "kernels/values/elementwise.h"

#include <gtest/gtest.h>

#include "kernels/reference/elementwise.h"
#include "kernels/reference/loss.h"
#include "tests/kernels/on_targets.h"

namespace fer::testing {
namespace {

namespace reference = kernels::reference;

const std::vector<int64_t> kCounts = {1, 3, 4, 5, 16, 17, 63, 64, 65, 130, 8192 - 1, 16384 + 7};

TEST(Elementwise, AddAgreesAlsoInPlace) {
  for (const int64_t count : kCounts) {
    Draw draw(800);
    const std::vector<float> a = draw.values(count), b = draw.values(count);
    on_every_target(
        "add", 0,
        [&] {
          Results r = {unwritten(count), a};
          kernels::add(a, b, r[0]);
          kernels::add(r[1], b, r[1]);
          return r;
        },
        [&](const Results& r) {
          expect_same_bits(r[0], reference::add(a, b), "add");
          expect_same_bits(r[0], r[1], "add in place");
        });
  }
}

// ---- sums over everything

TEST(Elementwise, RegularizerAgrees) {
  for (const int64_t count : kCounts) {
    Draw draw(802);
    std::vector<float> w = draw.values(count);
    w[0] = 0;
    const std::vector<float> before = draw.values(count);
    const auto added = reference::penalty_gradient(double{0.01f}, double{0.3f}, as_doubles(w));
    const double penalty = reference::penalty(double{0.01f}, double{0.3f}, w);
    std::vector<double> expected;
    for (size_t i = 0; i < w.size(); ++i) expected.push_back(before[i] + added[i]);
    on_every_target(
        "regularizer", 0,
        [&] {
          Results r = {before, {}};
          const double found = kernels::add_regularizer(0.01f, 0.3f, w, r[0]);
          EXPECT_NEAR(found, penalty, 1e-12 * penalty) << "of " << count << " weights";
          return r;
        },
        [&](const Results& r) { expect_rounded(r[0], expected, 4, 1, "gradient of the regularizer"); });
  }
}

TEST(Elementwise, SumOfSquaresAgreesForAnyNumberOfThreads) {
  const Settings restore;
  for (const int64_t count : {int64_t{1}, int64_t{9}, int64_t{16384}, int64_t{100001}}) {
    Draw draw(803);
    const std::vector<float> x = draw.values(count);
    double expected = 0;
    for (const double v : x) expected += v * v;
    set_num_threads(1);
    const double one = kernels::sum_of_squares(x);
    set_num_threads(2);
    EXPECT_EQ(one, kernels::sum_of_squares(x));
    EXPECT_NEAR(one, expected, 1e-12 * expected);
  }
}

TEST(Elementwise, SumOfSquaresShowsWhatIsNotFinite) {
  for (const size_t place : {size_t{0}, size_t{20000}, size_t{39999}}) {
    std::vector<float> x(40000, 1.0f);
    x[place] = kNan;
    EXPECT_TRUE(std::isnan(kernels::sum_of_squares(x)));
    x[place] = -std::numeric_limits<float>::infinity();
    EXPECT_TRUE(std::isinf(kernels::sum_of_squares(x)));
  }
}

TEST(Elementwise, ScalingAndClippingAgree) {
  Draw draw(804);
  const std::vector<float> x = draw.values(16384 + 9, -3, 3);
  std::vector<float> scaled = x, clipped = x;
  kernels::scale_values(0.3f, scaled);
  kernels::clip_values(0.5f, clipped);
  for (size_t i = 0; i < x.size(); ++i) {
    ASSERT_EQ(scaled[i], x[i] * 0.3f);
    ASSERT_EQ(clipped[i], x[i] > 0.5f ? 0.5f : x[i] < -0.5f ? -0.5f : x[i]);
  }
}

}  // namespace
}  // namespace fer::testing
