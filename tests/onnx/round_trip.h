// Models written and read again.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "fer/onnx.h"
#include "onnx/model_bytes.h"
#include "tests/onnx/models.h"

namespace fer {

inline Model round_trip(const Model& model, const OnnxWriteOptions& options = {}, const OnnxReadOptions& reading = {}) {
  return onnx_file::parse_model(onnx_file::model_bytes(model, options), reading, "m.onnx");
}

inline void expect_same(const Model& model, const Model& again) {
  EXPECT_EQ(again.network.class_names, model.network.class_names);
  EXPECT_EQ(again.network.input, model.network.input);
  const std::vector<float> pixels = random_pixels(model.network, 2, 5);
  const std::vector<float> expected = outputs(model, pixels);
  EXPECT_LE(largest_difference(outputs(again, pixels), expected), 1e-5f);
  const auto [least, most] = std::minmax_element(expected.begin(), expected.end());
  EXPECT_GT(*most - *least, 1e-3f) << "the test would see nothing";
}

// Every layer and activation, in awkward sizes.
inline Network all_layers() {
  Network n({13, 11, 3}, {"a", "b", "c", "d"});
  n.name = "all";
  n.add(Resize{.size = {17, 14}}, "resize");
  n.add(ZeroPad2D{.pad = 2}, "pad");
  n.add(Conv2D{.filters = 6, .kernel = {3, 5}, .strides = {2, 1}, .padding = Padding::same(), .bias = false}, "conv1");
  n.add(BatchNorm{.epsilon = 0.01f}, "bn1").add(ActivationLayer{Activation::kLeakyRelu, 0.2f}, "leaky");
  n.add(MaxPool2D{.pool = {3, 2}, .strides = {1, 2}, .padding = Padding::same()}, "max");
  n.add(Conv2D{.filters = 5, .padding = Padding::on_each_side(1), .activation = Activation::kElu}, "conv2");
  n.add(BatchNorm{}, "bn2").add(Conv2D{.filters = 5, .kernel = {1, 1}, .activation = Activation::kSilu}, "conv3");
  n.add(Add{}, "sum", {"conv3", "bn2", "conv3"});
  n.add(AveragePool2D{.pool = {3, 3}, .strides = {2, 2}, .padding = Padding::same()}, "average");
  n.add(Dropout{}, "drop").add(Flatten{}, "flat").add(BatchNorm{}, "bn3");
  n.add(Dense{.units = 9, .bias = false}, "fc1")
      .add(BatchNorm{}, "bn4")
      .add(ActivationLayer{Activation::kTanh}, "tanh");
  n.add(Dense{.units = 6, .activation = Activation::kSigmoid}, "fc2");
  n.add(Dense{.units = 4, .activation = Activation::kSoftmax}, "fc3");
  return n;
}

}  // namespace fer
