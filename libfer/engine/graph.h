// A network taken apart into the operations that kernels do.
#pragma once

#include <optional>
#include <vector>

#include "fer/model.h"
#include "fer/network.h"

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

// One operation. `kind` is a layer description whose activation, if any, is linear or relu: other activations become
// nodes of their own. A separable convolution becomes a depthwise and a 1x1 convolution; a product of several inputs
// becomes products of two, the first of which has the full shape.
struct Node {
  LayerKind kind;
  int layer = 0;                   // of the network that it came from
  std::vector<int> inputs;         // nodes; -1 is the network's input
  Shape input, output;             // without the batch; input is that of the first input
  std::vector<Shape> others = {};  // of the other inputs
  bool frozen = false;
  // What its layer calls its kernel and its bias (null: it has none).
  const char *kernel = "kernel", *bias = "bias";
  std::optional<JoinedToNorm> joined = {};  // of a batch norm; output is then that of the last operation joined
  bool joined_to_reader = false;  // of a convolution or dense layer: its reader is a batch norm that does as above
};

struct Graph {
  std::vector<Node> nodes;  // in order of computation
  Shape input;
  bool softmax = false;  // the network ends in a softmax, which is not among the nodes
};

// The last softmax is left out: training joins it to the loss, inference applies it to the output.
Graph build_graph(const Network& network);

// For training: lets every batch norm that is not frozen take in the bias and relu before it and the relu and max pool
// (of windows that do not overlap) after it, where nothing else reads the values between.
Graph join_batch_norms(const Graph& graph);

// How often each node's value (index + 1; 0 is the network's input) is read.
std::vector<int> count_readers(const Graph& graph);

// The parameter of a layer called LAYER/suffix, or null; also for a suffix of null.
const Parameter* find_parameter(const ParameterLayout& layout, int layer, const char* suffix);

}  // namespace fer::engine
