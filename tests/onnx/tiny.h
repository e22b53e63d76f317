// A small ONNX file of ours, to be spoilt.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "onnx/file/schema.h"
#include "onnx/model_bytes.h"
#include "onnx/write/graph_writer.h"
#include "tests/onnx/external.h"
#include "tests/onnx/models.h"

namespace fer {

inline onnx::ModelProto tiny_onnx() {
  Network network({4, 4, 1}, {"angry", "happy"});
  network.name = "tiny";
  network.add(Conv2D{.filters = 2, .padding = Padding::same(), .activation = Activation::kRelu}, "conv");
  network.add(BatchNorm{}, "bn").add(MaxPool2D{}, "pool").add(Flatten{}, "flat");
  network.add(Dense{.units = 2, .activation = Activation::kSoftmax}, "fc");
  onnx::ModelProto proto;
  proto.ParseFromString(onnx_file::model_bytes(random_model(network, 11), {}));
  return proto;
}

inline onnx::NodeProto& node_of(onnx::ModelProto& model, const std::string& name) {
  for (onnx::NodeProto& node : *model.mutable_graph()->mutable_node()) {
    if (node.name() == name) return node;
  }
  throw std::logic_error("no node " + name);
}

inline onnx::AttributeProto& attribute_of(onnx::ModelProto& model, const std::string& node, const std::string& name) {
  for (onnx::AttributeProto& attribute : *node_of(model, node).mutable_attribute()) {
    if (attribute.name() == name) return attribute;
  }
  throw std::logic_error("no attribute " + name);
}

inline onnx::TensorProto& tensor_of(onnx::ModelProto& model, const std::string& name) {
  for (onnx::TensorProto& tensor : *model.mutable_graph()->mutable_initializer()) {
    if (tensor.name() == name) return tensor;
  }
  throw std::logic_error("no tensor " + name);
}

struct HostileOnnx {
  const char* name;
  std::function<void(onnx::ModelProto&)> spoil;
  const char* message;  // part of what the reader says
};

inline std::vector<HostileOnnx> hostile_onnx() {
  using Model = onnx::ModelProto;
  const auto two_to_63 = [](Model& m) { tensor_of(m, "conv/kernel").set_dims(0, INT64_MIN); };
  const auto big = [](Model& m) {
    for (int i = 0; i < 4; ++i) tensor_of(m, "conv/kernel").set_dims(i, INT64_MAX);
  };
  const auto input_dim = [](int64_t extent) {
    return [=](Model& m) {
      auto& type = *m.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type();
      type.mutable_shape()->mutable_dim(1)->set_dim_value(extent);
    };
  };
  const auto self = [](Model& m) { node_of(m, "pool").set_input(0, "pool"); };
  const auto cycle = [](Model& m) { node_of(m, "bn").set_input(0, "fc"); };
  const auto no_kernel = [](Model& m) { tensor_of(m, "conv/kernel").set_name("other"); };
  const auto short_data = [](Model& m) { tensor_of(m, "fc/kernel").mutable_raw_data()->pop_back(); };
  const auto long_data = [](Model& m) { tensor_of(m, "fc/kernel").mutable_raw_data()->append(4, 'x'); };
  const auto external = [](Model& m) { point_to(tensor_of(m, "fc/kernel"), {{"location", "/etc/passwd"}}); };
  const auto half = [](Model& m) { tensor_of(m, "fc/kernel").set_data_type(onnx::TensorProto::FLOAT16); };
  const auto bytes = [](Model& m) { tensor_of(m, "fc/kernel").set_data_type(onnx::TensorProto::UINT8); };
  const auto nan = [](Model& m) { tensor_of(m, "fc/kernel").mutable_raw_data()->replace(0, 4, "\xff\xff\xff\xff"); };
  const auto negative = [](Model& m) {
    tensor_of(m, "bn/moving_variance").mutable_raw_data()->replace(0, 4, std::string("\0\0\x80\xbf", 4));
  };
  const auto kernel_for_others = [](Model& m) {
    tensor_of(m, "conv/kernel").set_dims(1, 3);
    tensor_of(m, "conv/kernel").set_dims(2, 1);
  };
  const auto inputs_for_others = [](Model& m) {
    tensor_of(m, "fc/kernel").set_dims(0, 8);
    tensor_of(m, "fc/kernel").set_dims(1, 2);
  };
  const auto strides = [](int64_t stride) {
    return [=](Model& m) { attribute_of(m, "pool", "strides").set_ints(0, stride); };
  };
  const auto pads = [](Model& m) { attribute_of(m, "conv", "pads").set_ints(1, INT64_MAX); };
  const auto asymmetric = [](Model& m) { attribute_of(m, "conv", "pads").set_ints(1, 0); };
  const auto kernel_shape = [](Model& m) { attribute_of(m, "pool", "kernel_shape").set_ints(0, 1 << 24); };
  const auto twice = [](Model& m) {
    onnx::TensorProto& tensor = *m.mutable_graph()->add_initializer();
    tensor = tensor_of(m, "fc/bias");
    tensor.set_name("pool");
  };
  const auto clip = [](Model& m) { node_of(m, "conv/relu").set_op_type("Clip"); };
  const auto group = [](Model& m) { attribute_of(m, "conv", "group").set_i(2); };
  // A slope for each of 5 channels where there is one.
  const auto slopes = [](Model& m) {
    onnx::NodeProto& node = node_of(m, "conv/relu");
    node.set_op_type("PRelu");
    node.add_input("slopes");
    onnx::TensorProto& tensor = *m.mutable_graph()->add_initializer();
    tensor.set_name("slopes");
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    tensor.add_dims(5);
    for (const int64_t one : {1, 1}) tensor.add_dims(one);
    for (int i = 0; i < 5; ++i) tensor.add_float_data(0.5f);
  };
  const auto unknown = [](Model& m) { onnx_file::set_attribute(node_of(m, "conv"), "twist", int64_t{2}); };
  const auto wrong_type = [](Model& m) { attribute_of(m, "conv", "pads").set_type(onnx::AttributeProto::FLOAT); };
  const auto opset = [](int64_t version) { return [=](Model& m) { m.mutable_opset_import(0)->set_version(version); }; };
  const auto deep = [](Model& m) {
    onnx::NodeProto* node = m.mutable_graph()->add_node();
    for (int i = 0; i < 40; ++i) {
      onnx::AttributeProto& attribute = *node->add_attribute();
      attribute.set_type(onnx::AttributeProto::GRAPH);
      node = attribute.mutable_g()->add_node();
    }
  };
  const auto class_names = [](const char* json) {
    return [=](Model& m) { m.mutable_metadata_props(1)->set_value(json); };
  };
  return {
      {"dims_2e63", two_to_63,
       "node \"conv\" (\"Conv\"): tensor \"conv/kernel\": expected extents of 0 or more, and fewer bytes than 2^63, "
       "found ["},
      {"dims_overflow", big,
       "tensor \"conv/kernel\": expected extents of 0 or more, and fewer bytes than 2^63, found ["},
      {"input_2e63", input_dim(INT64_MIN), "input \"input\": expected fixed extents of 1 to 16777216"},
      {"input_zero", input_dim(0), "input \"input\": expected fixed extents"},
      {"input_other", input_dim(6), "input 2: expected weights for 12 inputs, found 8 of shape [2, 8]"},
      {"input_large", input_dim(1 << 24), "node \"fc\" (\"Gemm\"): input 2: expected weights"},
      {"self", self, "node \"pool\" (\"MaxPool\"): expected a value that an earlier node computes, found \"pool\""},
      {"cycle", cycle, "node \"bn\" (\"BatchNormalization\"): expected a value that an earlier node computes"},
      {"no_kernel", no_kernel,
       "expected a constant that an earlier node or an initializer gives, found \"conv/kernel\""},
      {"short_data", short_data, "tensor \"fc/kernel\": expected 64 bytes for shape [2, 8], found 63"},
      {"long_data", long_data, "tensor \"fc/kernel\": expected 64 bytes for shape [2, 8], found 68"},
      {"external", external, "tensor \"fc/kernel\": expected its data in this file, found them in another"},
      {"half", half, "tensor \"fc/kernel\": expected 32 bytes for shape [2, 8], found 64"},
      {"bytes", bytes, "tensor \"fc/kernel\": expected FLOAT, FLOAT16, BFLOAT16, DOUBLE, INT64 or INT32, found UINT8"},
      {"nan", nan, "weights 'fc/kernel': expected finite numbers, found -nan at place 0"},
      {"negative_variance", negative, "weights 'bn/moving_variance': expected finite numbers of 0 or more"},
      {"kernel_for_others", kernel_for_others, "input 2: expected a kernel for 1 channels in 1 groups, found 3"},
      {"inputs_for_others", inputs_for_others, "input 2: expected weights for 8 inputs, found 2 of shape [8, 2]"},
      {"stride_zero", strides(0), "strides: expected 2 numbers of 1 to 16777216"},
      {"stride_2e63", strides(INT64_MIN), "strides: expected 2 numbers of 1 to 16777216"},
      {"pads_2e63", pads, "pads: expected 4 numbers of 0 to 16777216"},
      {"pads_asymmetric", asymmetric, "node \"conv\" (\"Conv\"): pads: expected the same on all four sides"},
      {"pool_large", kernel_shape, "pool [16777216, 2]: expected at most the padded input"},
      {"given_twice", twice, "expected each value to be given once, found \"pool\" twice"},
      {"clip", clip, "node \"conv/relu\" (\"Clip\"): expected to clip at 0, or at 0 and 6, found"},
      {"group", group, "node \"conv\" (\"Conv\"): group: expected a divisor of the input's 1 channels, found 2"},
      {"slopes_for_others", slopes, "node \"conv/relu\" (\"PRelu\"): input 2: expected slopes for"},
      {"unknown_attribute", unknown, "node \"conv\" (\"Conv\"): unknown attribute \"twist\""},
      {"attribute_type", wrong_type, "pads: expected type INTS, found FLOAT"},
      {"opset_6", opset(6), "opset: expected 7 to 22, found 6"},
      {"opset_2e63", opset(INT64_MIN), "opset: expected 7 to 22"},
      {"no_graph", [](Model& m) { m.clear_graph(); }, "expected an ONNX model with a graph, found none"},
      {"no_output", [](Model& m) { m.mutable_graph()->clear_output(); }, "expected a graph with one output, found 0"},
      {"no_input", [](Model& m) { m.mutable_graph()->clear_input(); }, "expected a graph with one input, found 0"},
      {"deep", deep, "expected at most 32 messages in one another"},
      {"class_names", class_names("[1]"), "class_names: expected an array of texts, found [1]"},
      {"class_names_deep", class_names("[[[[[[[[[[[[[[[[[[[[["), "class_names: "},
  };
}

}  // namespace fer
