// Which algorithm a convolution uses: one formula, apart from the kernels.
#include <algorithm>
#include <span>

#include "kernels/conv/conv.h"
#include "kernels/conv/winograd/transforms.h"

namespace fer::kernels {
namespace {

// Costs are in units of a multiply-add. A transformed value is loaded, goes through about eight additions in two passes
// and is stored.
struct ProductCosts {
  double product, transform;
};
constexpr ProductCosts kFloatCosts = {1, 14};
// Where the CPU multiplies bf16.
constexpr ProductCosts kBf16Costs = {0.5, 14};
// Reading a float of weights from beyond the second-level cache: two cores of a Xeon of 2023 multiply-add 200 G times a
// second and read 15 G floats. Behind the products of this many rows most of it goes unnoticed.
constexpr double kReadCost = 13;
constexpr double kRowsThatHide = 16;

double read_cost(double floats, int64_t rows) {
  return kReadCost * floats * std::min(1.0, kRowsThatHide / static_cast<double>(rows));
}

// filters: the cost of those, made or read.
template <class Filters>
double winograd_cost(const WinogradTiling& t, const ConvShape& s, const ProductCosts& costs, const Filters& filters) {
  const double values = static_cast<double>(t.points() * t.tiles), pairs = static_cast<double>(s.ci * s.co);
  return costs.product * values * pairs + costs.transform * values * static_cast<double>(s.ci + s.co) +
         filters(static_cast<double>(t.points()) * pairs, t.tiles);
}

double direct_cost(const ConvShape& s) {
  return static_cast<double>(s.macs()) + 4.0 * static_cast<double>(s.n * s.oh * s.ow * s.kh * s.kw * s.ci);
}

struct Candidate {
  ConvAlgorithm algorithm;
  int m;
  double share = 1;  // it is taken where it costs less than this share of the best before it
};
constexpr Candidate kFloatCandidates[] = {{ConvAlgorithm::kWinograd2, 2}, {ConvAlgorithm::kWinograd3, 3},
                                          {ConvAlgorithm::kWinograd4, 4}, {ConvAlgorithm::kWinograd5, 5},
                                          {ConvAlgorithm::kWinograd6, 6}, {ConvAlgorithm::kWinograd4Of5, 4}};
// F(5x5) rounded to bf16 is off by twice as much as F(4x4): only where it spares much.
constexpr double kWorthTheError = 0.8;
constexpr Candidate kBf16Candidates[] = {{ConvAlgorithm::kWinograd2Bf16, 2},
                                         {ConvAlgorithm::kWinograd3Bf16, 3},
                                         {ConvAlgorithm::kWinograd4Bf16, 4},
                                         {ConvAlgorithm::kWinograd5Bf16, 5, kWorthTheError}};

// The cheapest so far.
struct Choice {
  ConvAlgorithm algorithm = ConvAlgorithm::kDirect;
  double cost = 0;

  template <class WinogradCost>
  void compare(const ConvShape& s, std::span<const Candidate> candidates, const WinogradCost& winograd) {
    for (const Candidate& candidate : candidates) {
      if (!conv_supports(candidate.algorithm, s)) continue;
      const double candidate_cost = winograd(candidate.m);
      if (candidate_cost < candidate.share * cost) algorithm = candidate.algorithm, cost = candidate_cost;
    }
  }
};

}  // namespace

ConvAlgorithm conv_choose(const ConvShape& s, ConvPass pass, Precision precision) {
  const bool on_input = pass == ConvPass::kBackwardData;
  const auto cost_of = [&](const ProductCosts& costs) {
    return [&, costs](int m) {
      const WinogradTiling tiling(m, s.kh, s.n, on_input ? s.h : s.oh, on_input ? s.w : s.ow);
      return winograd_cost(tiling, s, costs, [&](double floats, int64_t) { return costs.transform * floats; });
    };
  };
  Choice choice{.cost = direct_cost(s)};
  choice.compare(s, kFloatCandidates, cost_of(kFloatCosts));
  if (precision == Precision::kBf16) choice.compare(s, kBf16Candidates, cost_of(kBf16Costs));
  return choice.algorithm;
}

ConvAlgorithm conv_choose_prepared(const ConvShape& s) {
  Choice choice{.cost = direct_cost(s) + read_cost(static_cast<double>(s.w_floats()), s.n * s.oh * s.ow)};
  choice.compare(s, kFloatCandidates, [&](int m) {
    return winograd_cost(WinogradTiling(m, s.kh, s.n, s.oh, s.ow), s, kFloatCosts, read_cost);
  });
  return choice.algorithm;
}

}  // namespace fer::kernels
