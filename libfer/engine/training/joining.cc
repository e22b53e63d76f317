#include <optional>

#include "engine/graph.h"
#include "network/geometry.h"

namespace fer::engine {
namespace {

class Joiner {
 public:
  explicit Joiner(const Graph& graph) : readers_(count_readers(graph)) {
    joined_.input = graph.input;
    joined_.softmax = graph.softmax;
    for (const Node& node : graph.nodes) place_.push_back(place(node));
  }
  Graph result() { return std::move(joined_); }

 private:
  // Where a node's value now comes from.
  int place_of(int node) const { return node < 0 ? -1 : place_[static_cast<size_t>(node)]; }
  bool read_once(int node) const { return readers_[static_cast<size_t>(node + 1)] == 1; }

  int place(const Node& node) {
    if (take_in_relu(node) || take_in_pool(node)) return place_of(node.inputs[0]);
    joined_.nodes.push_back(node);
    Node& added = joined_.nodes.back();
    for (int& input : added.inputs) input = place_of(input);
    if (std::holds_alternative<BatchNorm>(added.kind) && !added.frozen) {
      added.joined.emplace();
      join_convolution(node.inputs[0], *added.joined);
    }
    return static_cast<int>(joined_.nodes.size()) - 1;
  }

  void join_convolution(int input, JoinedToNorm& joined) {
    if (input < 0 || !read_once(input)) return;
    Node& before = joined_.nodes[static_cast<size_t>(place_of(input))];
    if (const auto* conv = std::get_if<Conv2D>(&before.kind)) {
      joined.relu_before = conv->activation == Activation::kRelu;
    } else if (const auto* depthwise = std::get_if<DepthwiseConv2D>(&before.kind)) {
      joined.relu_before = depthwise->activation == Activation::kRelu;
    } else if (const auto* dense = std::get_if<Dense>(&before.kind)) {
      joined.relu_before = dense->activation == Activation::kRelu;
    } else {
      return;
    }
    joined.conv_layer = before.layer;
    before.joined_to_reader = true;
  }

  // The batch norm that gives a node's only input, if the node is its only reader and it has no pool yet.
  Node* open_norm(const Node& node) {
    if (node.inputs.size() != 1 || node.inputs[0] < 0 || !read_once(node.inputs[0])) return nullptr;
    Node& before = joined_.nodes[static_cast<size_t>(place_of(node.inputs[0]))];
    return before.joined && !before.joined->pool ? &before : nullptr;
  }

  bool take_in_relu(const Node& node) {
    const auto* activation = std::get_if<ActivationLayer>(&node.kind);
    if (activation == nullptr || activation->function != Activation::kRelu) return false;
    Node* norm = open_norm(node);
    if (norm == nullptr) return false;
    norm->joined->relu_after = true;
    norm->joined->layers_after.push_back(node.layer);
    return true;
  }

  bool take_in_pool(const Node& node) {
    const auto* pool = std::get_if<MaxPool2D>(&node.kind);
    // (A winner's index is a byte.)
    if (pool == nullptr || pool_strides(pool->pool, pool->strides) != pool->pool || pool->pool[0] * pool->pool[1] > 255)
      return false;
    Node* norm = open_norm(node);
    if (norm == nullptr) return false;
    norm->joined->pool = *pool;
    norm->joined->layers_after.push_back(node.layer);
    norm->output = node.output;
    return true;
  }

  std::vector<int> readers_;
  std::vector<int> place_;
  Graph joined_;
};

}  // namespace

Graph join_batch_norms(const Graph& graph) { return Joiner(graph).result(); }

}  // namespace fer::engine
