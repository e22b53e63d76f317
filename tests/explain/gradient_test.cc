#include "explain/gradient.h"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/plan.h"
#include "fer/explain.h"
#include "fer/threads.h"
#include "tests/engine/random_network.h"

namespace fer::explain {
namespace {

using fer::testing::Draw;
using fer::testing::RandomNetwork;

// What a network that ends in scores gives, in inference.
std::vector<float> scores_of(const Network& network, const Weights& weights, std::span<const float> input) {
  const Network scored = ending_in_scores(network);
  const engine::InferenceModel model(scored, weights.layout, weights.values.values());
  engine::InferenceModel::Workspace workspace = model.make_workspace(1);
  std::vector<float> out(static_cast<size_t>(class_count(network)));
  model.run(workspace, 1, input, out);
  return out;
}

// A central difference in floats: a step of 2^-6 loses 1e-5 to roundings of scores of size 1, and as much to the third
// derivative.
constexpr float kStep = 1.0f / 64;
constexpr double kTolerance = 4e-3;

TEST(Gradient, IsThatOfInferenceByEachPixel) {
  for (uint32_t stream = 0; stream < 12; ++stream) {
    const Network network = RandomNetwork(stream, {.smooth = true}).network();
    const Weights weights = fer::testing::random_weights(network, stream);
    Draw draw(stream + 900);
    std::vector<float> input = draw.values(network.input.elements());
    const int index = static_cast<int>(draw.integer(0, class_count(network) - 1));
    const ScoreGradient found = score_gradient(probed(network, weights, kInput), input, index);
    EXPECT_NEAR(found.score, scores_of(network, weights, input)[index], 1e-3) << summary(network);
    double largest = 0;
    for (const float g : found.gradient) largest = std::max(largest, std::fabs(static_cast<double>(g)));
    for (size_t i = 0; i < input.size(); i += 7) {
      const float before = input[i];
      input[i] = before + kStep;
      const double above = scores_of(network, weights, input)[index];
      input[i] = before - kStep;
      const double below = scores_of(network, weights, input)[index];
      input[i] = before;
      ASSERT_NEAR(found.gradient[i], (above - below) / (2 * kStep), kTolerance * (1 + largest))
          << "pixel " << i << " of network " << stream << "\n"
          << summary(network);
    }
  }
}

Network bias_network() {
  Network network({6, 5, 2}, {"a", "b", "c"});
  network.add(Conv2D{.filters = 4, .padding = Padding::same()}, "conv");
  network.add(BatchNorm{}, "norm");
  network.add(ActivationLayer{Activation::kSilu}, "silu");
  network.add(Dropout{0.4f}, "drop");
  network.add(Conv2D{.filters = 3, .kernel = {2, 2}, .activation = Activation::kTanh}, "second");
  network.add(GlobalAveragePool2D{}, "mean");
  network.add(Dense{.units = 3, .activation = Activation::kSoftmax}, "out");
  return network;
}

// Without a probe: the convolution's own bias is in every cell of its map.
TEST(Gradient, SummedOverAMapIsThatOfTheConvolutionsBias) {
  const Network network = bias_network();
  Weights weights = fer::testing::random_weights(network, 4);
  Draw draw(5);
  const std::vector<float> input = draw.values(60);
  const LayerGradient found = layer_gradient({network, weights, {}}, "conv", input, 1);
  ASSERT_EQ(found.gradient.shape(), Shape({6, 5, 4}));
  const Parameter bias = *std::find_if(weights.layout.parameters.begin(), weights.layout.parameters.end(),
                                       [](const Parameter& p) { return p.name == "conv/bias"; });
  for (size_t channel = 0; channel < 4; ++channel) {
    double sum = 0;
    for (size_t cell = 0; cell < 30; ++cell) sum += found.gradient.values()[cell * 4 + channel];
    float& value = weights.of(bias)[channel];
    const float before = value;
    value = before + kStep;
    const double above = scores_of(network, weights, input)[1];
    value = before - kStep;
    const double below = scores_of(network, weights, input)[1];
    value = before;
    EXPECT_NEAR(sum, (above - below) / (2 * kStep), kTolerance) << channel;
  }
}

TEST(Gradient, HasTheSameBitsWithAnyNumberOfThreads) {
  const Network network = bias_network();
  const Probed probe = probed(network, fer::testing::random_weights(network, 4), 2);
  Draw draw(6);
  const std::vector<float> input = draw.values(60);
  const ScoreGradient one = score_gradient(probe, input, 0);
  for (const int threads : {1, 2, 3}) {
    set_num_threads(threads);
    const ScoreGradient other = score_gradient(probe, input, 0);
    EXPECT_EQ(one.gradient, other.gradient);
    EXPECT_EQ(one.score, other.score);
  }
  set_num_threads(0);
}

}  // namespace
}  // namespace fer::explain
