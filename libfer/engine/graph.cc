#include "engine/graph.h"

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
  if (auto* dense = std::get_if<Dense>(&kind)) return take_activation(*dense);
  return {Activation::kLinear, 0};
}

bool is_softmax(const Node& node) {
  const auto* activation = std::get_if<ActivationLayer>(&node.kind);
  return activation != nullptr && activation->function == Activation::kSoftmax;
}

}  // namespace

Graph build_graph(const Network& network) {
  const std::vector<LayerInfo> infos = infer(network);
  Graph graph;
  graph.input = network.input;
  std::vector<int> node_of_layer(network.layers.size());
  for (size_t i = 0; i < network.layers.size(); ++i) {
    const Layer& layer = network.layers[i];
    Node node{.kind = layer.kind,
              .layer = static_cast<int>(i),
              .inputs = {},
              .input = {},
              .output = infos[i].output,
              .frozen = layer.frozen};
    for (const int from : infos[i].inputs)
      node.inputs.push_back(from < 0 ? -1 : node_of_layer[static_cast<size_t>(from)]);
    node.input = infos[i].inputs[0] < 0 ? network.input : infos[static_cast<size_t>(infos[i].inputs[0])].output;
    const ActivationLayer activation = split_activation(node.kind);
    graph.nodes.push_back(node);
    if (activation.function != Activation::kLinear) {
      graph.nodes.push_back({.kind = activation,
                             .layer = node.layer,
                             .inputs = {static_cast<int>(graph.nodes.size()) - 1},
                             .input = node.output,
                             .output = node.output,
                             .frozen = layer.frozen});
    }
    node_of_layer[i] = static_cast<int>(graph.nodes.size()) - 1;
  }
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
  const std::string end = std::string("/") + suffix;
  for (const Parameter& p : layout.parameters) {
    if (p.layer == layer && p.name.ends_with(end)) return &p;
  }
  return nullptr;
}

}  // namespace fer::engine
