// The form of what is written: every attribute, for readers that do not know the defaults.
#include <gtest/gtest.h>

#include <set>

#include "tests/onnx/written.h"

namespace fer {
namespace {

std::set<std::string> attributes_of(onnx::ModelProto& model, const std::string& node) {
  std::set<std::string> names;
  for (const onnx::AttributeProto& attribute : node_of(model, node).attribute()) names.insert(attribute.name());
  return names;
}

TEST(OnnxLayers, AttributesAreWrittenThoughTheyHaveDefaults) {
  using Names = std::set<std::string>;
  onnx::ModelProto model = written(most_layers(), 13);
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
  onnx::ModelProto nine = written(most_layers(), 9), ten = written(most_layers(), 10),
                   newest = written(most_layers(), 21);
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
  const Model model = random_model(most_layers(), 2);
  const std::vector<float> pixels = random_pixels(model.network, 3, 5);
  for (int opset = kOldestWrittenOnnxOpset; opset <= kNewestWrittenOnnxOpset; ++opset) {
    const Model again = onnx_file::parse_model(onnx_file::model_bytes(model, {.opset = opset}), {}, "m");
    EXPECT_LE(largest_difference(outputs(again, pixels), outputs(model, pixels)), 1e-5f) << opset;
  }
}

}  // namespace
}  // namespace fer
