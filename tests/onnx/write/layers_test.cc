// The form of what is written: every attribute, for readers that do not know the defaults.
#include <gtest/gtest.h>

#include <set>

#include "tests/onnx/models.h"
#include "tests/onnx/tiny.h"

namespace fer {
namespace {

onnx::ModelProto written(const Network& network, int opset) {
  onnx::ModelProto proto;
  proto.ParseFromString(onnx_file::model_bytes(random_model(network, 2), {.opset = opset}));
  return proto;
}

Network network() {
  Network n({8, 8, 2}, {"a", "b"});
  n.add(ZeroPad2D{}, "pad").add(Conv2D{.filters = 3, .activation = Activation::kRelu6}, "conv");
  n.add(SeparableConv2D{.filters = 4, .kernel = {1, 3}}, "separable").add(MaxPool2D{}, "max");
  n.add(AveragePool2D{.pool = {2, 1}}, "mean").add(GlobalAveragePool2D{}, "gate");
  n.add(Multiply{}, "gated", {"mean", "gate"}).add(BatchNorm{}, "norm").add(Flatten{}, "flat");
  n.add(Dense{.units = 2, .activation = Activation::kSoftmax}, "fc");
  return n;
}

std::set<std::string> attributes_of(onnx::ModelProto& model, const std::string& node) {
  std::set<std::string> names;
  for (const onnx::AttributeProto& attribute : node_of(model, node).attribute()) names.insert(attribute.name());
  return names;
}

TEST(OnnxLayers, AttributesAreWrittenThoughTheyHaveDefaults) {
  using Names = std::set<std::string>;
  onnx::ModelProto model = written(network(), 13);
  const Names conv = {"kernel_shape", "strides", "pads", "dilations", "group"};
  for (const char* node : {"conv", "separable/depthwise", "separable"}) EXPECT_EQ(attributes_of(model, node), conv);
  EXPECT_EQ(attributes_of(model, "fc"), (Names{"alpha", "beta", "transA", "transB"}));
  EXPECT_EQ(attributes_of(model, "max"),
            (Names{"kernel_shape", "strides", "pads", "ceil_mode", "dilations", "storage_order"}));
  EXPECT_EQ(attributes_of(model, "mean"), (Names{"kernel_shape", "strides", "pads", "ceil_mode", "count_include_pad"}));
  EXPECT_EQ(attributes_of(model, "flat/flatten"), Names{"axis"});
}

// Attributes of one opset are no others'.
TEST(OnnxLayers, FormsFollowTheOpset) {
  onnx::ModelProto nine = written(network(), 9), ten = written(network(), 10), newest = written(network(), 21);
  EXPECT_EQ(attributes_of(nine, "conv/relu6"), (std::set<std::string>{"min", "max"}));
  EXPECT_EQ(attributes_of(nine, "pad"), (std::set<std::string>{"mode", "pads", "value"}));
  EXPECT_FALSE(attributes_of(nine, "max").contains("ceil_mode"));
  EXPECT_EQ(node_of(nine, "gated/repeated").op_type(), "Upsample");
  EXPECT_EQ(node_of(ten, "gated/repeated").op_type(), "Resize");
  EXPECT_EQ(node_of(newest, "conv/relu6").input_size(), 3);
  EXPECT_TRUE(attributes_of(newest, "norm").contains("training_mode"));
  EXPECT_FALSE(attributes_of(ten, "norm").contains("training_mode"));
  EXPECT_EQ(nine.ir_version(), 4);
  EXPECT_EQ(newest.ir_version(), 7);
}

TEST(OnnxLayers, EveryOpsetComesBack) {
  const Model model = random_model(network(), 2);
  const std::vector<float> pixels = random_pixels(model.network, 3, 5);
  for (int opset = kOldestWrittenOnnxOpset; opset <= kNewestWrittenOnnxOpset; ++opset) {
    const Model again = onnx_file::parse_model(onnx_file::model_bytes(model, {.opset = opset}), {}, "m");
    EXPECT_LE(largest_difference(outputs(again, pixels), outputs(model, pixels)), 1e-5f) << opset;
  }
}

// relu6 asks for the last opset with attributes, which OpenCV 4.6 reads; others get 13.
TEST(OnnxLayers, WithoutAnOpsetTheOneThatMostReadersKnow) {
  const auto usual = [](const Network& network) { return written(network, 0).opset_import(0).version(); };
  EXPECT_EQ(usual(network()), 10);
  Network plain({4, 4, 1}, {"a", "b"}), resized = network();
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

}  // namespace
}  // namespace fer
