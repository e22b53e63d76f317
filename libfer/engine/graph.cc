#include "engine/graph.h"

#include <algorithm>
#include <string>

#include "fer/error.h"

namespace fer::engine {
namespace {

// Takes an activation that kernels do not fuse off a layer that has one, and returns it.
ActivationLayer split_activation(OperationKind& kind) {
  return std::visit(
      [](auto& layer) {
        ActivationLayer taken{Activation::kLinear, 0};
        if constexpr (requires { layer.activation; }) {
          if (layer.activation != Activation::kLinear && layer.activation != Activation::kRelu) {
            taken = {layer.activation, layer.alpha};
            layer.activation = Activation::kLinear;
          }
        }
        return taken;
      },
      kind);
}

bool is_softmax(const Operation& operation) {
  const auto* activation = std::get_if<ActivationLayer>(&operation.kind);
  return activation != nullptr && activation->function == Activation::kSoftmax;
}

// Appends the operations of one layer after another.
class GraphBuilder {
 public:
  GraphBuilder(const Network& network, Graph& graph) : network_(network), infos_(infer(network)), graph_(graph) {
    for (size_t i = 0; i < infos_.size(); ++i) {
      add_layer(i);
      last_of_layer_.push_back(static_cast<int>(graph_.operations.size()) - 1);
    }
  }

 private:
  // Where a value comes from: the operation that gives it (-1: the network's input), and its shape.
  struct Source {
    int operation = -1;
    Shape shape;
  };

  void add_layer(size_t i) {
    layer_ = i;
    std::vector<Source> inputs;
    for (const int from : infos_[i].inputs) {
      const auto at = static_cast<size_t>(from);
      inputs.push_back(from < 0 ? Source{-1, network_.input} : Source{last_of_layer_[at], infos_[at].output});
    }
    std::visit([&](const auto& kind) { add_kind(kind, inputs); }, network_.layers[i].kind);
  }

  // Most kinds of layers are one operation, but for their activation.
  template <class Kind>
  void add_kind(const Kind& kind, const std::vector<Source>& inputs) {
    add(kind, inputs, infos_[layer_].output);
  }

  void add_kind(const SeparableConv2D& l, const std::vector<Source>& inputs) {
    const Source& input = inputs[0];
    const DepthwiseConv2D depthwise{.kernel = l.kernel,
                                    .strides = l.strides,
                                    .padding = l.padding,
                                    .depth_multiplier = l.depth_multiplier,
                                    .bias = false};
    Shape between = infos_[layer_].output;
    between = {between[0], between[1], input.shape[2] * l.depth_multiplier};
    Operation& first = add(depthwise, {input}, between);
    first.kernel = "depthwise_kernel";
    first.bias = nullptr;
    const Conv2D pointwise{
        .filters = l.filters, .kernel = {1, 1}, .bias = l.bias, .activation = l.activation, .alpha = l.alpha};
    const Source sums{static_cast<int>(graph_.operations.size()) - 1, between};
    add(pointwise, {sums}, infos_[layer_].output, "pointwise_kernel");
  }

  void add_kind(const Multiply&, std::vector<Source> inputs) {
    const Shape& full = infos_[layer_].output;
    std::stable_partition(inputs.begin(), inputs.end(), [&](const Source& value) { return value.shape == full; });
    Source product = inputs[0];
    for (size_t k = 1; k < inputs.size(); ++k) {
      add(Multiply{}, {product, inputs[k]}, full);
      product = {static_cast<int>(graph_.operations.size()) - 1, full};
    }
  }

  // The operation, before which stands no other of its layer but those that it reads; its activation may follow it.
  Operation& add(OperationKind kind, const std::vector<Source>& inputs, const Shape& output,
                 const char* kernel = "kernel") {
    Operation operation{.kind = std::move(kind),
                        .layer = static_cast<int>(layer_),
                        .inputs = {},
                        .input = inputs[0].shape,
                        .output = output,
                        .frozen = network_.layers[layer_].frozen,
                        .kernel = kernel};
    for (const Source& input : inputs) operation.inputs.push_back(input.operation);
    for (size_t k = 1; k < inputs.size(); ++k) operation.others.push_back(inputs[k].shape);
    const ActivationLayer activation = split_activation(operation.kind);
    graph_.operations.push_back(std::move(operation));
    const size_t place = graph_.operations.size() - 1;
    if (activation.function != Activation::kLinear) {
      graph_.operations.push_back({.kind = activation,
                                   .layer = static_cast<int>(layer_),
                                   .inputs = {static_cast<int>(place)},
                                   .input = output,
                                   .output = output,
                                   .frozen = network_.layers[layer_].frozen});
    }
    return graph_.operations[place];
  }

  const Network& network_;
  const std::vector<LayerInfo> infos_;
  Graph& graph_;
  size_t layer_ = 0;
  std::vector<int> last_of_layer_;
};

}  // namespace

Graph build_graph(const Network& network) {
  Graph graph;
  graph.input = network.input;
  const GraphBuilder fills(network, graph);
  const Operation& last = graph.operations.back();
  if (last.output.rank() != 1) {
    throw Error("layer " + network.layers.back().name +
                ": expected the last layer to give one number per class, found output " + last.output.to_string());
  }
  if (graph.operations.size() > 1 && is_softmax(last) &&
      last.inputs[0] == static_cast<int>(graph.operations.size()) - 2) {
    graph.softmax = true;
    graph.operations.pop_back();
  }
  return graph;
}

std::vector<int> count_readers(const Graph& graph) {
  std::vector<int> readers(graph.operations.size() + 1, 0);
  for (const Operation& operation : graph.operations) {
    for (const int input : operation.inputs) ++readers[static_cast<size_t>(input + 1)];
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
