// A network taken apart into the operations that kernels do.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/operation_kind.h"
#include "fer/model.h"
#include "fer/network.h"
#include "network/layer_facts.h"

namespace fer::engine {

// What a batch norm's training step does along with it, sparing walks over memory (join_batch_norms).
struct JoinedToNorm {
  // The convolution or dense layer before (an index of the network's layers; -1: none): the norm's backward pass goes
  // through its relu, if it has one, and sums its bias's gradient.
  int conv_layer = -1;
  bool relu_before = false, relu_after = false;
  std::optional<MaxPool2D> pool;
  std::vector<int> layers_after;  // of the network: those of the relu and the pool
};

// `kind` is a layer description whose activation, if any, is linear or relu: other activations become operations of
// their own. A product of several inputs becomes products of two, the first of which has the full shape.
struct Operation {
  OperationKind kind;
  int layer = 0;                   // of the network that it came from
  std::vector<int> inputs;         // operations; -1 is the network's input
  Shape input, output;             // without the batch; input is that of the first input
  std::vector<Shape> others = {};  // of the other inputs
  bool frozen = false;
  // What its layer calls its kernel and its bias (null: it has none).
  const char *kernel = "kernel", *bias = "bias";
  std::optional<JoinedToNorm> joined = {};  // of a batch norm; output is then that of the last operation joined
  bool joined_to_reader = false;  // of a convolution or dense layer: its reader is a batch norm that does as above
};

struct Graph {
  std::vector<Operation> operations;  // in order of computation
  Shape input;
  bool softmax = false;  // the network ends in a softmax, which is not among the operations
};

// The last softmax is left out: training joins it to the loss, inference applies it to the output. Throws Error naming
// the layer where the network does not end in one number per class.
Graph build_graph(const Network& network);

// How often each operation's value (index + 1; 0 is the network's input) is read.
std::vector<int> count_readers(const Graph& graph);

// The parameter of a layer called LAYER/suffix, or null; also for a suffix of null.
const Parameter* find_parameter(const ParameterLayout& layout, int layer, const char* suffix);

// The part of the weights, or of their gradients, that holds a parameter; empty for null.
template <class Float>
std::span<Float> part_of(std::span<Float> all, const Parameter* p) {
  if (p == nullptr) return {};
  return all.subspan(static_cast<size_t>(p->offset), static_cast<size_t>(p->shape.elements()));
}

}  // namespace fer::engine
