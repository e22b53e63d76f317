// Which algorithm a convolution uses: one cost model, apart from the kernels.
#include <algorithm>
#include <limits>

#include "kernels/conv/algorithms.h"
#include "kernels/conv/winograd/transforms.h"

namespace fer::kernels {
namespace {

// Costs are in units of a multiply-add. A transformed value is loaded, goes through about eight additions in two passes
// and is stored.
constexpr double kTransformCost = 14;
// Where the CPU multiplies bf16, two products and their sum take one instruction.
constexpr double kProductCost = 1, kBf16ProductCost = 0.5;
// A gathered value of a direct convolution's patches is copied once.
constexpr double kGatherCost = 4;
// Reading a float of weights from beyond the second-level cache: two cores of a Xeon of 2023 multiply-add 200 G times
// per second and read 15 G floats. Behind the products of this many rows most of it goes unnoticed.
constexpr double kReadCost = 13;
constexpr double kRowsThatHide = 16;

double read_cost(double floats, int64_t rows) {
  return kReadCost * floats * std::min(1.0, kRowsThatHide / static_cast<double>(rows));
}

// The cheapest of all in the table that compute this convolution.
ConvAlgorithm cheapest(const ConvShape& s, ConvPass pass, bool prepared, bool with_bf16) {
  ConvAlgorithm best = ConvAlgorithm::kDirect;
  double best_cost = std::numeric_limits<double>::infinity();
  for (const ConvAlgorithm algorithm : conv_algorithms()) {
    const ConvMethod& method = conv_method(algorithm);
    if ((method.bf16 && !with_bf16) || !method.family->supports(method, s)) continue;
    const double cost = method.family->cost(method, s, pass, prepared);
    if (cost < method.worth * best_cost) best = algorithm, best_cost = cost;
  }
  return best;
}

}  // namespace

double direct_cost(const ConvMethod&, const ConvShape& s, ConvPass, bool prepared) {
  const double gathered = static_cast<double>(s.n * s.oh * s.ow * s.kh * s.kw * s.ci);
  const double cost = static_cast<double>(s.macs()) + kGatherCost * gathered;
  return prepared ? cost + read_cost(static_cast<double>(s.w_floats()), s.n * s.oh * s.ow) : cost;
}

double winograd_cost(const ConvMethod& method, const ConvShape& s, ConvPass pass, bool prepared) {
  // The gradient by the input is cut into tiles of the input.
  const bool on_input = pass == ConvPass::kBackwardData;
  const WinogradTiling t(method.tile, s.kh, s.n, on_input ? s.h : s.oh, on_input ? s.w : s.ow);
  const double values = static_cast<double>(t.points() * t.tiles), pairs = static_cast<double>(s.ci * s.co);
  const double filters = static_cast<double>(t.points()) * pairs;
  return (method.bf16 ? kBf16ProductCost : kProductCost) * values * pairs +
         kTransformCost * values * static_cast<double>(s.ci + s.co) +
         (prepared ? read_cost(filters, t.tiles) : kTransformCost * filters);
}

ConvAlgorithm conv_choose(const ConvShape& s, ConvPass pass, Precision precision) {
  return cheapest(s, pass, false, precision == Precision::kBf16);
}

ConvAlgorithm conv_choose_prepared(const ConvShape& s) { return cheapest(s, ConvPass::kForward, true, false); }

}  // namespace fer::kernels
