// A convolution's forward pass with what follows the sum, the weights prepared or not.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "tests/kernels/conv/conv_cases.h"

namespace fer::testing {

inline kernels::ConvEpilogue random_epilogue(Draw& draw, const std::vector<float>& bias,
                                             const std::vector<float>& scale, const std::vector<float>& shift) {
  const bool scaled = draw.integer(0, 1) == 1;
  return {.bias = draw.integer(0, 1) == 1 ? bias.data() : nullptr,
          .relu = draw.integer(0, 1) == 1,
          .relu_cap = random_cap(draw),
          .scale = scaled ? scale.data() : nullptr,
          .shift = scaled ? shift.data() : nullptr};
}

inline std::vector<float> run_prepared(const ConvTruth& t, ConvAlgorithm algorithm,
                                       const kernels::ConvEpilogue& epilogue) {
  ScratchMemory prepared(kernels::conv_prepared_floats(t.s, algorithm));
  kernels::conv_prepare_weights(t.s, algorithm, t.w, prepared.span());
  std::vector<float> y = unwritten(t.s.y_floats());
  ScratchMemory scratch(kernels::conv_forward_prepared_scratch_floats(t.planned(), algorithm));
  kernels::conv_forward_prepared(t.s, algorithm, t.x, prepared.span(), epilogue, y, scratch.span());
  return y;
}

inline std::vector<float> run_unprepared(const ConvTruth& t, ConvAlgorithm algorithm,
                                         const kernels::ConvEpilogue& epilogue) {
  std::vector<float> y = unwritten(t.s.y_floats());
  ScratchMemory scratch(kernels::conv_scratch_floats(t.planned(), ConvPass::kForward, algorithm));
  kernels::conv_forward(t.s, algorithm, t.x, t.w, epilogue, y, scratch.span());
  return y;
}

// The truth with its bound: both go through bias, relu and scale.
inline void expect_with_epilogue(const ConvTruth& t, ConvAlgorithm algorithm, const kernels::ConvEpilogue& e,
                                 const std::vector<float>& y, const std::string& what) {
  std::vector<double> expected = t.y, bound(t.y.size());
  const double terms = static_cast<double>(t.s.kh * t.s.kw * t.s.ci / t.s.groups),
               largest = largest_magnitude(t.y_size);
  for (size_t i = 0; i < expected.size(); ++i) {
    const size_t c = i % static_cast<size_t>(t.s.co);
    if (e.bias != nullptr) expected[i] += e.bias[c];
    if (e.relu) expected[i] = std::clamp(expected[i], 0.0, static_cast<double>(e.relu_cap));
    if (e.scale != nullptr) expected[i] = expected[i] * e.scale[c] + e.shift[c];
    const double size = is_direct(algorithm) ? t.y_size[i] : largest * winograd_amplification(algorithm);
    bound[i] = (terms + 6 + bf16_roundings(algorithm)) * kRounding * (size + 2);
  }
  expect_within(y, expected, bound, what, size_of_sums(t.y_size, terms) + 2, error_cap(algorithm));
}

inline void check_epilogues(const ConvTruth& truth, Draw& draw) {
  const ConvShape& s = truth.s;
  const std::vector<float> scale = draw.values(s.co), shift = draw.values(s.co);
  const kernels::ConvEpilogue epilogue = random_epilogue(draw, truth.bias, scale, shift);
  for (const ConvAlgorithm algorithm : all_conv_algorithms()) {
    if (!kernels::conv_supports(algorithm, s)) continue;
    const std::string what = fmt::format("{} with bias {}, relu {} up to {}, scale {}, {}",
                                         kernels::conv_algorithm_name(algorithm), epilogue.bias != nullptr,
                                         epilogue.relu, epilogue.relu_cap, epilogue.scale != nullptr, to_string(s));
    on_every_target(
        what, s.macs(),
        [&] {
          return Results{run_unprepared(truth, algorithm, epilogue), run_prepared(truth, algorithm, epilogue)};
        },
        [&](const Results& r) {
          expect_same_bits(r[0], r[1], what);
          expect_with_epilogue(truth, algorithm, epilogue, r[0], what);
        });
    if (::testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace fer::testing
