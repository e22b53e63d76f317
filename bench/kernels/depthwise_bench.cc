// Depthwise convolutions of mini-Xception at 64x64 and of a MobileNet's 5x5: every pass.
#include <string>

#include "bench/kernels/rates.h"
#include "bench/kernels/register.h"
#include "kernels/depthwise/depthwise.h"

namespace fer::bench {
namespace {

using kernels::ConvPass;
using kernels::DepthwiseShape;

void run_depthwise(benchmark::State& state, const DepthwiseShape& s, ConvPass pass) {
  Tensor x(random_values(s.x_floats())), w(random_values(s.w_floats())), y(random_values(s.y_floats())),
      scratch({kernels::depthwise_scratch_floats(s, pass)});
  for (auto _ : state) {
    if (pass == ConvPass::kForward)
      kernels::depthwise_forward(s, x.values(), w.values(), {}, y.values(), scratch.values());
    if (pass == ConvPass::kBackwardData)
      kernels::depthwise_backward_data(s, y.values(), w.values(), x.values(), scratch.values());
    if (pass == ConvPass::kBackwardWeights)
      kernels::depthwise_backward_weights(s, x.values(), y.values(), w.values(), scratch.values());
  }
  state_flops(state, static_cast<double>(s.macs()));
}

DepthwiseShape same(int64_t side, int64_t c, int64_t kernel) {
  return {.n = 64,
          .h = side,
          .w = side,
          .c = c,
          .kh = kernel,
          .kw = kernel,
          .pad_top = kernel / 2,
          .pad_left = kernel / 2,
          .oh = side,
          .ow = side};
}

const char* name_of(ConvPass pass) {
  if (pass == ConvPass::kForward) return "forward";
  return pass == ConvPass::kBackwardData ? "data_gradient" : "weight_gradient";
}

const Registration depthwise([] {
  for (const DepthwiseShape& s :
       {same(60, 8, 3), same(60, 16, 3), same(30, 32, 3), same(15, 64, 3), same(8, 128, 3), same(12, 72, 5)}) {
    const std::string size = std::to_string(s.kh) + "x" + std::to_string(s.kw) + "/" + std::to_string(s.h) + "x" +
                             std::to_string(s.w) + "x" + std::to_string(s.c);
    for (const ConvPass pass : {ConvPass::kForward, ConvPass::kBackwardData, ConvPass::kBackwardWeights})
      add("depthwise/" + size + "/" + name_of(pass), [=](benchmark::State& state) { run_depthwise(state, s, pass); });
  }
});

}  // namespace
}  // namespace fer::bench
