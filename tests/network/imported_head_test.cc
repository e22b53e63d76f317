#include "network/imported_head.h"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/plan.h"
#include "network/outputs.h"
#include "tests/support/message.h"

namespace fer {
namespace {

Model model_of(Network network) {
  Model model;
  model.network = std::move(network);
  model.weights = initialize(model.network, 3);
  return model;
}

std::vector<float> outputs_of(const Model& model, const std::vector<float>& input) {
  const engine::InferenceModel inference(model.network, model.weights.layout, model.weights.values.values());
  auto workspace = inference.make_workspace(1);
  std::vector<float> out(static_cast<size_t>(class_count(model.network)));
  inference.run(workspace, 1, input, out);
  return out;
}

Network dense(int64_t units, Activation activation) {
  Network network({1, 2, 1});
  network.add(Flatten{}, "flat").add(Dense{.units = units, .activation = activation}, "fc");
  return network;
}

const std::vector<float> kInput = {0.7f, -1.3f};

TEST(ImportedHead, OneSigmoidBecomesTwoClasses) {
  Network apart = dense(1, Activation::kLinear), pooled({1, 2, 1}), moved({1, 1, 2});
  apart.add(ActivationLayer{Activation::kSigmoid}, "sigmoid");
  pooled.add(Conv2D{.filters = 1, .kernel = {1, 1}}, "conv").add(GlobalMaxPool2D{}, "max");
  pooled.add(ActivationLayer{Activation::kSigmoid}, "sigmoid");
  moved.add(Conv2D{.filters = 1, .kernel = {1, 1}, .activation = Activation::kSigmoid}, "conv").add(Flatten{}, "flat");
  for (const Network& network : {dense(1, Activation::kSigmoid), apart, pooled, moved}) {
    Model model = model_of(network);
    const float p = outputs_of(model, kInput)[0];
    std::vector<std::string> notes;
    settle_head(model, notes);
    const std::vector<float> found = outputs_of(model, kInput);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_NEAR(found[0], 1 - p, 1e-7);
    EXPECT_NEAR(found[1], p, 1e-7);
    EXPECT_GT(std::abs(p - 0.5f), 0.01f) << "the test would see nothing";
    EXPECT_TRUE(gives_probabilities(model.network));
    ASSERT_EQ(notes.size(), 1u);
    expect_contains(notes[0], "one sigmoid is read as two classes: p of the second, 1 - p of the first");
  }
}

TEST(ImportedHead, OneOutputOfAnotherKindIsRefused) {
  for (const Activation activation : {Activation::kLinear, Activation::kRelu, Activation::kTanh, Activation::kSoftmax,
                                      Activation::kHardSigmoid, Activation::kElu}) {
    Model model = model_of(dense(1, activation));
    std::vector<std::string> notes;
    expect_contains(
        message_of([&] { settle_head(model, notes); }),
        std::string("layer 'fc': expected an output for each class, or one sigmoid, which tells two classes "
                    "apart, found one output that ends in ") +
            activation_name(activation));
  }
}

TEST(ImportedHead, SigmoidsStayWhatTheyAre) {
  for (const Activation activation : {Activation::kSigmoid, Activation::kHardSigmoid}) {
    Model model = model_of(dense(3, activation));
    const Network before = model.network;
    std::vector<std::string> notes;
    settle_head(model, notes);
    EXPECT_EQ(model.network, before);
    EXPECT_TRUE(gives_probabilities(model.network));
    expect_contains(notes.at(0), "layer 'fc': ends in sigmoids: each class has a probability of its own");
  }
}

TEST(ImportedHead, OthersGetASoftmaxAndAWord) {
  for (const Activation activation : {Activation::kRelu, Activation::kTanh, Activation::kElu, Activation::kRelu6}) {
    Model model = model_of(dense(3, activation));
    std::vector<std::string> notes;
    settle_head(model, notes);
    EXPECT_FALSE(gives_probabilities(model.network));
    expect_contains(notes.at(0), std::string("layer 'fc': ends in ") + activation_name(activation));
    expect_contains(notes.at(0), "a softmax goes on top");
  }
  Model logits = model_of(dense(3, Activation::kLinear)), softmax = model_of(dense(3, Activation::kSoftmax));
  std::vector<std::string> notes, none;
  settle_head(logits, notes);
  expect_contains(notes.at(0), "layer 'fc': its outputs are taken for logits");
  settle_head(softmax, none);
  EXPECT_TRUE(none.empty());
}

// [n, 1, 1, c] with a softmax, flattened: another softmax on top would say something else.
TEST(ImportedHead, ASoftmaxBeforeAFlattenIsTheLast) {
  Network network({1, 1, 2});
  network.add(Conv2D{.filters = 3, .kernel = {1, 1}, .activation = Activation::kSoftmax}, "conv");
  network.add(Flatten{}, "flat");
  Model model = model_of(network);
  const std::vector<float> before = outputs_of(model, kInput);
  std::vector<std::string> notes;
  settle_head(model, notes);
  EXPECT_TRUE(gives_probabilities(model.network));
  EXPECT_TRUE(notes.empty());
  const std::vector<float> after = outputs_of(model, kInput);
  for (size_t i = 0; i < before.size(); ++i) EXPECT_NEAR(after[i], before[i], 1e-7);
}

}  // namespace
}  // namespace fer
