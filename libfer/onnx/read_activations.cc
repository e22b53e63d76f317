// Functions of each element, and softmax.
#include <fmt/format.h>

#include "fer/error.h"
#include "onnx/operators.h"

namespace fer::onnx_file {
namespace {

struct NamedActivation {
  const char* op;
  Activation function;
  float alpha;  // where the node says none; 0: it has none
};
constexpr NamedActivation kActivations[] = {{"Elu", Activation::kElu, 1.0f},
                                            {"LeakyRelu", Activation::kLeakyRelu, 0.01f},
                                            {"Relu", Activation::kRelu, 0},
                                            {"Sigmoid", Activation::kSigmoid, 0},
                                            {"Tanh", Activation::kTanh, 0}};

}  // namespace

void read_activation(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  for (const NamedActivation& named : kActivations) {
    if (node.op() != named.op) continue;
    ActivationLayer layer{named.function, 0};
    if (named.alpha != 0) {
      layer.alpha = node.real("alpha", named.alpha);
      // (libfer takes 0 for a default.)
      if (!(layer.alpha > 0)) throw Error(fmt::format("alpha: expected a number above 0, found {}", layer.alpha));
    }
    r.give(node, r.add_layer(node, layer, {r.decided(node, 0)}));
  }
}

// libfer's runs over the channels. Before opset 13 it ran over all axes from `axis` on together.
void read_softmax(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  const bool old = r.opset() < 13;
  const Value x = r.decided(node, 0);
  int64_t axis = node.integer("axis", old ? 1 : -1);
  if (axis < 0) axis += static_cast<int64_t>(x.rank);
  const int64_t channels = x.axes == Value::Axes::kChannelsLast ? 3 : 1;
  if (axis != channels || (old && x.axes == Value::Axes::kChannelsFirst)) {
    throw Error(fmt::format("axis: expected that of the channels, found {} of {} axes", axis, x.rank));
  }
  if (x.flattened.rank() != 0) throw Error("expected the classes, found a flattened picture");
  r.give(node, r.add_layer(node, ActivationLayer{.function = Activation::kSoftmax}, {x}));
}

}  // namespace fer::onnx_file
