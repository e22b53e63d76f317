// Small ONNX files of every form that the reader takes: as libfer writes its layers from opset to opset, and as other
// programs write them. Where a form has numbers that may lie, one file lies.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/onnx/graph.h"

namespace fer {

struct OnnxForm {
  std::string name;
  std::string bytes;
};

inline Network convolution_forms() {
  Network n({5, 4, 3}, {"a", "b"});
  n.add(Conv2D{.filters = 6, .padding = Padding::same(), .dilation = {2, 1}, .groups = 3}, "grouped");
  n.add(Conv2D{.filters = 2, .kernel = {2, 2}, .dilation = {2, 3}, .activation = Activation::kRelu6}, "dilated");
  n.add(DepthwiseConv2D{.kernel = {2, 1}, .depth_multiplier = 2}, "depthwise").add(BatchNorm{}, "bn");
  n.add(SeparableConv2D{.filters = 3, .kernel = {1, 1}, .activation = Activation::kHardSwish}, "separable");
  n.add(Flatten{}, "flat").add(Dense{.units = 2, .activation = Activation::kSoftmax}, "fc");
  return n;
}

inline Network function_forms() {
  Network n({2, 2, 1}, {"a", "b"});
  for (const Activation function : {Activation::kSelu, Activation::kGelu, Activation::kGeluTanh, Activation::kMish,
                                    Activation::kSilu, Activation::kElu, Activation::kHardSigmoid}) {
    n.add(ActivationLayer{function});
  }
  n.add(PRelu{}, "prelu").add(Flatten{}, "flat").add(Dense{.units = 2, .activation = Activation::kSoftmax}, "fc");
  return n;
}

inline Network size_forms(bool bilinear) {
  Network n({4, 5, 1}, {"a", "b"});
  n.add(Crop2D{{1, 0}, {1, 1}}, "crop").add(UpSample2D{{2, 3}}, "large").add(ZeroPad2D{.pad = 1}, "pad");
  if (bilinear) n.add(Resize{{5, 4}}, "resize");
  n.add(GlobalAveragePool2D{.keepdims = true}, "mean");
  n.add(Conv2D{.filters = 1, .kernel = {1, 1}, .activation = Activation::kSigmoid}, "gate");
  n.add(Multiply{}, "gated", {bilinear ? "resize" : "pad", "gate"}).add(Reshape{{1, 2, bilinear ? 10 : 44}}, "rows");
  n.add(Flatten{}, "flat").add(Dense{.units = 2, .activation = Activation::kSoftmax}, "fc");
  return n;
}

// A graph whose output is this value.
inline std::string bytes_of_graph(Graph& g, const std::string& output) {
  g.proto.mutable_graph()->clear_output();
  g.proto.mutable_graph()->add_output()->set_name(output);
  return g.proto.SerializeAsString();
}

// After a picture of 2 x 2 cells of one channel, unless it has another number of values.
inline std::string classes_of(Graph& g, const std::string& value, int64_t values = 4) {
  return g.add("Softmax", {g.add("MatMul", {g.add("Flatten", {value}), g.floats({values, 2})})});
}

inline void add_ours(std::vector<OnnxForm>& forms) {
  const auto add = [&](const std::string& name, const Network& network, const OnnxWriteOptions& options) {
    forms.push_back({name, onnx_file::model_bytes(random_model(network, 11), options)});
  };
  add("convolutions_10", convolution_forms(), {.fold_batch_norm = false});
  add("convolutions_21", convolution_forms(), {.opset = 21, .input_layout = OnnxLayout::kChannelsFirst});
  for (const int opset : {9, 18, 21}) add("functions_" + std::to_string(opset), function_forms(), {.opset = opset});
  for (const int opset : {9, 10}) add("sizes_" + std::to_string(opset), size_forms(false), {.opset = opset});
  for (const int opset : {11, 21}) add("sizes_" + std::to_string(opset), size_forms(true), {.opset = opset});
}

// A convolution of 3 channels whose attributes are these.
inline std::string convolution(const Ints& dilations, int64_t group) {
  Graph g({3, 4, 4});
  onnx::NodeProto& conv = g.node("Conv", {"x", g.floats({3, 1, 2, 2})});
  set_attribute(conv, "dilations", dilations);
  set_attribute(conv, "group", group);
  return bytes_of_graph(g, classes_of(g, conv.output(0), 3 * 3 * 2));
}

inline std::string nearest(const std::vector<float>& scales, const Ints& sizes, const char* centres) {
  Graph g({1, 2, 2});
  std::vector<std::string> inputs = {"x", "", g.writer.floats("scales", {4}, scales)};
  if (!sizes.empty()) inputs = {"x", "", "", g.ints(sizes)};
  onnx::NodeProto& node = g.node("Resize", inputs);
  set_attribute(node, "mode", "nearest");
  set_attribute(node, "coordinate_transformation_mode", centres);
  set_attribute(node, "nearest_mode", "floor");
  return bytes_of_graph(g, g.add("Flatten", {node.output(0)}));
}

inline std::string slice(const Ints& starts, const Ints& ends, const Ints& steps) {
  Graph g({1, 4, 4});
  return bytes_of_graph(
      g, g.add("Flatten", {g.add("Slice", {"x", g.ints(starts), g.ints(ends), g.ints({2, 3}), g.ints(steps)})}));
}

// PyTorch 1.3's BatchNorm1d.
inline std::string norm_between_axes() {
  Graph g({1, 1, 2}, 10);
  onnx::NodeProto& more = g.node("Unsqueeze", {g.flat()});
  set_attribute(more, "axes", Ints{2});
  const std::string norm =
      g.add("BatchNormalization", {more.output(0), g.floats({2}), g.floats({2}), g.floats({2}), g.floats({2})});
  onnx::NodeProto& fewer = g.node("Squeeze", {norm});
  set_attribute(fewer, "axes", Ints{2});
  return bytes_of_graph(g, fewer.output(0));
}

// keras2onnx's dense layer of every pixel.
inline std::string rows_of_channels() {
  Graph g({3, 2, 2});
  onnx::NodeProto& last = g.node("Transpose", {"x"});
  set_attribute(last, "perm", Ints{0, 2, 3, 1});
  const std::string rows = g.add("Reshape", {last.output(0), g.ints({-1, 3})});
  const std::string product = g.add("Add", {g.add("MatMul", {rows, g.floats({3, 1})}), g.floats({1})});
  return bytes_of_graph(g, g.add("Reshape", {g.add("Relu", {product}), g.ints({-1, 4})}));
}

// Weights of 16 bits, cast where they are used.
inline std::string halves() {
  Graph g({1, 2, 2});
  const std::string kernel = g.floats({4, 2});
  onnx::TensorProto& tensor = *g.proto.mutable_graph()->mutable_initializer()->rbegin();
  tensor.set_data_type(onnx::TensorProto::FLOAT16);
  tensor.set_raw_data(std::string(16, '\x31'));
  onnx::NodeProto& small = g.node("Cast", {"x"});
  set_attribute(small, "to", int64_t{10});
  const std::string flat = g.add("Flatten", {small.output(0)});
  onnx::NodeProto& large = g.node("Cast", {g.add("MatMul", {flat, kernel})});
  set_attribute(large, "to", int64_t{1});
  return bytes_of_graph(g, large.output(0));
}

// The shape of what a view gives, computed from that of its input, as PyTorch exports it.
inline std::string computed_shape() {
  Graph g({1, 2, 2});
  onnx::NodeProto& batch = g.node("Gather", {g.add("Shape", {"x"}), g.whole(0)});
  set_attribute(batch, "axis", int64_t{0});
  const std::string first = g.add("Unsqueeze", {batch.output(0), g.ints({0})});
  onnx::NodeProto& shape = g.node("Concat", {first, g.ints({-1})});
  set_attribute(shape, "axis", int64_t{0});
  return bytes_of_graph(g, classes_of(g, g.add("Reshape", {"x", shape.output(0)})));
}

// Nodes in the reverse of the order in which they can be computed.
inline std::string reversed_nodes() {
  Graph g({1, 2, 2});
  const std::string output = classes_of(g, g.add("Sigmoid", {g.add("Relu", {"x"})}));
  auto& nodes = *g.proto.mutable_graph()->mutable_node();
  for (int i = 0, j = nodes.size() - 1; i < j; ++i, --j) nodes.SwapElements(i, j);
  return bytes_of_graph(g, output);
}

// A mean in place of a pool, a clip with its bounds as inputs, one sigmoid at the end.
inline std::string one_sigmoid() {
  Graph g({3, 4, 4});
  const std::string clipped = g.add("Clip", {"x", g.number(0), g.number(6)});
  onnx::NodeProto& mean = g.node("ReduceMean", {clipped});
  set_attribute(mean, "axes", Ints{2, 3});
  set_attribute(mean, "keepdims", int64_t{0});
  onnx::NodeProto& dense = g.node("Gemm", {mean.output(0), g.floats({1, 3}), g.floats({1})});
  set_attribute(dense, "transB", int64_t{1});
  return bytes_of_graph(g, g.add("Sigmoid", {dense.output(0)}));
}

inline std::string rounded_pool(int64_t ceil_mode) {
  Graph g({1, 4, 4});
  onnx::NodeProto& pool = g.node("MaxPool", {"x"});
  set_attribute(pool, "kernel_shape", Ints{3, 3});
  set_attribute(pool, "strides", Ints{2, 2});
  set_attribute(pool, "ceil_mode", ceil_mode);
  return bytes_of_graph(g, classes_of(g, pool.output(0), ceil_mode == 0 ? 1 : 4));
}

inline std::string uneven_pads(const Ints& pads, int64_t values) {
  Graph g({1, 3, 3});
  const std::string padded = g.add("Pad", {"x", g.ints(pads), g.number(0)});
  return bytes_of_graph(g, classes_of(g, g.add("Conv", {padded, g.floats({2, 1, 2, 2})}), values));
}

inline std::vector<OnnxForm> onnx_forms() {
  constexpr int64_t kMost = INT64_MAX;
  std::vector<OnnxForm> forms = {{"dilated_groups", convolution({1, 2}, 3)},
                                 {"dilations_2e63", convolution({kMost, 2}, 3)},
                                 {"dilation_zero", convolution({0, 1}, 3)},
                                 {"group_2e63", convolution({1, 1}, kMost)},
                                 {"group_zero", convolution({1, 1}, 0)},
                                 {"nearest", nearest({1, 1, 2, 3}, {}, "asymmetric")},
                                 {"nearest_sizes", nearest({}, {-1, 1, 4, 6}, "asymmetric")},
                                 {"nearest_zero", nearest({1, 1, 0, 2}, {}, "asymmetric")},
                                 {"nearest_large", nearest({1, 1, 1e30f, 2}, {}, "asymmetric")},
                                 {"nearest_sizes_2e63", nearest({}, {1, 1, kMost - 1, 2}, "asymmetric")},
                                 {"nearest_other", nearest({1, 1, 2, 2}, {}, "align_corners")},
                                 {"slice", slice({1, -2}, {3, kMost}, {1, 1})},
                                 {"slice_step_zero", slice({1, 0}, {3, 3}, {0, 1})},
                                 {"slice_2e63", slice({INT64_MIN, kMost}, {kMost, INT64_MIN}, {1, 1})},
                                 {"slice_nothing", slice({3, 1}, {1, 3}, {1, 1})},
                                 {"norm_between_axes", norm_between_axes()},
                                 {"rows_of_channels", rows_of_channels()},
                                 {"halves", halves()},
                                 {"computed_shape", computed_shape()},
                                 {"reversed_nodes", reversed_nodes()},
                                 {"one_sigmoid", one_sigmoid()},
                                 {"floor_pool", rounded_pool(0)},
                                 {"ceiling_pool", rounded_pool(1)},
                                 {"uneven_pads", uneven_pads({0, 0, 0, 0, 0, 0, 1, 1}, 18)},
                                 {"negative_pads", uneven_pads({0, 0, -1, 0, 0, 0, 0, -1}, 2)},
                                 {"pads_least", uneven_pads({0, 0, INT64_MIN, 0, 0, 0, 0, 0}, 18)}};
  add_ours(forms);
  return forms;
}

}  // namespace fer
