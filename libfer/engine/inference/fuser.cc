#include "engine/inference/fuser.h"

#include <utility>

#include "engine/layers/layers.h"

namespace fer::engine {
namespace {

// Walks the graph once.
class Fuser {
 public:
  Fuser(const Graph& graph, const ParameterLayout& parameters, std::span<const float> weights)
      : parameters_(parameters), weights_(weights), readers_(count_readers(graph)) {
    for (const Operation& operation : graph.operations) place_.push_back(place(operation));
    fused_.result = place_.back();
  }
  FusedGraph result() { return std::move(fused_); }

 private:
  // Where an operation's value now comes from.
  int place_of(int operation) const { return operation < 0 ? -1 : place_[static_cast<size_t>(operation)]; }
  bool read_once(int operation) const { return readers_[static_cast<size_t>(operation + 1)] == 1; }

  int place(const Operation& operation) {
    const int first_input = operation.inputs[0], before = place_of(first_input);
    // A value read twice, even if only under an alias of it, stays as it is.
    if (before >= 0 && !read_once(first_input)) shared_[static_cast<size_t>(before)] = true;
    const LayerSteps steps = layer_steps(operation);
    if (steps.inference == nullptr) return before;
    if (steps.fold != nullptr) {
      FusedConv* conv = open_conv(first_input);
      if (conv != nullptr &&
          steps.fold({.operation = operation, .parameters = parameters_, .weights = weights_}, *conv))
        return before;
    }
    FusedOperation fused{.operation = operation, .inputs = {}, .conv = {}};
    for (const int input : operation.inputs) fused.inputs.push_back(place_of(input));
    if (steps.traits.convolution) fused.conv = fused_conv(operation, parameters_, weights_);
    fused_.operations.push_back(std::move(fused));
    shared_.push_back(false);
    return static_cast<int>(fused_.operations.size()) - 1;
  }

  // The convolution that gives an operation's value, where only one other reads that.
  FusedConv* open_conv(int operation) {
    const int at = place_of(operation);
    if (at < 0 || !read_once(operation) || shared_[static_cast<size_t>(at)]) return nullptr;
    auto& conv = fused_.operations[static_cast<size_t>(at)].conv;
    return conv ? &*conv : nullptr;
  }

  const ParameterLayout& parameters_;
  std::span<const float> weights_;
  std::vector<int> readers_;
  std::vector<int> place_;
  std::vector<bool> shared_;  // of the fused operations
  FusedGraph fused_;
};

}  // namespace

FusedGraph fuse(const Graph& graph, const ParameterLayout& parameters, std::span<const float> weights) {
  return Fuser(graph, parameters, weights).result();
}

}  // namespace fer::engine
