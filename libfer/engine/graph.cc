#include "engine/graph.h"

#include <algorithm>
#include <string>

#include "fer/error.h"

namespace fer::engine {
namespace {

// Takes an activation that kernels do not fuse off a conv or dense layer and returns it.
template <class Layer>
ActivationLayer take_activation(Layer& layer) {
  const ActivationLayer taken{layer.activation, layer.alpha};
  if (taken.function == Activation::kLinear || taken.function == Activation::kRelu) return {Activation::kLinear, 0};
  layer.activation = Activation::kLinear;
  return taken;
}

ActivationLayer split_activation(LayerKind& kind) {
  if (auto* conv = std::get_if<Conv2D>(&kind)) return take_activation(*conv);
  if (auto* depthwise = std::get_if<DepthwiseConv2D>(&kind)) return take_activation(*depthwise);
  if (auto* dense = std::get_if<Dense>(&kind)) return take_activation(*dense);
  return {Activation::kLinear, 0};
}

bool is_softmax(const Node& node) {
  const auto* activation = std::get_if<ActivationLayer>(&node.kind);
  return activation != nullptr && activation->function == Activation::kSoftmax;
}

// Appends the nodes of one layer after another.
class GraphBuilder {
 public:
  GraphBuilder(const Network& network, Graph& graph) : network_(network), infos_(infer(network)), graph_(graph) {
    for (size_t i = 0; i < infos_.size(); ++i) {
      add_layer(i);
      node_of_layer_.push_back(static_cast<int>(graph_.nodes.size()) - 1);
    }
  }

 private:
  // A value: what gives it and its shape.
  struct Value {
    int node = -1;
    Shape shape;
  };

  void add_layer(size_t i) {
    layer_ = i;
    std::vector<Value> inputs;
    for (const int from : infos_[i].inputs) {
      const auto at = static_cast<size_t>(from);
      inputs.push_back(from < 0 ? Value{-1, network_.input} : Value{node_of_layer_[at], infos_[at].output});
    }
    const LayerKind& kind = network_.layers[i].kind;
    if (const auto* separable = std::get_if<SeparableConv2D>(&kind)) return add_separable(*separable, inputs[0]);
    if (std::holds_alternative<Multiply>(kind)) return add_products(std::move(inputs));
    add(kind, inputs, infos_[i].output);
  }

  void add_separable(const SeparableConv2D& l, const Value& input) {
    const DepthwiseConv2D depthwise{.kernel = l.kernel,
                                    .strides = l.strides,
                                    .padding = l.padding,
                                    .depth_multiplier = l.depth_multiplier,
                                    .bias = false};
    Shape between = infos_[layer_].output;
    between = {between[0], between[1], input.shape[2] * l.depth_multiplier};
    Node& first = add(depthwise, {input}, between);
    first.kernel = "depthwise_kernel";
    first.bias = nullptr;
    const Conv2D pointwise{
        .filters = l.filters, .kernel = {1, 1}, .bias = l.bias, .activation = l.activation, .alpha = l.alpha};
    const Value sums{static_cast<int>(graph_.nodes.size()) - 1, between};
    add(pointwise, {sums}, infos_[layer_].output, "pointwise_kernel");
  }

  void add_products(std::vector<Value> inputs) {
    const Shape& full = infos_[layer_].output;
    std::stable_partition(inputs.begin(), inputs.end(), [&](const Value& value) { return value.shape == full; });
    Value product = inputs[0];
    for (size_t k = 1; k < inputs.size(); ++k) {
      add(Multiply{}, {product, inputs[k]}, full);
      product = {static_cast<int>(graph_.nodes.size()) - 1, full};
    }
  }

  // The node, before which stands no other of its layer but those that it reads; its activation may follow it.
  Node& add(LayerKind kind, const std::vector<Value>& inputs, const Shape& output, const char* kernel = "kernel") {
    Node node{.kind = std::move(kind),
              .layer = static_cast<int>(layer_),
              .inputs = {},
              .input = inputs[0].shape,
              .output = output,
              .frozen = network_.layers[layer_].frozen,
              .kernel = kernel};
    for (const Value& input : inputs) node.inputs.push_back(input.node);
    for (size_t k = 1; k < inputs.size(); ++k) node.others.push_back(inputs[k].shape);
    const ActivationLayer activation = split_activation(node.kind);
    graph_.nodes.push_back(std::move(node));
    const size_t place = graph_.nodes.size() - 1;
    if (activation.function != Activation::kLinear) {
      graph_.nodes.push_back({.kind = activation,
                              .layer = static_cast<int>(layer_),
                              .inputs = {static_cast<int>(place)},
                              .input = output,
                              .output = output,
                              .frozen = network_.layers[layer_].frozen});
    }
    return graph_.nodes[place];
  }

  const Network& network_;
  const std::vector<LayerInfo> infos_;
  Graph& graph_;
  size_t layer_ = 0;
  std::vector<int> node_of_layer_;
};

}  // namespace

Graph build_graph(const Network& network) {
  Graph graph;
  graph.input = network.input;
  GraphBuilder(network, graph);
  const Node& last = graph.nodes.back();
  if (last.output.rank() != 1) {
    throw Error("layer " + network.layers.back().name +
                ": expected the last layer to give one number a class, found output " + last.output.to_string());
  }
  if (graph.nodes.size() > 1 && is_softmax(last) && last.inputs[0] == static_cast<int>(graph.nodes.size()) - 2) {
    graph.softmax = true;
    graph.nodes.pop_back();
  }
  return graph;
}

std::vector<int> count_readers(const Graph& graph) {
  std::vector<int> readers(graph.nodes.size() + 1, 0);
  for (const Node& node : graph.nodes) {
    for (const int input : node.inputs) ++readers[static_cast<size_t>(input + 1)];
  }
  return readers;
}

const Parameter* find_parameter(const ParameterLayout& layout, int layer, const char* suffix) {
  if (suffix == nullptr) return nullptr;
  const std::string end = std::string("/") + suffix;
  for (const Parameter& p : layout.parameters) {
    if (p.layer == layer && p.name.ends_with(end)) return &p;
  }
  return nullptr;
}

}  // namespace fer::engine
