#include "tests/kernels/norm/batch_norm_cases.h"

namespace fer::testing {
namespace {

TEST(BatchNorm, StatisticsAgree) {
  for (const BatchNormCase& c : batch_norm_cases()) check_batch_norm_statistics(c);
}

TEST(BatchNorm, VarianceOfEqualValuesIsZero) {
  const std::vector<float> x(300, 1234.567f);
  std::vector<float> mean = unwritten(3), variance = unwritten(3);
  ScratchMemory scratch(kernels::batch_norm_scratch_floats(100, 3));
  kernels::batch_norm_statistics(100, 3, x, mean, variance, scratch.span());
  EXPECT_EQ(mean, std::vector<float>(3, 1234.567f));
  EXPECT_EQ(variance, std::vector<float>(3, 0.0f));
}

TEST(BatchNorm, ScaleShiftAgreesAlsoInPlace) {
  for (const BatchNormCase& c : batch_norm_cases()) check_scale_shift(c);
}

TEST(BatchNorm, ColumnSumsAgree) {
  for (const BatchNormCase& c : batch_norm_cases()) check_column_sums(c);
}

}  // namespace
}  // namespace fer::testing
