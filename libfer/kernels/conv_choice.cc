// Which algorithm a convolution uses: one formula, apart from the kernels.
#include "kernels/conv.h"
#include "kernels/winograd.h"

namespace fer::kernels {
namespace {

// Multiply-adds of the products, plus what the transforms cost in units of a multiply-add: a transformed value is
// loaded, goes through about eight additions in two passes and is stored.
constexpr double kTransformCost = 14;

double winograd_cost(int m, const ConvShape& s, ConvPass pass) {
  const bool on_input = pass == ConvPass::kBackwardData;
  const WinogradTiling t(m, s.n, on_input ? s.h : s.oh, on_input ? s.w : s.ow);
  const double values = static_cast<double>(t.points()) * static_cast<double>(t.tiles);
  const double filters = static_cast<double>(t.points()) * static_cast<double>(s.ci * s.co);
  return values * static_cast<double>(s.ci * s.co) +
         kTransformCost * (values * static_cast<double>(s.ci + s.co) + filters);
}

}  // namespace

ConvAlgorithm conv_choose(const ConvShape& s, ConvPass pass) {
  ConvAlgorithm best = ConvAlgorithm::kDirect;
  double best_cost = static_cast<double>(s.macs()) + 4.0 * static_cast<double>(s.n * s.oh * s.ow * s.kh * s.kw * s.ci);
  const auto consider = [&](ConvAlgorithm algorithm, int m) {
    if (!conv_supports(algorithm, s)) return;
    const double cost = winograd_cost(m, s, pass);
    if (cost < best_cost) best = algorithm, best_cost = cost;
  };
  consider(ConvAlgorithm::kWinograd2, 2);
  consider(ConvAlgorithm::kWinograd3, 3);
  consider(ConvAlgorithm::kWinograd4, 4);
  consider(ConvAlgorithm::kWinograd5, 5);
  consider(ConvAlgorithm::kWinograd6, 6);
  return best;
}

}  // namespace fer::kernels
