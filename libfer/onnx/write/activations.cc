#include "onnx/write/activations.h"

#include "core/selu.h"

namespace fer::onnx_file {
namespace {

// max(0, min(1, slope * x + 1 / 2))
std::string hard_sigmoid(GraphWriter& graph, const std::string& x, float slope, const std::string& name) {
  onnx::NodeProto& node = graph.node("HardSigmoid", name, {x});
  set_attribute(node, "alpha", slope);
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

// With a number.
std::string with_number(GraphWriter& graph, const char* op, const std::string& x, float number,
                        const std::string& name) {
  return graph.node(op, name, {x, graph.floats(name + "/number", {}, {&number, 1})}).output(0);
}

// x * (1 + step) / 2, as PyTorch writes it.
std::string gated(GraphWriter& graph, const std::string& x, const std::string& step, const std::string& name) {
  const std::string gate = with_number(graph, "Add", step, 1, name + "/gate");
  return with_number(graph, "Mul", product(graph, x, gate, name + "/gated"), 0.5f, name);
}

// The operator is of opset 20.
std::string gelu(GraphWriter& graph, const std::string& x, bool with_tanh, const std::string& name) {
  if (graph.opset() >= 20) {
    onnx::NodeProto& node = graph.node("Gelu", name, {x});
    set_attribute(node, "approximate", with_tanh ? "tanh" : "none");
    return node.output(0);
  }
  if (!with_tanh) {
    const std::string scaled = with_number(graph, "Mul", x, 0.70710678f, name + "/scaled");
    return gated(graph, x, graph.node("Erf", name + "/erf", {scaled}).output(0), name);
  }
  const std::string square = product(graph, x, x, name + "/square"), cube = product(graph, square, x, name + "/cube");
  const std::string bent = with_number(graph, "Mul", cube, 0.044715f, name + "/bent");
  const std::string sum = graph.node("Add", name + "/sum", {x, bent}).output(0);
  const std::string scaled = with_number(graph, "Mul", sum, 0.79788456f, name + "/scaled");
  return gated(graph, x, graph.node("Tanh", name + "/tanh", {scaled}).output(0), name);
}

std::string selu(GraphWriter& graph, const std::string& x, const std::string& name) {
  onnx::NodeProto& node = graph.node("Selu", name, {x});
  set_attribute(node, "alpha", core::kSeluAlpha);
  set_attribute(node, "gamma", core::kSeluScale);
  return node.output(0);
}

// The operator is of opset 18.
std::string mish(GraphWriter& graph, const std::string& x, const std::string& name) {
  if (graph.opset() >= 18) return graph.node("Mish", name, {x}).output(0);
  const std::string softplus = graph.node("Softplus", name + "/softplus", {x}).output(0);
  return product(graph, x, graph.node("Tanh", name + "/tanh", {softplus}).output(0), name);
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
    case Activation::kSelu:
      return selu(graph, x, name);
    case Activation::kGelu:
    case Activation::kGeluTanh:
      return gelu(graph, x, layer.function == Activation::kGeluTanh, name);
    case Activation::kMish:
      return mish(graph, x, name);
    case Activation::kSilu:
      return product(graph, x, graph.node("Sigmoid", name + "/sigmoid", {x}).output(0), name);
    case Activation::kTanh:
      return graph.node("Tanh", name, {x}).output(0);
    case Activation::kSigmoid:
      return graph.node("Sigmoid", name, {x}).output(0);
    case Activation::kRelu6:
      return clipped(graph, x, 0, 6, name);
    case Activation::kHardSigmoid:
      return hard_sigmoid(graph, x, alpha == 0 ? 1.0f / 6 : alpha, name);
    case Activation::kHardSwish:  // (HardSwish itself is of opset 14.)
      return product(graph, x, hard_sigmoid(graph, x, 1.0f / 6, name + "/hard_sigmoid"), name);
    case Activation::kSoftmax:
      break;
  }
  onnx::NodeProto& node = graph.node("Softmax", name, {x});
  set_attribute(node, "axis", int64_t{1});
  return node.output(0);
}

}  // namespace fer::onnx_file
