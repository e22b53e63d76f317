// One depthwise convolution with its inputs and the truth about all three passes.
#pragma once

#include <string>
#include <vector>

#include "kernels/depthwise/depthwise.h"
#include "kernels/reference/depthwise.h"
#include "tests/kernels/conv/conv_epilogue_cases.h"
#include "tests/kernels/on_targets.h"
#include "tests/kernels/shapes.h"

namespace fer::testing {

using kernels::DepthwiseShape;

// `co` of the case is not used.
inline DepthwiseShape depthwise_shape(const ConvCase& c, int64_t multiplier) {
  const kernels::ConvShape s = conv_shape(c);
  return {.n = s.n,
          .h = s.h,
          .w = s.w,
          .c = s.ci,
          .multiplier = multiplier,
          .kh = s.kh,
          .kw = s.kw,
          .sh = s.sh,
          .sw = s.sw,
          .pad_top = s.pad_top,
          .pad_left = s.pad_left,
          .oh = s.oh,
          .ow = s.ow};
}

inline std::string to_string(const DepthwiseShape& s) {
  return fmt::format(
      "depthwise x [{}, {}, {}, {}], multiplier {}, kernel [{}, {}], strides [{}, {}], padding [{}, {}], y [{}, {}]",
      s.n, s.h, s.w, s.c, s.multiplier, s.kh, s.kw, s.sh, s.sw, s.pad_top, s.pad_left, s.oh, s.ow);
}

struct DepthwiseTruth {
  DepthwiseShape s;
  int64_t planned_n = s.n;  // images that scratch is laid out for
  std::vector<float> x, w, dy, bias;
  std::vector<double> y, dx, dw;                 // y without bias
  std::vector<double> y_size, dx_size, dw_size;  // sums of magnitudes

  explicit DepthwiseTruth(const DepthwiseShape& shape, uint32_t stream = 120) : s(shape) {
    Draw draw(stream);
    x = draw.values(s.x_floats());
    w = draw.values(s.w_floats());
    dy = draw.values(s.y_floats());
    bias = draw.values(s.co());
    y = kernels::reference::depthwise_forward(s, as_doubles(x), as_doubles(w), {});
    dx = kernels::reference::depthwise_backward_data(s, as_doubles(dy), as_doubles(w));
    dw = kernels::reference::depthwise_backward_weights(s, as_doubles(x), as_doubles(dy));
    y_size = kernels::reference::depthwise_forward(s, magnitudes_of(x), magnitudes_of(w), {});
    dx_size = kernels::reference::depthwise_backward_data(s, magnitudes_of(dy), magnitudes_of(w));
    dw_size = kernels::reference::depthwise_backward_weights(s, magnitudes_of(x), magnitudes_of(dy));
  }

  int64_t scratch_floats(kernels::ConvPass pass) const {
    DepthwiseShape planned = s;
    planned.n = planned_n;
    return kernels::depthwise_scratch_floats(planned, pass);
  }
};

inline std::vector<float> run_depthwise_forward(const DepthwiseTruth& t, const kernels::ConvEpilogue& epilogue) {
  std::vector<float> y = unwritten(t.s.y_floats());
  ScratchMemory scratch(t.scratch_floats(kernels::ConvPass::kForward));
  kernels::depthwise_forward(t.s, t.x, t.w, epilogue, y, scratch.span());
  return y;
}

inline Results run_depthwise(const DepthwiseTruth& t) {
  Results out = {run_depthwise_forward(t, {}), unwritten(t.s.x_floats()), unwritten(t.s.w_floats())};
  ScratchMemory data(t.scratch_floats(kernels::ConvPass::kBackwardData)),
      weights(t.scratch_floats(kernels::ConvPass::kBackwardWeights));
  kernels::depthwise_backward_data(t.s, t.dy, t.w, out[1], data.span());
  kernels::depthwise_backward_weights(t.s, t.x, t.dy, out[2], weights.span());
  return out;
}

inline void check_depthwise(const DepthwiseTruth& t) {
  const std::string what = to_string(t.s);
  const auto taps = static_cast<double>(t.s.kh * t.s.kw);
  on_every_target(
      what, 3 * t.s.macs(), [&] { return run_depthwise(t); },
      [&](const Results& r) {
        expect_sums(r[0], t.y, t.y_size, taps, "y of " + what);
        expect_sums(r[1], t.dx, t.dx_size, taps * static_cast<double>(t.s.multiplier), "dx of " + what);
        expect_sums(r[2], t.dw, t.dw_size, static_cast<double>(t.s.n * t.s.oh * t.s.ow), "dw of " + what);
      });
}

// With bias, relu, scale and shift, some of them.
inline void check_depthwise_epilogue(const DepthwiseTruth& t, Draw& draw) {
  const std::vector<float> scale = draw.values(t.s.co()), shift = draw.values(t.s.co());
  const kernels::ConvEpilogue e = random_epilogue(draw, t.bias, scale, shift);
  std::vector<double> expected = t.y, bound(t.y.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    const size_t c = i % static_cast<size_t>(t.s.co());
    if (e.bias != nullptr) expected[i] += e.bias[c];
    if (e.relu) expected[i] = std::clamp(expected[i], 0.0, static_cast<double>(e.relu_cap));
    if (e.scale != nullptr) expected[i] = expected[i] * e.scale[c] + e.shift[c];
    bound[i] = (static_cast<double>(t.s.kh * t.s.kw) + 6) * kRounding * (t.y_size[i] + 2);
  }
  on_every_target(
      to_string(t.s), t.s.macs(), [&] { return Results{run_depthwise_forward(t, e)}; },
      [&](const Results& r) { expect_within(r[0], expected, bound, "y with an epilogue of " + to_string(t.s), 1); });
}

inline void check_depthwise(const ConvCase& c, int64_t multiplier = 1) {
  const DepthwiseShape s = depthwise_shape(c, multiplier);
  if (s.oh < 1 || s.ow < 1 || ::testing::Test::HasFatalFailure()) return;
  const DepthwiseTruth truth(s);
  check_depthwise(truth);
  Draw draw(121);
  if (!::testing::Test::HasFatalFailure()) check_depthwise_epilogue(truth, draw);
}

}  // namespace fer::testing
