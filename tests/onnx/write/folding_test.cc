// Which batch norms are folded, and into what.
#include "onnx/write/folding.h"

#include <algorithm>
#include <map>

#include "tests/onnx/round_trip.h"

namespace fer {
namespace {

TEST(Onnx, FoldingLeavesOutTheBatchNormsThatFollowALinearLayer) {
  const Network again = round_trip(random_model(all_layers(), 7)).network;
  std::string norms;
  for (const Layer& layer : again.layers) {
    if (std::holds_alternative<BatchNorm>(layer.kind)) norms += layer.name + " ";
  }
  EXPECT_EQ(norms, "bn2 bn3 ");
}

TEST(OnnxFolding, WeightsAreScaledAndMovedByOutputChannel) {
  Network network({1, 1, 2}, {"a", "b"});
  network.add(Conv2D{.filters = 2, .kernel = {1, 1}}, "conv").add(BatchNorm{.epsilon = 0.25f}, "norm");
  network.add(Flatten{}, "flat");
  Weights weights = initialize(network, 1);
  const std::map<std::string, std::vector<float>> given = {
      {"conv/kernel", {1, 2, 3, 4}}, {"conv/bias", {5, 6}},        {"norm/gamma", {2, 3}},
      {"norm/beta", {0.5f, -1}},     {"norm/moving_mean", {1, 2}}, {"norm/moving_variance", {0.75f, 3.75f}},
  };
  for (const Parameter& parameter : weights.layout.parameters) {
    const std::vector<float>& values = given.at(parameter.name);
    std::copy(values.begin(), values.end(), weights.of(parameter).begin());
  }
  const onnx_file::ParameterTable table(weights);
  EXPECT_TRUE(table.of(network.layers[2], "kernel").empty());
  // Scales 2 / sqrt(0.75 + 0.25) = 2 and 3 / sqrt(3.75 + 0.25) = 1.5.
  const auto folded = onnx_file::fold(table, network.layers[0], "kernel", network.layers[1]);
  EXPECT_EQ(folded.kernel, (std::vector<float>{2, 3, 6, 6}));
  EXPECT_EQ(folded.bias, (std::vector<float>{8.5f, 5}));
}

TEST(OnnxFolding, ANormIsTakenInByALinearLayerThatItAloneReads) {
  const auto norms = [](const Network& network) { return onnx_file::foldable_norms(network, infer(network)); };
  Network chain({5, 5, 1});
  chain.add(BatchNorm{}, "first").add(Conv2D{.filters = 2}, "linear").add(BatchNorm{}, "norm");
  chain.add(Conv2D{.filters = 2, .kernel = {1, 1}, .activation = Activation::kRelu}, "relu").add(BatchNorm{}, "last");
  EXPECT_EQ(norms(chain), (std::vector<int>{-1, 2, -1, -1, -1}));
  Network read_twice({5, 5, 1});
  read_twice.add(Conv2D{.filters = 2}, "conv").add(BatchNorm{}, "norm").add(Add{}, "sum", {"conv", "norm"});
  EXPECT_EQ(norms(read_twice), (std::vector<int>{-1, -1, -1}));
}

}  // namespace
}  // namespace fer
