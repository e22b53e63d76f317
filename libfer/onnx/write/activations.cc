#include "onnx/write/activations.h"

namespace fer::onnx_file {
namespace {

// max(0, min(1, x / 6 + 1 / 2))
std::string hard_sigmoid(GraphWriter& graph, const std::string& x, const std::string& name) {
  onnx::NodeProto& node = graph.node("HardSigmoid", name, {x});
  set_attribute(node, "alpha", 1.0f / 6);
  set_attribute(node, "beta", 0.5f);
  return node.output(0);
}

// The bounds are inputs since opset 11, attributes before.
std::string clipped(GraphWriter& graph, const std::string& x, float low, float high, const std::string& name) {
  if (graph.opset() < 11) {
    onnx::NodeProto& node = graph.node("Clip", name, {x});
    set_attribute(node, "min", low);
    set_attribute(node, "max", high);
    return node.output(0);
  }
  const std::string least = graph.floats(name + "/min", {}, {&low, 1}),
                    most = graph.floats(name + "/max", {}, {&high, 1});
  return graph.node("Clip", name, {x, least, most}).output(0);
}

std::string product(GraphWriter& graph, const std::string& x, const std::string& gate, const std::string& name) {
  return graph.node("Mul", name, {x, gate}).output(0);
}

std::string with_alpha(GraphWriter& graph, const char* op, const std::string& x, float alpha, const std::string& name) {
  onnx::NodeProto& node = graph.node(op, name, {x});
  set_attribute(node, "alpha", alpha);
  return node.output(0);
}

}  // namespace

std::string write_activation(GraphWriter& graph, const std::string& x, const ActivationLayer& layer,
                             const std::string& name) {
  const float alpha = layer.alpha;  // (0 stands for Keras's defaults: fer/activation.h)
  switch (layer.function) {
    case Activation::kLinear:
      return x;
    case Activation::kRelu:
      return graph.node("Relu", name, {x}).output(0);
    case Activation::kLeakyRelu:
      return with_alpha(graph, "LeakyRelu", x, alpha == 0 ? 0.3f : alpha, name);
    case Activation::kElu:
      return with_alpha(graph, "Elu", x, alpha == 0 ? 1.0f : alpha, name);
    case Activation::kSilu:
      return product(graph, x, graph.node("Sigmoid", name + "/sigmoid", {x}).output(0), name);
    case Activation::kTanh:
      return graph.node("Tanh", name, {x}).output(0);
    case Activation::kSigmoid:
      return graph.node("Sigmoid", name, {x}).output(0);
    case Activation::kRelu6:
      return clipped(graph, x, 0, 6, name);
    case Activation::kHardSigmoid:
      return hard_sigmoid(graph, x, name);
    case Activation::kHardSwish:  // (HardSwish itself is of opset 14.)
      return product(graph, x, hard_sigmoid(graph, x, name + "/hard_sigmoid"), name);
    case Activation::kSoftmax:
      break;
  }
  onnx::NodeProto& node = graph.node("Softmax", name, {x});
  set_attribute(node, "axis", int64_t{1});
  return node.output(0);
}

}  // namespace fer::onnx_file
