// Which algorithm a convolution uses: one formula, apart from the kernels.
#include <algorithm>
#include <utility>

#include "kernels/conv.h"
#include "kernels/winograd.h"

namespace fer::kernels {
namespace {

// Costs are in units of a multiply-add. A transformed value is loaded, goes through about eight additions in two passes
// and is stored.
constexpr double kTransformCost = 14;
// Reading a float of weights from beyond the second-level cache: two cores of a Xeon of 2023 multiply-add 200 G times a
// second and read 15 G floats. Behind the products of this many rows most of it goes unnoticed.
constexpr double kReadCost = 13;
constexpr double kRowsThatHide = 16;

double read_cost(double floats, int64_t rows) {
  return kReadCost * floats * std::min(1.0, kRowsThatHide / static_cast<double>(rows));
}

// filters: the cost of those, made or read.
template <class Filters>
double winograd_cost(const WinogradTiling& t, const ConvShape& s, const Filters& filters) {
  const double values = static_cast<double>(t.points() * t.tiles), pairs = static_cast<double>(s.ci * s.co);
  return values * pairs + kTransformCost * values * static_cast<double>(s.ci + s.co) +
         filters(static_cast<double>(t.points()) * pairs, t.tiles);
}

double direct_cost(const ConvShape& s) {
  return static_cast<double>(s.macs()) + 4.0 * static_cast<double>(s.n * s.oh * s.ow * s.kh * s.kw * s.ci);
}

template <class WinogradCost>
ConvAlgorithm cheapest(const ConvShape& s, double direct, const WinogradCost& winograd) {
  constexpr std::pair<ConvAlgorithm, int> kAlgorithms[] = {
      {ConvAlgorithm::kWinograd2, 2}, {ConvAlgorithm::kWinograd3, 3}, {ConvAlgorithm::kWinograd4, 4},
      {ConvAlgorithm::kWinograd5, 5}, {ConvAlgorithm::kWinograd6, 6}, {ConvAlgorithm::kWinograd4Of5, 4}};
  ConvAlgorithm best = ConvAlgorithm::kDirect;
  double best_cost = direct;
  for (const auto& [algorithm, m] : kAlgorithms) {
    if (!conv_supports(algorithm, s)) continue;
    const double cost = winograd(m);
    if (cost < best_cost) best = algorithm, best_cost = cost;
  }
  return best;
}

}  // namespace

ConvAlgorithm conv_choose(const ConvShape& s, ConvPass pass) {
  const bool on_input = pass == ConvPass::kBackwardData;
  return cheapest(s, direct_cost(s), [&](int m) {
    const WinogradTiling tiling(m, s.kh, s.n, on_input ? s.h : s.oh, on_input ? s.w : s.ow);
    return winograd_cost(tiling, s, [](double floats, int64_t) { return kTransformCost * floats; });
  });
}

ConvAlgorithm conv_choose_prepared(const ConvShape& s) {
  const double direct = direct_cost(s) + read_cost(static_cast<double>(s.w_floats()), s.n * s.oh * s.ow);
  return cheapest(s, direct,
                  [&](int m) { return winograd_cost(WinogradTiling(m, s.kh, s.n, s.oh, s.ow), s, read_cost); });
}

}  // namespace fer::kernels
