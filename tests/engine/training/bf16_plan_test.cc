// Training with products in bf16: near the same plan in fp32, with the same bits from any number of threads.
#include <gtest/gtest.h>

#include "kernels/conv/conv.h"
#include "tests/engine/plan_cases.h"

namespace fer::testing {
namespace {

// Deep enough in channels for bf16 to pay in every convolution but the first. With relu, a gradient jumps where a value
// near zero changes its sign, so for comparisons there is none.
Network deep_network(Activation activation) {
  Network network({12, 12, 1});
  network.add(Conv2D{.filters = 64, .padding = Padding::same(), .activation = activation});
  network.add(Conv2D{.filters = 64, .padding = Padding::same(), .activation = activation}, "second");
  network.add(BatchNorm{}).add(AveragePool2D{});
  network.add(Conv2D{.filters = 70, .activation = activation}, "third");
  network.add(Flatten{}).add(Dense{.units = 3});
  return network;
}

TrainingOutput run(const Network& network, const TrainingInput& in, Precision precision) {
  engine::TrainingPlan plan(network, in.weights.layout, in.n, precision);
  return run_plan(plan, in);
}

// Root mean square of a - b over that of b.
double difference(std::span<const float> a, std::span<const float> b) {
  double error = 0, size = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    error += (a[i] - b[i]) * (a[i] - b[i]);
    size += b[i] * b[i];
  }
  return std::sqrt(error / size);
}

TEST(Bf16Plan, HasGradientsNearThoseOfFp32) {
  if (!precision_available(Precision::kBf16)) GTEST_SKIP() << "this CPU does not multiply bf16";
  const Network network = deep_network(Activation::kLinear);
  TrainingInput in(network, 16, 1610);
  in.weights = initialize(network, 3);
  const TrainingOutput fp32 = run(network, in, Precision::kFp32), bf16 = run(network, in, Precision::kBf16);
  EXPECT_NEAR(bf16.result.loss_sum / fp32.result.loss_sum, 1, 0.01);
  for (const Parameter& p : in.weights.layout.parameters) {
    if (!p.trainable || !p.name.ends_with("kernel")) continue;
    const auto begin = static_cast<size_t>(p.offset), count = static_cast<size_t>(p.shape.elements());
    const double off =
        difference(std::span(bf16.gradients).subspan(begin, count), std::span(fp32.gradients).subspan(begin, count));
    EXPECT_LT(off, 0.04) << p.name;
    EXPECT_GT(off, 1e-4) << p.name << ": bf16 was not used";
  }
}

TEST(Bf16Plan, HasTheSameBitsFromAnyNumberOfThreads) {
  if (!precision_available(Precision::kBf16)) GTEST_SKIP() << "this CPU does not multiply bf16";
  const Network network = deep_network(Activation::kRelu);
  const TrainingInput in(network, 7, 1611);
  set_num_threads(1);
  const TrainingOutput one = run(network, in, Precision::kBf16);
  set_num_threads(3);
  const TrainingOutput three = run(network, in, Precision::kBf16);
  set_num_threads(0);
  EXPECT_EQ(one.gradients, three.gradients);
  EXPECT_EQ(one.result.loss_sum, three.result.loss_sum);
}

TEST(Bf16Plan, UsesBf16WhereItPays) {
  kernels::ConvShape s{
      .n = 64, .h = 23, .w = 23, .ci = 128, .co = 128, .pad_top = 1, .pad_left = 1, .oh = 23, .ow = 23};
  s.kh = s.kw = 3;
  for (const kernels::ConvPass pass :
       {kernels::ConvPass::kForward, kernels::ConvPass::kBackwardData, kernels::ConvPass::kBackwardWeights}) {
    EXPECT_GE(kernels::conv_choose(s, pass, Precision::kBf16), kernels::ConvAlgorithm::kWinograd2Bf16);
    EXPECT_LT(kernels::conv_choose(s, pass), kernels::ConvAlgorithm::kWinograd2Bf16);
  }
}

}  // namespace
}  // namespace fer::testing
