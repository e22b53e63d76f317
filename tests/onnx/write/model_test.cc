// Whole files: the opset, the output, and what is refused.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "tests/onnx/round_trip.h"
#include "tests/onnx/written.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

// relu6 asks for the last opset with attributes, which OpenCV 4.6 reads; others get 13.
TEST(OnnxLayers, WithoutAnOpsetTheOneThatMostReadersKnow) {
  const auto usual = [](const Network& network) { return written(network, 0).opset_import(0).version(); };
  EXPECT_EQ(usual(most_layers()), 10);
  Network plain({4, 4, 1}, {"a", "b"}), resized = most_layers();
  plain.add(Flatten{}, "flat").add(Dense{.units = 2}, "fc");
  EXPECT_EQ(usual(plain), 13);
  resized.layers[0].kind = Resize{.size = {10, 10}};
  EXPECT_EQ(usual(resized), 13);
}

// A network that ends in sigmoids gives them: no softmax on top.
TEST(OnnxLayers, SigmoidsAreTheOutput) {
  Network n({2, 2, 1}, {"a", "b"});
  n.add(Flatten{}, "flat").add(Dense{.units = 2, .activation = Activation::kSigmoid}, "fc");
  const onnx::ModelProto model = written(n, 13);
  const onnx::NodeProto& last = model.graph().node(model.graph().node_size() - 1);
  EXPECT_EQ(last.op_type(), "Sigmoid");
  EXPECT_EQ(last.output(0), "probabilities");
}

TEST(Onnx, LogitsBecomeProbabilities) {
  Network network({4, 4, 1}, {"a", "b"});
  network.add(Flatten{}).add(Dense{.units = 2}, "fc");
  const Model model = random_model(network, 2), again = round_trip(model);
  const std::vector<float> pixels = random_pixels(network, 3, 1);
  const std::vector<float> logits = outputs(model, pixels), probabilities = outputs(again, pixels);
  for (size_t i = 0; i < logits.size(); i += 2) {
    EXPECT_NEAR(probabilities[i], 1 / (1 + std::exp(logits[i + 1] - logits[i])), 1e-6);
  }
}

TEST(Onnx, FilesAreWrittenAndRead) {
  const TemporaryFolder folder;
  const Model model = random_model(all_layers(), 7);
  write_onnx(model, folder / "m.onnx");
  EXPECT_EQ(folder.names(), std::set<std::string>{"m.onnx"});
  expect_same(model, read_onnx(folder / "m.onnx"));
  EXPECT_TRUE(has_onnx());
  EXPECT_EQ(content_of(folder / "m.onnx"), onnx_file::model_bytes(model, {}));
  expect_contains(message_of([&] { read_onnx(folder / "none"); }), "none: cannot be read: No such file");
}

TEST(Onnx, WhatCannotBeWrittenIsRefusedAndTheOldFileStays) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.onnx";
  put(path, "old");
  const auto refusal = [&](const Model& model, const OnnxWriteOptions& options = {}) {
    const std::string message = message_of([&] { write_onnx(model, path, options); });
    EXPECT_TRUE(message.starts_with(path + ": ")) << message;
    return message;
  };
  const Model model = random_model(all_layers(), 7);
  expect_contains(refusal(model, {.opset = 8}), "opset: expected 9 to 21, found 8");
  expect_contains(refusal(model, {.opset = 22}), "opset: expected 9 to 21, found 22");
  expect_contains(refusal(model, {.opset = 10}), "opset: expected 11 or more for layer 'resize'");
  Model nan = model;
  nan.weights.values.values()[0] = std::nanf("");
  expect_contains(refusal(nan), "tensor 'conv1/kernel': expected finite numbers");
  Model bare = model;
  bare.weights = {};
  expect_contains(refusal(bare), "weights: expected");
  Model scale = model;
  scale.preprocessing.scale = INFINITY;
  expect_contains(refusal(scale), "preprocessing: expected finite numbers");
  Model int8 = model;
  int8.int8.push_back({});
  expect_contains(
      refusal(int8),
      "expected a model in floats, found one with layers in 8-bit integers: write the model that it was made of");
  Model picture;
  picture.network = Network({4, 4, 1});
  picture.network.add(Conv2D{.filters = 2}, "conv");
  picture.weights = initialize(picture.network, 1);
  expect_contains(refusal(picture), "expected a last output of rank 1");
  EXPECT_EQ(content_of(path), "old");
}

Model standardised(Standardization standardize, bool equalize = false) {
  Network network({4, 5, 1}, {"a", "b"});
  network.add(Flatten{}, "flat").add(Dense{.units = 2}, "fc");
  Model model = random_model(network, 3);
  model.preprocessing = {.scale = 0.5f, .shift = 2, .equalize = equalize, .standardize = standardize};
  return model;
}

std::vector<std::string> operators_of(const Model& model, const OnnxWriteOptions& options) {
  onnx::ModelProto proto;
  proto.ParseFromString(onnx_file::model_bytes(model, options));
  std::vector<std::string> names;
  for (const onnx::NodeProto& node : proto.graph().node()) names.push_back(node.op_type());
  return names;
}

// (tests/onnx/run has ONNX Runtime and OpenCV compute it.)
TEST(Onnx, APictureIsStandardisedByNodes) {
  for (const int opset : {9, 13, 18, 21}) {
    const auto names = operators_of(standardised(Standardization::kPicture), {.opset = opset});
    EXPECT_EQ(std::vector<std::string>(names.begin(), names.begin() + 9),
              (std::vector<std::string>{"ReduceMean", "Sub", "Mul", "ReduceMean", "Sqrt", "Max", "Div", "Mul", "Add"}));
  }
  const auto dataset = operators_of(standardised(Standardization::kDataset), {});
  EXPECT_EQ(std::vector<std::string>(dataset.begin(), dataset.begin() + 2), (std::vector<std::string>{"Mul", "Add"}));
}

TEST(Onnx, HistogramEqualisationIsRefusedByName) {
  const Model model = standardised(Standardization::kPicture, true);
  expect_contains(message_of([&] { onnx_file::model_bytes(model, {}); }),
                  "equalize: expected a model without histogram equalisation");
}

TEST(Onnx, WithoutPixelsInTheMetadataSayHowPicturesAreMade) {
  for (const Standardization standardize :
       {Standardization::kNone, Standardization::kDataset, Standardization::kPicture}) {
    for (const bool equalize : {false, true}) {
      const Model model = standardised(standardize, equalize);
      const Model again = onnx_file::parse_model(onnx_file::model_bytes(model, {.pixels_in = false}), {}, "m");
      EXPECT_EQ(again.preprocessing, model.preprocessing);
    }
  }
}

TEST(Onnx, AGraphThatStandardisesIsNotReadAgain) {
  const std::string bytes = onnx_file::model_bytes(standardised(Standardization::kPicture), {});
  expect_contains(message_of([&] { onnx_file::parse_model(bytes, {}, "m"); }),
                  "node \"picture_deviation\" (\"Sqrt\"): expected an operator that docs/onnx.md lists");
}

}  // namespace
}  // namespace fer
