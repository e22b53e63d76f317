// Single convolutions against PyTorch: paddings of every kind, strides, kernels that are not square.
#include <gtest/gtest.h>

#include "tests/engine/fixture.h"
#include "tests/kernels/conv/conv_cases.h"

namespace fer::testing {
namespace {

using nlohmann::json;

Padding padding_of(const json& padding) {
  if (padding == "same") return Padding::same();
  if (padding == "valid") return Padding::valid();
  return Padding::on_each_side(padding.get<int64_t>());
}

ConvShape shape_of(const json& c) {
  const auto x = c["x_shape"].get<std::vector<int64_t>>(), y = c["y_shape"].get<std::vector<int64_t>>();
  const ConvShape s = conv_shape({.n = x[0],
                                  .h = x[1],
                                  .w = x[2],
                                  .ci = x[3],
                                  .co = y[3],
                                  .kernel = c["kernel"].get<Pair>(),
                                  .strides = c["strides"].get<Pair>(),
                                  .padding = padding_of(c["padding"])});
  EXPECT_EQ(s.oh, y[1]);
  EXPECT_EQ(s.ow, y[2]);
  return s;
}

// The fixture has nine digits.
void expect_digits(const std::vector<double>& found, const json& expected, const std::string& what) {
  const std::vector<double> values = doubles_of(expected);
  ASSERT_EQ(found.size(), values.size()) << what;
  for (size_t i = 0; i < values.size(); ++i)
    EXPECT_NEAR(found[i], values[i], 1e-8 * std::fabs(values[i]) + 1e-13) << what << "[" << i << "]";
}

TEST(PyTorchConv, ReferenceAgrees) {
  const json cases = read_fixture("convolutions.json");
  ASSERT_EQ(cases.size(), 6u);
  for (const json& c : cases) {
    const ConvShape s = shape_of(c);
    SCOPED_TRACE(to_string(s));
    // As floats first: nine digits are meant to give back those.
    const auto input = [&](const char* name) { return as_doubles(floats_of(c[name])); };
    const std::vector<double> x = input("x"), w = input("w"), dy = input("dy");
    expect_digits(reference::conv_forward(s, x, w, input("bias")), c["y"], "y");
    expect_digits(reference::conv_backward_data(s, dy, w), c["dx"], "dx");
    expect_digits(reference::conv_backward_weights(s, x, dy), c["dw"], "dw");
    expect_digits(reference::column_sums(s.co, dy), c["db"], "db");
  }
}

// (Those in bf16 are held to the reference, by the size of all a sum's terms, in conv_test.cc.)
TEST(PyTorchConv, EveryAlgorithmAgrees) {
  const json cases = read_fixture("convolutions.json");
  for (const json& c : cases) {
    ConvTruth truth(shape_of(c));
    truth.x = floats_of(c["x"]);
    truth.w = floats_of(c["w"]);
    truth.dy = floats_of(c["dy"]);
    for (const ConvAlgorithm algorithm : all_conv_algorithms()) {
      if (is_bf16(algorithm) || !kernels::conv_supports(algorithm, truth.s)) continue;
      const Results r = run_conv(truth, algorithm);
      std::vector<double> y = doubles_of(c["y"]), bias = doubles_of(c["bias"]);
      for (size_t i = 0; i < y.size(); ++i) y[i] -= bias[i % bias.size()];
      const std::string what = std::string(kernels::conv_algorithm_name(algorithm)) + ", " + to_string(truth.s);
      // Values of about 1 in sums of at most 60.
      const double roundings = 100 * winograd_amplification(algorithm);
      expect_rounded(r[0], y, roundings, 1, "y of " + what);
      expect_rounded(r[1], doubles_of(c["dx"]), roundings, 1, "dx of " + what);
      expect_rounded(r[2], doubles_of(c["dw"]), roundings, 1, "dw of " + what);
    }
  }
}

}  // namespace
}  // namespace fer::testing
