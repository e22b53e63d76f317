#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/reference/elementwise.h"
#include "kernels/values/elementwise.h"
#include "tests/kernels/on_targets.h"

namespace fer::testing {
namespace {

namespace reference = kernels::reference;

const std::vector<int64_t> kCounts = {1, 3, 4, 5, 16, 17, 63, 64, 65, 130, 8192 - 1, 16384 + 7};

std::vector<bool> mask_of(const RandomStream& stream, float rate, int64_t count) {
  std::vector<bool> kept(static_cast<size_t>(count));
  for (size_t i = 0; i < kept.size(); ++i) kept[i] = random_unit(stream, i) >= rate;
  return kept;
}

TEST(Dropout, KeepsWhatTheStreamSays) {
  const RandomStream stream{.seed = 0x123456789abcdefu, .use = RandomUse::kDropout, .a = 3, .b = 77};
  for (const float rate : {0.0f, 0.25f, 0.5f, 0.9f}) {
    for (const int64_t count : kCounts) {
      Draw draw(801);
      const std::vector<float> x = draw.values(count);
      const auto expected = reference::dropout(mask_of(stream, rate, count), double{rate}, as_doubles(x));
      on_every_target(
          "dropout", 0,
          [&] {
            Results r = {unwritten(count), x};
            kernels::dropout(stream, rate, x, r[0]);
            kernels::dropout(stream, rate, r[1], r[1]);
            return r;
          },
          [&](const Results& r) {
            // A dropped value has a bound of zero roundings of zero: it must be zero.
            expect_rounded(r[0], expected, 4, 0, "dropout");
            expect_same_bits(r[0], r[1], "dropout in place");
          });
    }
  }
}

TEST(Dropout, DropsAboutTheShareItIsToldTo) {
  constexpr int kCount = 40000;
  const std::vector<float> ones(kCount, 1.0f);
  std::vector<float> y(kCount);
  kernels::dropout({.seed = test_seed(), .use = RandomUse::kDropout}, 0.3f, ones, y);
  const auto dropped = static_cast<double>(std::count(y.begin(), y.end(), 0.0f));
  // Six standard deviations of a binomial count.
  EXPECT_NEAR(dropped, 0.3 * kCount, 6 * std::sqrt(0.3 * 0.7 * kCount)) << seed_note();
}

TEST(Dropout, DiffersBetweenStepsAndLayers) {
  const std::vector<float> ones(64, 1.0f);
  std::vector<float> a(64), b(64), c(64);
  kernels::dropout({.seed = 1, .use = RandomUse::kDropout, .a = 0, .b = 0}, 0.5f, ones, a);
  kernels::dropout({.seed = 1, .use = RandomUse::kDropout, .a = 0, .b = 1}, 0.5f, ones, b);
  kernels::dropout({.seed = 1, .use = RandomUse::kDropout, .a = 1, .b = 0}, 0.5f, ones, c);
  EXPECT_NE(a, b);
  EXPECT_NE(a, c);
  EXPECT_NE(b, c);
}

}  // namespace
}  // namespace fer::testing
