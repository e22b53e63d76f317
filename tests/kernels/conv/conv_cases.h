// One convolution with its inputs and the truth about all three passes, to hold every algorithm to.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "kernels/conv/conv.h"
#include "kernels/reference/conv.h"
#include "tests/kernels/on_targets.h"
#include "tests/kernels/shapes.h"

namespace fer::testing {

namespace reference = kernels::reference;
using kernels::ConvAlgorithm;
using kernels::ConvPass;
using kernels::ConvShape;

inline std::vector<ConvAlgorithm> all_conv_algorithms() { return kernels::conv_algorithms(); }

// By how much an algorithm's rounding errors can exceed those of the sums it replaces, in one dimension the largest row
// of |A'| (sum |G|) (sum |B'|) over the products it stands for:
//   F(2,3)  8 / 3 = 2.7     F(3,3)  17 / 3 = 5.7     F(4,3)  28 / 3 = 9.4
//   F(5,3)  60 / 3 = 20      F(6,3)  98 / 3 = 33      F(4,5)  87 / 5 = 17.4
// squared for two dimensions. This is the worst case; what real sizes show is a hundredth of it (ConvAccuracy).
inline double winograd_amplification(ConvAlgorithm algorithm) {
  switch (algorithm) {
    case ConvAlgorithm::kWinograd2:
    case ConvAlgorithm::kWinograd2Bf16:
      return 2.7 * 2.7;
    case ConvAlgorithm::kWinograd3:
    case ConvAlgorithm::kWinograd3Bf16:
      return 5.7 * 5.7;
    case ConvAlgorithm::kWinograd4:
    case ConvAlgorithm::kWinograd4Bf16:
      return 9.4 * 9.4;
    case ConvAlgorithm::kWinograd5:
    case ConvAlgorithm::kWinograd5Bf16:
      return 20.0 * 20.0;
    case ConvAlgorithm::kWinograd6:
      return 23.0 * 23.0;
    case ConvAlgorithm::kWinograd4Of5:
      return 17.4 * 17.4;
    default:
      return 1;
  }
}

struct ConvTruth {
  ConvShape s;
  int64_t planned_n = s.n;  // images that scratch is laid out for
  std::vector<float> x, w, dy, bias;
  std::vector<double> y, dx, dw;                 // y without bias
  std::vector<double> y_size, dx_size, dw_size;  // sums of magnitudes

  ConvShape planned() const {
    ConvShape out = s;
    out.n = planned_n;
    return out;
  }

  explicit ConvTruth(const ConvShape& shape, uint32_t stream = 100) : s(shape) {
    Draw draw(stream);
    x = draw.values(s.x_floats());
    w = draw.values(s.w_floats());
    dy = draw.values(s.y_floats());
    bias = draw.values(s.co);
    y = reference::conv_forward(s, as_doubles(x), as_doubles(w), {});
    dx = reference::conv_backward_data(s, as_doubles(dy), as_doubles(w));
    dw = reference::conv_backward_weights(s, as_doubles(x), as_doubles(dy));
    y_size = reference::conv_forward(s, magnitudes_of(x), magnitudes_of(w), {});
    dx_size = reference::conv_backward_data(s, magnitudes_of(dy), magnitudes_of(w));
    dw_size = reference::conv_backward_weights(s, magnitudes_of(x), magnitudes_of(dy));
  }
};

// Sums as the reference has them, in another order.
inline bool is_direct(ConvAlgorithm algorithm) {
  return algorithm == ConvAlgorithm::kDirect || algorithm == ConvAlgorithm::kGrouped;
}

inline bool is_bf16(ConvAlgorithm algorithm) { return algorithm >= ConvAlgorithm::kWinograd2Bf16; }

// Rounding both factors of every product to bf16 adds two roundings of 2^-9 each to those of the sum.
inline double bf16_roundings(ConvAlgorithm algorithm) { return is_bf16(algorithm) ? 2 * 0x1p-9 / kRounding : 0; }

// What share of the largest result a result may be off by in any case.
inline double error_cap(ConvAlgorithm algorithm) {
  switch (algorithm) {
    case ConvAlgorithm::kWinograd2Bf16:
      return 0.03;
    case ConvAlgorithm::kWinograd3Bf16:
      return 0.06;
    case ConvAlgorithm::kWinograd4Bf16:
      return 0.12;
    case ConvAlgorithm::kWinograd5Bf16:
      return 0.4;
    default:
      return 1e-3;
  }
}

// A Winograd tile mixes the errors of its cells, so there each counts with the largest magnitude of all.
inline void expect_conv_sums(ConvAlgorithm algorithm, const std::vector<float>& actual,
                             const std::vector<double>& expected, const std::vector<double>& magnitudes, double terms,
                             const std::string& what) {
  if (is_direct(algorithm)) return expect_sums(actual, expected, magnitudes, terms, what);
  const double factor = winograd_amplification(algorithm) * largest_magnitude(magnitudes);
  const double roundings = terms + 2 + bf16_roundings(algorithm);
  const std::vector<double> bound(expected.size(), roundings * kRounding * factor);
  expect_within(actual, expected, bound, what, size_of_sums(magnitudes, terms), error_cap(algorithm));
}

inline Results run_conv(const ConvTruth& t, ConvAlgorithm algorithm) {
  const auto scratch_for = [&](ConvPass pass) { return kernels::conv_scratch_floats(t.planned(), pass, algorithm); };
  Results out = {unwritten(t.s.y_floats()), unwritten(t.s.x_floats()), unwritten(t.s.w_floats())};
  ScratchMemory forward(scratch_for(ConvPass::kForward)), data(scratch_for(ConvPass::kBackwardData)),
      weights(scratch_for(ConvPass::kBackwardWeights));
  kernels::conv_forward(t.s, algorithm, t.x, t.w, {}, out[0], forward.span());
  kernels::conv_backward_data(t.s, algorithm, t.dy, t.w, out[1], data.span());
  kernels::conv_backward_weights(t.s, algorithm, t.x, t.dy, out[2], weights.span());
  return out;
}

inline void check_conv(const ConvTruth& t, ConvAlgorithm algorithm) {
  const ConvShape& s = t.s;
  const std::string what = std::string(kernels::conv_algorithm_name(algorithm)) + ", " + to_string(s);
  const auto taps = static_cast<double>(s.kh * s.kw);
  on_every_target(
      what, 3 * s.macs(), [&] { return run_conv(t, algorithm); },
      [&](const Results& r) {
        const auto channels = static_cast<double>(s.ci / s.groups), filters = static_cast<double>(s.co / s.groups);
        expect_conv_sums(algorithm, r[0], t.y, t.y_size, taps * channels, "y of " + what);
        expect_conv_sums(algorithm, r[1], t.dx, t.dx_size, taps * filters, "dx of " + what);
        expect_conv_sums(algorithm, r[2], t.dw, t.dw_size, static_cast<double>(s.n * s.oh * s.ow), "dw of " + what);
      });
}

inline void check_conv_with_all_algorithms(const ConvCase& c) {
  const ConvShape s = conv_shape(c);
  if (s.oh < 1 || s.ow < 1) return;
  const ConvTruth truth(s);
  for (const ConvAlgorithm algorithm : all_conv_algorithms()) {
    if (kernels::conv_supports(algorithm, s)) check_conv(truth, algorithm);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace fer::testing
