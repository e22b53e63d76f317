// Rounding errors of each algorithm on a layer of vgg8 (64 to 64 channels), values uniform in [-1, 1): root mean square
// over that of the true result. The limits are twice what was measured:
//            forward  data     weights
//   direct   4.2e-7   1.6e-7   1.1e-7
//   grouped  1.5e-7   7.8e-8   1.1e-7   (8 groups)
//   F(2,3)   2.6e-7   2.6e-7   1.6e-7
//   F(3,3)   4.6e-7   4.7e-7   3.2e-7
//   F(4,3)   7.9e-7   7.9e-7   4.6e-7
//   F(5,3)   1.6e-6   1.6e-6   9.5e-7
//   F(6,3)   3.4e-6   3.5e-6   2.0e-6
//   F(4,5)   3.3e-6   3.4e-6   1.9e-6
//   in bf16:
//   F(2,3)   4.0e-3   4.0e-3   3.9e-3
//   F(3,3)   6.9e-3   6.8e-3   6.8e-3
//   F(4,3)   1.2e-2   1.2e-2   1.2e-2
//   F(5,3)   2.3e-2   2.4e-2   2.3e-2
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "tests/kernels/conv/conv_cases.h"

namespace fer::testing {
namespace {

struct RelativeError {
  double rms, largest;
};

// Of the error, over the root mean square of the true result.
RelativeError relative_error(const std::vector<float>& actual, const std::vector<double>& expected) {
  double squares = 0, largest = 0, size = 0;
  for (size_t i = 0; i < actual.size(); ++i) {
    const double error = std::abs(actual[i] - expected[i]);
    squares += error * error;
    largest = std::max(largest, error);
    size += expected[i] * expected[i];
  }
  return {std::sqrt(squares / size), largest / std::sqrt(size / static_cast<double>(actual.size()))};
}

struct Limits {
  double y, dx, dw;
};

void check_pass(const char* pass, const RelativeError& error, double limit) {
  ::testing::Test::RecordProperty(std::string("rms_error_") + pass, fmt::format("{:.1e}", error.rms));
  ::testing::Test::RecordProperty(std::string("largest_error_") + pass, fmt::format("{:.1e}", error.largest));
  EXPECT_LE(error.rms, limit) << pass;
  EXPECT_LE(error.largest, 20 * limit) << pass;
}

void check_accuracy(ConvAlgorithm algorithm, const Limits& limits) {
  const int64_t k = algorithm == ConvAlgorithm::kWinograd4Of5 ? 5 : 3;
  ConvCase c{.n = 2, .h = 12, .w = 12, .ci = 64, .co = 64, .kernel = {k, k}, .padding = Padding::same()};
  c.groups = algorithm == ConvAlgorithm::kGrouped ? 8 : 1;
  const ConvTruth truth(conv_shape(c), 300);
  const Results r = run_conv(truth, algorithm);
  check_pass("y", relative_error(r[0], truth.y), limits.y);
  check_pass("dx", relative_error(r[1], truth.dx), limits.dx);
  check_pass("dw", relative_error(r[2], truth.dw), limits.dw);
}

TEST(ConvAccuracy, OfDirect) { check_accuracy(ConvAlgorithm::kDirect, {9e-7, 4e-7, 3e-7}); }
TEST(ConvAccuracy, OfGrouped) { check_accuracy(ConvAlgorithm::kGrouped, {3e-7, 1.6e-7, 2.2e-7}); }
TEST(ConvAccuracy, OfWinograd2) { check_accuracy(ConvAlgorithm::kWinograd2, {6e-7, 6e-7, 4e-7}); }
TEST(ConvAccuracy, OfWinograd3) { check_accuracy(ConvAlgorithm::kWinograd3, {1e-6, 1e-6, 6.5e-7}); }
TEST(ConvAccuracy, OfWinograd4) { check_accuracy(ConvAlgorithm::kWinograd4, {1.6e-6, 1.6e-6, 1e-6}); }
TEST(ConvAccuracy, OfWinograd5) { check_accuracy(ConvAlgorithm::kWinograd5, {3.2e-6, 3.2e-6, 2e-6}); }
TEST(ConvAccuracy, OfWinograd6) { check_accuracy(ConvAlgorithm::kWinograd6, {7e-6, 7e-6, 4e-6}); }
TEST(ConvAccuracy, OfWinograd4Of5) { check_accuracy(ConvAlgorithm::kWinograd4Of5, {7e-6, 7e-6, 4e-6}); }

TEST(ConvAccuracy, OfWinograd2InBf16) { check_accuracy(ConvAlgorithm::kWinograd2Bf16, {8e-3, 8e-3, 8e-3}); }
TEST(ConvAccuracy, OfWinograd3InBf16) { check_accuracy(ConvAlgorithm::kWinograd3Bf16, {1.4e-2, 1.4e-2, 1.4e-2}); }
TEST(ConvAccuracy, OfWinograd4InBf16) { check_accuracy(ConvAlgorithm::kWinograd4Bf16, {2.4e-2, 2.4e-2, 2.4e-2}); }
TEST(ConvAccuracy, OfWinograd5InBf16) { check_accuracy(ConvAlgorithm::kWinograd5Bf16, {4.8e-2, 4.8e-2, 4.8e-2}); }

}  // namespace
}  // namespace fer::testing
