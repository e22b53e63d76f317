// Convolutions and dense layers: every pass, every algorithm that can do it; the one that would be chosen is marked.
#include <algorithm>

#include "bench/kernels/layers.h"
#include "bench/kernels/rates.h"
#include "bench/kernels/register.h"
#include "kernels/conv/conv.h"
#include "kernels/int8/int8.h"

namespace fer::bench {
namespace {

using kernels::ConvAlgorithm;
using kernels::ConvPass;
using kernels::ConvShape;

struct Operands {
  Tensor x, w, y, scratch;
  Operands(const ConvShape& s, int64_t scratch_floats)
      : x(random_values(s.x_floats())),
        w(random_values(s.w_floats())),
        y(random_values(s.y_floats())),
        scratch({std::max<int64_t>(scratch_floats, 16)}) {}
};

void run_pass(benchmark::State& state, const ConvShape& s, ConvPass pass, ConvAlgorithm algorithm) {
  Operands o(s, kernels::conv_scratch_floats(s, pass, algorithm));
  for (auto _ : state) {
    if (pass == ConvPass::kForward)
      kernels::conv_forward(s, algorithm, o.x.values(), o.w.values(), {}, o.y.values(), o.scratch.values());
    if (pass == ConvPass::kBackwardData)
      kernels::conv_backward_data(s, algorithm, o.y.values(), o.w.values(), o.x.values(), o.scratch.values());
    if (pass == ConvPass::kBackwardWeights)
      kernels::conv_backward_weights(s, algorithm, o.x.values(), o.y.values(), o.w.values(), o.scratch.values());
  }
  state_flops(state, static_cast<double>(s.macs()));
  if (algorithm == kernels::conv_choose(s, pass)) state.SetLabel("chosen");
}

void run_prepared(benchmark::State& state, const ConvShape& s, ConvAlgorithm algorithm) {
  Operands o(s, kernels::conv_forward_prepared_scratch_floats(s, algorithm));
  Tensor prepared({kernels::conv_prepared_floats(s, algorithm)});
  kernels::conv_prepare_weights(s, algorithm, o.w.values(), prepared.values());
  for (auto _ : state) {
    kernels::conv_forward_prepared(s, algorithm, o.x.values(), prepared.values(), {}, o.y.values(), o.scratch.values());
  }
  state_flops(state, static_cast<double>(s.macs()));
  if (algorithm == kernels::conv_choose_prepared(s)) state.SetLabel("chosen");
}

void run_int8(benchmark::State& state, const ConvShape& s) {
  const std::vector<uint8_t> x(static_cast<size_t>(s.n * s.h * s.w * kernels::byte_cell(s.ci)), 100);
  std::vector<int8_t> q(static_cast<size_t>(s.w_floats()), 3),
      prepared(static_cast<size_t>(kernels::int8_prepared_bytes(s)));
  kernels::int8_prepare_kernel(s, q, prepared);
  const std::vector<int32_t> start(static_cast<size_t>(s.co + 15), 0);
  const std::vector<float> multiplier(static_cast<size_t>(s.co), 1e-4f);
  const kernels::Int8Conv conv{
      .prepared = prepared.data(), .start = start.data(), .epilogue = {.multiplier = multiplier.data(), .relu = true}};
  std::vector<uint8_t> y(static_cast<size_t>(s.n * s.oh * s.ow * kernels::byte_cell(s.co)));
  std::vector<uint8_t> scratch(static_cast<size_t>(kernels::int8_conv_scratch_bytes(s)));
  for (auto _ : state) kernels::int8_conv_forward(s, conv, x.data(), kernels::int8_range(0, 1), y.data(), scratch);
  state_flops(state, static_cast<double>(s.macs()));
}

const char* pass_name(ConvPass pass) {
  if (pass == ConvPass::kForward) return "forward";
  return pass == ConvPass::kBackwardData ? "data_gradient" : "weight_gradient";
}

// "winograd F(6x6,3x3)" as a word.
std::string word(ConvAlgorithm algorithm) {
  std::string name = kernels::conv_algorithm_name(algorithm);
  std::erase_if(name, [](char c) { return c == ' ' || c == '(' || c == ')'; });
  return name;
}

const Registration convolutions([] {
  for (const BenchLayer& layer : bench_layers()) {
    if (!has_kernel(layer)) continue;
    const ConvShape s = conv_shape_of(layer, kBatch), one = conv_shape_of(layer, 1);
    for (const ConvAlgorithm algorithm : kernels::conv_algorithms()) {
      if (!kernels::conv_supports(algorithm, s)) continue;
      const auto name = [&](const std::string& pass, int64_t n) {
        return "conv/" + full_name(layer) + "/" + pass + "/" + word(algorithm) + "/" + std::to_string(n);
      };
      for (const ConvPass pass : {ConvPass::kForward, ConvPass::kBackwardData, ConvPass::kBackwardWeights})
        add(name(pass_name(pass), kBatch), [=](benchmark::State& state) { run_pass(state, s, pass, algorithm); });
      add(name("inference", kBatch), [=](benchmark::State& state) { run_prepared(state, s, algorithm); });
      add(name("inference", 1), [=](benchmark::State& state) { run_prepared(state, one, algorithm); });
    }
    if (!kernels::int8_conv_supports(s)) continue;
    add("conv/" + full_name(layer) + "/inference/int8/64", [=](benchmark::State& state) { run_int8(state, s); });
    add("conv/" + full_name(layer) + "/inference/int8/1", [=](benchmark::State& state) { run_int8(state, one); });
  }
});

}  // namespace
}  // namespace fer::bench
