#include "engine/training/join_batch_norms.h"

#include <utility>

#include "engine/layers/layers.h"
#include "network/geometry.h"

namespace fer::engine {
namespace {

class Joiner {
 public:
  explicit Joiner(const Graph& graph) : readers_(count_readers(graph)) {
    joined_.input = graph.input;
    joined_.softmax = graph.softmax;
    for (const Operation& operation : graph.operations) place_.push_back(place(operation));
  }
  Graph result() { return std::move(joined_); }

 private:
  // Where an operation's value now comes from.
  int place_of(int operation) const { return operation < 0 ? -1 : place_[static_cast<size_t>(operation)]; }
  bool read_once(int operation) const { return readers_[static_cast<size_t>(operation + 1)] == 1; }

  int place(const Operation& operation) {
    if (take_in_relu(operation) || take_in_pool(operation)) return place_of(operation.inputs[0]);
    joined_.operations.push_back(operation);
    Operation& added = joined_.operations.back();
    for (int& input : added.inputs) input = place_of(input);
    if (std::holds_alternative<BatchNorm>(added.kind) && !added.frozen) {
      added.joined.emplace();
      join_convolution(operation.inputs[0], *added.joined);
    }
    return static_cast<int>(joined_.operations.size()) - 1;
  }

  void join_convolution(int input, JoinedToNorm& joined) {
    if (input < 0 || !read_once(input)) return;
    Operation& before = joined_.operations[static_cast<size_t>(place_of(input))];
    if (!layer_steps(before).traits.convolution) return;
    joined.relu_before = own_activation(before.kind) == Activation::kRelu;
    joined.conv_layer = before.layer;
    before.joined_to_reader = true;
  }

  // The batch norm that gives an operation's only input, if the operation is its only reader and it has no pool yet.
  Operation* open_norm(const Operation& operation) {
    if (operation.inputs.size() != 1 || operation.inputs[0] < 0 || !read_once(operation.inputs[0])) return nullptr;
    Operation& before = joined_.operations[static_cast<size_t>(place_of(operation.inputs[0]))];
    return before.joined && !before.joined->pool ? &before : nullptr;
  }

  bool take_in_relu(const Operation& operation) {
    const auto* activation = std::get_if<ActivationLayer>(&operation.kind);
    if (activation == nullptr || activation->function != Activation::kRelu) return false;
    Operation* norm = open_norm(operation);
    if (norm == nullptr) return false;
    norm->joined->relu_after = true;
    norm->joined->layers_after.push_back(operation.layer);
    return true;
  }

  bool take_in_pool(const Operation& operation) {
    const auto* pool = std::get_if<MaxPool2D>(&operation.kind);
    // (A winner's index is a byte.)
    if (pool == nullptr || pool_strides(pool->pool, pool->strides) != pool->pool || pool->pool[0] * pool->pool[1] > 255)
      return false;
    Operation* norm = open_norm(operation);
    if (norm == nullptr) return false;
    norm->joined->pool = *pool;
    norm->joined->layers_after.push_back(operation.layer);
    norm->output = operation.output;
    return true;
  }

  std::vector<int> readers_;
  std::vector<int> place_;
  Graph joined_;
};

}  // namespace

Graph join_batch_norms(const Graph& graph) { return Joiner(graph).result(); }

}  // namespace fer::engine
