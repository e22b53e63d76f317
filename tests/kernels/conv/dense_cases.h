// One dense layer, its three passes held to the reference.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kernels/reference/dense.h"
#include "tests/kernels/conv/dense_as_conv.h"
#include "tests/kernels/on_targets.h"

namespace fer::testing {

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

inline Results run_dense(const DenseTruth& t) {
  Results r = {unwritten(t.s.n * t.s.units), unwritten(t.s.n * t.s.units), unwritten(t.s.n * t.s.inputs),
               unwritten(t.s.inputs * t.s.units)};
  ScratchMemory scratch(kernels::dense_scratch_floats(t.s));
  kernels::dense_forward(t.s, t.x, t.w, {}, r[0], scratch.span());
  kernels::dense_forward(t.s, t.x, t.w, {.bias = t.bias.data(), .relu = true}, r[1], scratch.span());
  kernels::dense_backward_data(t.s, t.dy, t.w, r[2], scratch.span());
  kernels::dense_backward_weights(t.s, t.x, t.dy, r[3], scratch.span());
  return r;
}

inline void check_dense(const DenseShape& s) {
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

}  // namespace fer::testing
