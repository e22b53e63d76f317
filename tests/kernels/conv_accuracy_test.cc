// Rounding errors of each algorithm on a layer of vgg8 (64 to 64 channels), values uniform in [-1, 1): root mean square
// over that of the true result. The limits are twice what was measured:
//            forward  data     weights
//   direct   4.2e-7   1.6e-7   1.1e-7
//   F(2,3)   2.6e-7   2.6e-7   1.6e-7
//   F(3,3)   9.7e-7   9.6e-7   6.2e-7
//   F(4,3)   1.7e-6   1.8e-6   1.0e-6
//   F(5,3)   2.5e-6   2.5e-6   1.5e-6
//   F(6,3)   3.4e-6   3.5e-6   2.0e-6
#include <gtest/gtest.h>

#include <cmath>

#include "tests/kernels/conv_cases.h"

namespace fer::testing {
namespace {

double relative_error(const std::vector<float>& actual, const std::vector<double>& expected) {
  double error = 0, size = 0;
  for (size_t i = 0; i < actual.size(); ++i) {
    error += (actual[i] - expected[i]) * (actual[i] - expected[i]);
    size += expected[i] * expected[i];
  }
  return std::sqrt(error / size);
}

struct Limits {
  double y, dx, dw;
};

void check_accuracy(ConvAlgorithm algorithm, const Limits& limits) {
  const ConvTruth truth(conv_shape({.n = 2, .h = 12, .w = 12, .ci = 64, .co = 64, .padding = Padding::same()}), 300);
  const Results r = run_conv(truth, algorithm);
  const double y = relative_error(r[0], truth.y), dx = relative_error(r[1], truth.dx),
               dw = relative_error(r[2], truth.dw);
  ::testing::Test::RecordProperty("relative_error_y", fmt::format("{:.2e}", y));
  ::testing::Test::RecordProperty("relative_error_dx", fmt::format("{:.2e}", dx));
  ::testing::Test::RecordProperty("relative_error_dw", fmt::format("{:.2e}", dw));
  EXPECT_LE(y, limits.y);
  EXPECT_LE(dx, limits.dx);
  EXPECT_LE(dw, limits.dw);
}

TEST(ConvAccuracy, OfDirect) { check_accuracy(ConvAlgorithm::kDirect, {9e-7, 4e-7, 3e-7}); }
TEST(ConvAccuracy, OfWinograd2) { check_accuracy(ConvAlgorithm::kWinograd2, {6e-7, 6e-7, 4e-7}); }
TEST(ConvAccuracy, OfWinograd3) { check_accuracy(ConvAlgorithm::kWinograd3, {2e-6, 2e-6, 1.3e-6}); }
TEST(ConvAccuracy, OfWinograd4) { check_accuracy(ConvAlgorithm::kWinograd4, {3.5e-6, 3.5e-6, 2e-6}); }
TEST(ConvAccuracy, OfWinograd5) { check_accuracy(ConvAlgorithm::kWinograd5, {5.2e-6, 5.2e-6, 3e-6}); }
TEST(ConvAccuracy, OfWinograd6) { check_accuracy(ConvAlgorithm::kWinograd6, {7e-6, 7e-6, 4e-6}); }

}  // namespace
}  // namespace fer::testing
