#include "tests/kernels/conv/dense_cases.h"

namespace fer::testing {
namespace {

TEST(Dense, AgreesForEveryWidth) {
  for (const int64_t inputs : {1, 3, 16, 17, 70, 130})
    for (const int64_t units : {1, 2, 7, 16, 33, 64, 70}) check_dense({.n = 3, .inputs = inputs, .units = units});
}

TEST(Dense, AgreesForEveryBatch) {
  for (const int64_t n : {1, 2, 5, 6, 7, 13, 64, 100}) check_dense({.n = n, .inputs = 65, .units = 7});
}

TEST(Dense, AgreesForALongInput) { check_dense({.n = 5, .inputs = 3000, .units = 19}); }

// More weights than a gradient summed in groups has room for.
TEST(Dense, AgreesForALargeGradient) { check_dense({.n = 9, .inputs = 700, .units = 130}); }

}  // namespace
}  // namespace fer::testing
