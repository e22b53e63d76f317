// The table of convolution algorithms.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/kernels/conv/conv_cases.h"

namespace fer::testing {
namespace {

TEST(ConvAlgorithms, HaveNamesOfTheirOwn) {
  std::set<std::string> names;
  for (const ConvAlgorithm algorithm : kernels::conv_algorithms()) {
    EXPECT_TRUE(names.insert(kernels::conv_algorithm_name(algorithm)).second);
  }
  EXPECT_EQ(names.size(), 12u);
}

}  // namespace
}  // namespace fer::testing
