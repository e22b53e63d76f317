#include "tests/kernels/norm/batch_norm_cases.h"
#include "tests/kernels/norm/joined_norm_cases.h"

namespace fer::testing {
namespace {

TEST(BatchNorm, BackwardAgreesAlsoInPlace) {
  for (const BatchNormCase& c : batch_norm_cases()) check_batch_norm_backward(c);
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

}  // namespace
}  // namespace fer::testing
