#include "kernels/dense.h"

#include <gtest/gtest.h>

#include "kernels/reference/dense.h"
#include "tests/kernels/on_targets.h"

namespace fer::testing {
namespace {

namespace reference = kernels::reference;
using kernels::DenseShape;

struct DenseTruth {
  DenseShape s;
  std::vector<float> x, w, dy, bias;

  explicit DenseTruth(const DenseShape& shape) : s(shape) {
    Draw draw(1100);
    x = draw.values(s.n * s.inputs);
    w = draw.values(s.inputs * s.units);
    dy = draw.values(s.n * s.units);
    bias = draw.values(s.units);
  }
};

Results run_dense(const DenseTruth& t) {
  Results r = {unwritten(t.s.n * t.s.units), unwritten(t.s.n * t.s.units), unwritten(t.s.n * t.s.inputs),
               unwritten(t.s.inputs * t.s.units)};
  ScratchMemory scratch(kernels::dense_scratch_floats(t.s));
  kernels::dense_forward(t.s, t.x, t.w, {}, r[0], scratch.span());
  kernels::dense_forward(t.s, t.x, t.w, {.bias = t.bias.data(), .relu = true}, r[1], scratch.span());
  kernels::dense_backward_data(t.s, t.dy, t.w, r[2], scratch.span());
  kernels::dense_backward_weights(t.s, t.x, t.dy, r[3], scratch.span());
  return r;
}

void check_dense(const DenseShape& s) {
  const DenseTruth t(s);
  const std::string what = fmt::format("dense [{}, {}] to {}", s.n, s.inputs, s.units);
  const auto x = as_doubles(t.x), w = as_doubles(t.w), dy = as_doubles(t.dy);
  const auto x_size = magnitudes_of(t.x), w_size = magnitudes_of(t.w), dy_size = magnitudes_of(t.dy);
  auto with_bias = reference::dense_forward(s, x, w, as_doubles(t.bias));
  for (double& v : with_bias) v = std::max(v, 0.0);
  const auto inputs = static_cast<double>(s.inputs), units = static_cast<double>(s.units), n = static_cast<double>(s.n);
  on_every_target(
      what, 4 * s.n * s.inputs * s.units, [&] { return run_dense(t); },
      [&](const Results& r) {
        const std::vector<double> no_bias;
        expect_sums(r[0], reference::dense_forward(s, x, w, no_bias),
                    reference::dense_forward(s, x_size, w_size, no_bias), inputs, "y of " + what);
        expect_sums(r[1], with_bias, reference::dense_forward(s, x_size, w_size, magnitudes_of(t.bias)), inputs + 1,
                    "y with bias and relu of " + what);
        expect_sums(r[2], reference::dense_backward_data(s, dy, w), reference::dense_backward_data(s, dy_size, w_size),
                    units, "dx of " + what);
        expect_sums(r[3], reference::dense_backward_weights(s, x, dy),
                    reference::dense_backward_weights(s, x_size, dy_size), n, "dw of " + what);
      });
}

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
