// Random shapes, another seed with FER_TEST_SEED: what the grids of conv_test.cc did not think of.
#include <gtest/gtest.h>

#include "tests/kernels/conv_cases.h"

namespace fer::testing {
namespace {

ConvCase random_case(Draw& draw) {
  const std::vector<int64_t> channels = {1, 2, 3, 5, 7, 13, 16, 17, 33, 64, 70};
  ConvCase c{.n = draw.integer(1, 5),
             .h = draw.integer(1, 20),
             .w = draw.integer(1, 20),
             .ci = draw.one_of(channels),
             .co = draw.one_of(channels)};
  c.padding = draw.one_of(all_paddings());
  // Half of them as minimal filtering wants them.
  if (draw.integer(0, 1) == 0) return c;
  c.kernel = {draw.integer(1, 7), draw.integer(1, 7)};
  c.strides = {draw.integer(1, 3), draw.integer(1, 3)};
  return c;
}

void check_random_cases(uint32_t stream, int count) {
  constexpr int64_t kMostWork = 400000;
  Draw draw(stream);
  for (int i = 0; i < count; ++i) {
    const ConvCase c = random_case(draw);
    if (conv_shape(c).macs() <= kMostWork) check_conv_with_all_algorithms(c);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(ConvRandom, ShapesAgree) { check_random_cases(200, 20); }
TEST(ConvRandom, MoreShapesAgree) { check_random_cases(201, 20); }

kernels::ConvEpilogue random_epilogue(Draw& draw, const std::vector<float>& bias, const std::vector<float>& scale,
                                      const std::vector<float>& shift) {
  const bool scaled = draw.integer(0, 1) == 1;
  return {.bias = draw.integer(0, 1) == 1 ? bias.data() : nullptr,
          .relu = draw.integer(0, 1) == 1,
          .scale = scaled ? scale.data() : nullptr,
          .shift = scaled ? shift.data() : nullptr};
}

std::vector<float> run_prepared(const ConvTruth& t, ConvAlgorithm algorithm, const kernels::ConvEpilogue& epilogue) {
  ScratchMemory prepared(kernels::conv_prepared_floats(t.s, algorithm));
  kernels::conv_prepare_weights(t.s, algorithm, t.w, prepared.span());
  std::vector<float> y = unwritten(t.s.y_floats());
  ScratchMemory scratch(kernels::conv_forward_prepared_scratch_floats(t.s, algorithm));
  kernels::conv_forward_prepared(t.s, algorithm, t.x, prepared.span(), epilogue, y, scratch.span());
  return y;
}

std::vector<float> run_unprepared(const ConvTruth& t, ConvAlgorithm algorithm, const kernels::ConvEpilogue& epilogue) {
  std::vector<float> y = unwritten(t.s.y_floats());
  ScratchMemory scratch(kernels::conv_scratch_floats(t.s, ConvPass::kForward, algorithm));
  kernels::conv_forward(t.s, algorithm, t.x, t.w, epilogue, y, scratch.span());
  return y;
}

// The truth with its bound: both go through bias, relu and scale.
void expect_with_epilogue(const ConvTruth& t, ConvAlgorithm algorithm, const kernels::ConvEpilogue& e,
                          const std::vector<float>& y, const std::string& what) {
  std::vector<double> expected = t.y, bound(t.y.size());
  const double terms = static_cast<double>(t.s.kh * t.s.kw * t.s.ci), largest = largest_magnitude(t.y_size);
  for (size_t i = 0; i < expected.size(); ++i) {
    const size_t c = i % static_cast<size_t>(t.s.co);
    if (e.bias != nullptr) expected[i] += e.bias[c];
    if (e.relu && expected[i] < 0) expected[i] = 0;
    if (e.scale != nullptr) expected[i] = expected[i] * e.scale[c] + e.shift[c];
    const double size = algorithm == ConvAlgorithm::kDirect ? t.y_size[i] : largest * winograd_amplification(algorithm);
    bound[i] = (terms + 6) * kRounding * (size + 2);
  }
  expect_within(y, expected, bound, what);
}

TEST(ConvRandom, EpiloguesAgreePreparedOrNot) {
  Draw draw(202);
  for (int i = 0; i < 20; ++i) {
    const ConvCase c = random_case(draw);
    const ConvShape s = conv_shape(c);
    if (s.oh < 1 || s.ow < 1 || s.macs() > 300000) continue;
    const ConvTruth truth(s);
    const std::vector<float> scale = draw.values(s.co), shift = draw.values(s.co);
    const kernels::ConvEpilogue epilogue = random_epilogue(draw, truth.bias, scale, shift);
    for (const ConvAlgorithm algorithm : all_conv_algorithms()) {
      if (!kernels::conv_supports(algorithm, s)) continue;
      const std::string what = std::string(kernels::conv_algorithm_name(algorithm)) + " with epilogue, " + to_string(s);
      on_every_target(
          what, s.macs(),
          [&] {
            return Results{run_unprepared(truth, algorithm, epilogue), run_prepared(truth, algorithm, epilogue)};
          },
          [&](const Results& r) {
            expect_same_bits(r[0], r[1], what);
            expect_with_epilogue(truth, algorithm, epilogue, r[0], what);
          });
      if (HasFatalFailure()) return;
    }
  }
}

// A batch of pictures is its pictures one by one: a smaller last batch, an inference request of any size.
TEST(ConvRandom, PicturesDoNotSeeEachOther) {
  const ConvShape batch = conv_shape({.n = 4, .h = 9, .w = 10, .ci = 7, .co = 17, .padding = Padding::same()});
  ConvShape one = batch;
  one.n = 1;
  Draw draw(203);
  const std::vector<float> x = draw.values(batch.x_floats()), w = draw.values(batch.w_floats());
  for (const ConvAlgorithm algorithm : all_conv_algorithms()) {
    std::vector<float> together = unwritten(batch.y_floats()), alone = unwritten(batch.y_floats());
    ScratchMemory scratch(kernels::conv_scratch_floats(batch, ConvPass::kForward, algorithm));
    kernels::conv_forward(batch, algorithm, x, w, {}, together, scratch.span());
    for (int64_t n = 0; n < batch.n; ++n) {
      kernels::conv_forward(one, algorithm, std::span(x).subspan(n * one.x_floats(), one.x_floats()), w, {},
                            std::span(alone).subspan(n * one.y_floats(), one.y_floats()), scratch.span());
    }
    expect_same_bits(together, alone, kernels::conv_algorithm_name(algorithm));
  }
}

}  // namespace
}  // namespace fer::testing
