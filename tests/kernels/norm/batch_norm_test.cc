#include "tests/kernels/norm/batch_norm_cases.h"
#include "tests/kernels/norm/joined_norm_cases.h"

namespace fer::testing {
namespace {

// Channels around whole vectors; rows in one chunk of a sum and in several.
const std::vector<BatchNormCase> kCases = {{1, 3, 0},     {2, 1, 0},     {7, 5, 0},    {20, 16, 0},   {33, 17, 1},
                                           {50, 33, 0},   {100, 64, 2},  {45, 70, 0},  {3, 130, 0},   {130, 130, 5},
                                           {40000, 1, 3}, {12000, 3, 0}, {600, 64, 0}, {500, 7, 1000}};

TEST(BatchNorm, StatisticsAgree) {
  for (const BatchNormCase& c : kCases) check_batch_norm_statistics(c);
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
  for (const BatchNormCase& c : kCases) check_scale_shift(c);
}

TEST(BatchNorm, BackwardAgreesAlsoInPlace) {
  for (const BatchNormCase& c : kCases) check_batch_norm_backward(c);
}

std::vector<JoinedCase> joined_cases() {
  std::vector<JoinedCase> cases;
  for (const bool before : {false, true})
    for (const bool after : {false, true}) {
      cases.push_back({{.n = 30, .h = 3, .w = 4, .c = 37}, before, after});
      for (const Padding& padding : {Padding::valid(), Padding::same()})
        for (const Pair& window : {Pair{2, 2}, Pair{3, 3}, Pair{1, 2}, Pair{5, 3}}) {
          const ConvCase c{.n = 3,
                           .h = 7,
                           .w = 8,
                           .ci = window[0] == 2 ? 70 : 5,
                           .kernel = window,
                           .strides = window,
                           .padding = padding};
          cases.push_back({pool_shape(c), before, after});
        }
    }
  return cases;
}

TEST(BatchNorm, JoinedBackwardAgrees) {
  for (const JoinedCase& joined : joined_cases()) check_joined_backward(joined);
}

TEST(BatchNorm, PoolOfItIsThePoolOfItsOutput) {
  for (const JoinedCase& joined : joined_cases()) check_pool_of_norm(joined);
}

TEST(BatchNorm, ColumnSumsAgree) {
  for (const BatchNormCase& c : kCases) check_column_sums(c);
}

}  // namespace
}  // namespace fer::testing
