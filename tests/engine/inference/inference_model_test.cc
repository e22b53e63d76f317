// Inference models against the reference network: what is folded and fused gives what the layers give one by one.
#include <gtest/gtest.h>

#include "tests/engine/plan_cases.h"

namespace fer::testing {
namespace {

struct InferenceInput {
  Weights weights;
  int64_t n;
  std::vector<float> pictures;

  InferenceInput(const Network& network, int64_t batch, uint32_t stream)
      : weights(random_weights(network, stream)), n(batch) {
    pictures = Draw(stream + 60000).values(n * network.input.elements());
  }
  std::vector<float> first_pictures(int64_t count) const {
    return {pictures.begin(), pictures.begin() + count * static_cast<int64_t>(pictures.size()) / n};
  }
  engine::InferenceModel model(const Network& network) const {
    return {network, weights.layout, weights.values.values()};
  }
};

std::vector<float> run_model(const engine::InferenceModel& model, engine::InferenceModel::Workspace& workspace,
                             int64_t n, const std::vector<float>& pictures, int64_t classes) {
  std::vector<float> outputs(static_cast<size_t>(n * classes), NAN);
  model.run(workspace, n, pictures, outputs);
  return outputs;
}

std::vector<float> run_model(const Network& network, const InferenceInput& in) {
  const engine::InferenceModel model = in.model(network);
  auto workspace = model.make_workspace(in.n);
  return run_model(model, workspace, in.n, in.pictures, class_count(network));
}

Values run_reference(const Network& network, const InferenceInput& in) {
  const auto values = in.weights.values.values();
  return ReferenceNetwork(network).run(in.n, as_doubles(in.pictures), {values.begin(), values.end()});
}

// A thousand roundings of the largest output.
void expect_same_outputs(const Network& network, const InferenceInput& in, const std::vector<float>& found) {
  const Values expected = run_reference(network, in);
  ASSERT_EQ(found.size(), expected.size());
  const double allowed = 1000 * kRounding * largest_magnitude(expected);
  for (size_t i = 0; i < found.size(); ++i)
    ASSERT_NEAR(found[i], expected[i], allowed) << "output " << i << "; " << seed_note() << "\n" << summary(network);
}

void check_network(const Network& network, uint32_t stream, float brightness = 1) {
  InferenceInput in(network, 3, stream);
  for (float& value : in.pictures) value *= brightness;
  set_num_threads(1);
  const std::vector<float> one = run_model(network, in);
  set_num_threads(2);
  const std::vector<float> two = run_model(network, in);
  set_num_threads(0);
  expect_same_outputs(network, in, one);
  expect_same_bits(one, two, "1 and 2 threads");
}

TEST(InferenceModel, GivesWhatTheReferenceGives) {
  for (uint32_t i = 0; i < 20; ++i) {
    SCOPED_TRACE("random network " + std::to_string(1700 + i));
    check_network(RandomNetwork(1700 + i, {}).network(), 1700 + i);
    if (HasFatalFailure()) return;
  }
}

// A small image network whose middle is given; ends in a dense layer.
Network around(const std::vector<LayerKind>& middle) {
  Network network({7, 6, 2});
  for (const LayerKind& layer : middle) network.add(layer);
  network.add(Flatten{}).add(Dense{.units = 3, .activation = Activation::kSoftmax});
  return network;
}

const Conv2D kConv{.filters = 5};
const Conv2D kConvRelu{.filters = 5, .activation = Activation::kRelu};
const Conv2D kConvNoBias{.filters = 5, .bias = false};
const Conv2D kConvTanh{.filters = 5, .activation = Activation::kTanh};
const ActivationLayer kRelu{Activation::kRelu}, kRelu6{Activation::kRelu6};

TEST(InferenceModel, FoldsBatchNormsInEveryOrder) {
  const std::vector<std::vector<LayerKind>> middles = {
      {kConv, BatchNorm{}},
      {kConvNoBias, BatchNorm{}},
      {kConvRelu, BatchNorm{}},
      {kConv, BatchNorm{}, kRelu},
      {kConv, kRelu, BatchNorm{}},
      {kConvNoBias, kRelu, BatchNorm{}, kRelu},
      {kConv, BatchNorm{}, BatchNorm{}},
      {kConvRelu, BatchNorm{}, BatchNorm{}},
      {kConv, BatchNorm{}, kRelu, BatchNorm{}, kRelu},
      {kConv, kRelu, kRelu},
      {kConvTanh, BatchNorm{}},
      {kConv, Dropout{0.5f}, BatchNorm{}, Dropout{0.5f}, kRelu},
      {BatchNorm{}},
      {BatchNorm{}, kRelu},
      {MaxPool2D{}, BatchNorm{}},
      {kConv, MaxPool2D{}, BatchNorm{}},
      {kConv, ActivationLayer{Activation::kSilu}, BatchNorm{}},
  };
  for (size_t i = 0; i < middles.size(); ++i) {
    SCOPED_TRACE("middle " + std::to_string(i));
    check_network(around(middles[i]), 1800 + static_cast<uint32_t>(i));
    if (HasFatalFailure()) return;
  }
}

TEST(InferenceModel, FoldsBatchNormsIntoDepthwiseConvolutions) {
  const DepthwiseConv2D plain{.depth_multiplier = 3}, relu{.activation = Activation::kRelu},
      no_bias{.padding = Padding::same(), .bias = false};
  const SeparableConv2D separable{.filters = 5, .bias = false};
  const std::vector<std::vector<LayerKind>> middles = {
      {plain, BatchNorm{}},
      {relu, BatchNorm{}},
      {no_bias, BatchNorm{}, kRelu},
      {plain, kRelu, BatchNorm{}},
      {separable, BatchNorm{}, kRelu},
  };
  for (size_t i = 0; i < middles.size(); ++i) {
    SCOPED_TRACE("middle " + std::to_string(i));
    check_network(around(middles[i]), 1870 + static_cast<uint32_t>(i));
    if (HasFatalFailure()) return;
  }
}

// Of bright pictures, so that much of it is cut off.
TEST(InferenceModel, FoldsRelu6) {
  const Conv2D pointwise{.filters = 5, .kernel = {1, 1}};
  const DepthwiseConv2D depthwise{.padding = Padding::same()};
  const std::vector<std::vector<LayerKind>> middles = {
      {kConv, kRelu6},
      {pointwise, BatchNorm{}, kRelu6},
      {depthwise, BatchNorm{}, kRelu6},
      {kConv, kRelu6, BatchNorm{}},
      {kConvRelu, kRelu6},
      {kConv, BatchNorm{}, kRelu6, kRelu, BatchNorm{}},
      {kConv, BatchNorm{}, kRelu, BatchNorm{}, kRelu6},
      {Flatten{}, Dense{.units = 4}, kRelu6},
  };
  for (size_t i = 0; i < middles.size(); ++i) {
    SCOPED_TRACE("middle " + std::to_string(i));
    check_network(around(middles[i]), 1890 + static_cast<uint32_t>(i), 30);
    if (HasFatalFailure()) return;
  }
}

TEST(InferenceModel, FoldsBatchNormsIntoDenseLayers) {
  Network network({4, 4, 1});
  network.add(Flatten{}).add(Dense{.units = 6}).add(BatchNorm{}).add(kRelu);
  network.add(Dense{.units = 5, .activation = Activation::kRelu}).add(BatchNorm{}).add(Dense{.units = 3});
  check_network(network, 1820);
}

// A value that two layers read must stay as it is.
TEST(InferenceModel, DoesNotFoldIntoAValueThatOthersRead) {
  const auto same = [](int64_t filters) { return Conv2D{.filters = filters, .padding = Padding::same()}; };
  Network norm({6, 6, 2}), relu({6, 6, 2}), alias({6, 6, 2}), twice({6, 6, 2});
  norm.add(same(4), "conv").add(BatchNorm{}, "norm").add(Add{}, "sum", {"conv", "norm"});
  relu.add(same(4), "conv").add(kRelu, "relu").add(Add{}, "sum", {"relu", "conv"});
  alias.add(same(4), "conv").add(Dropout{0.5f}, "drop").add(BatchNorm{}, "norm", {"drop"});
  alias.add(kRelu, "relu", {"drop"}).add(Add{}, "sum", {"norm", "relu"});
  twice.add(same(4), "conv").add(BatchNorm{}, "norm").add(kRelu, "relu", {"norm"});
  twice.add(BatchNorm{}, "other", {"norm"}).add(Add{}, "sum", {"relu", "other", "norm"});
  for (Network network : {norm, relu, alias, twice}) {
    network.add(Flatten{}).add(Dense{.units = 3});
    check_network(network, 1830);
    if (HasFatalFailure()) return;
  }
}

TEST(InferenceModel, ReadsAliasesOfFoldedValues) {
  Network network({6, 6, 2});
  network.add(Conv2D{.filters = 3}, "conv").add(Dropout{0.5f}, "drop").add(kRelu, "relu", {"drop"});
  network.add(Flatten{}, "flat", {"relu"}).add(Dense{.units = 4}, "a", {"flat"}).add(Dense{.units = 4}, "b", {"flat"});
  network.add(Add{}, "sum", {"a", "b"});
  check_network(network, 1840);
}

TEST(InferenceModel, PassesPicturesOnUntouched) {
  Network network({2, 3, 1});
  network.add(Dropout{0.5f}).add(Flatten{});
  const InferenceInput in(network, 4, 1841);
  const std::vector<float> before = in.pictures;
  EXPECT_EQ(run_model(network, in), in.pictures);
  EXPECT_EQ(in.pictures, before);
}

// In one workspace a request of any size gives each picture the same bits.
TEST(InferenceModel, GivesAPictureTheSameBitsInAnyBatch) {
  for (uint32_t stream = 1850; stream < 1856; ++stream) {
    const Network network = RandomNetwork(stream, {}).network();
    const InferenceInput in(network, 5, stream);
    const engine::InferenceModel model = in.model(network);
    auto workspace = model.make_workspace(5);
    EXPECT_EQ(workspace.max_batch(), 5);
    const int64_t classes = class_count(network), picture = network.input.elements();
    const std::vector<float> together = run_model(model, workspace, 5, in.pictures, classes);
    for (int64_t i = 0; i < 5; ++i) {
      const std::vector<float> one(in.pictures.begin() + i * picture, in.pictures.begin() + (i + 1) * picture);
      const std::vector<float> expected(together.begin() + i * classes, together.begin() + (i + 1) * classes);
      expect_same_bits(run_model(model, workspace, 1, one, classes), expected, "alone");
    }
  }
}

// Convolutions for which one picture, some and many have different algorithms.
TEST(InferenceModel, IsRightForWorkspacesOfEverySize) {
  Network network({13, 12, 3});
  network.add(Conv2D{.filters = 48, .activation = Activation::kRelu})
      .add(BatchNorm{})
      .add(Conv2D{.filters = 80, .padding = Padding::same()})
      .add(BatchNorm{})
      .add(ActivationLayer{})
      .add(Conv2D{.filters = 70, .padding = Padding::same()})
      .add(MaxPool2D{})
      .add(Flatten{})
      .add(Dense{.units = 5, .activation = Activation::kSoftmax});
  const InferenceInput in(network, 20, 1860);
  const engine::InferenceModel model = in.model(network);
  const Values expected = run_reference(network, in);
  for (const int64_t size : {1, 2, 3, 16, 20}) {
    auto workspace = model.make_workspace(size);
    for (const int64_t n : {size, (size + 1) / 2}) {
      const std::vector<float> found = run_model(model, workspace, n, in.first_pictures(n), 5);
      for (size_t i = 0; i < found.size(); ++i)
        ASSERT_NEAR(found[i], expected[i], 1e-5) << n << " in a workspace of " << size << "; " << seed_note();
    }
  }
}

}  // namespace
}  // namespace fer::testing
