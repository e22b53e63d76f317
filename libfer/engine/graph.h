// A network taken apart into the operations that kernels do.
#pragma once

#include <vector>

#include "fer/model.h"
#include "fer/network.h"

namespace fer::engine {

// One operation. `kind` is a layer description whose activation, if any, is linear or relu: other activations become
// nodes of their own.
struct Node {
  LayerKind kind;
  int layer = 0;            // of the network that it came from
  std::vector<int> inputs;  // nodes; -1 is the network's input
  Shape input, output;      // without the batch; input is that of the first input
  bool frozen = false;
};

struct Graph {
  std::vector<Node> nodes;  // in order of computation
  Shape input;
  bool softmax = false;  // the network ends in a softmax, which is not among the nodes
};

// The last softmax is left out: training joins it to the loss, inference applies it to the output.
Graph build_graph(const Network& network);

// How often each node's value (index + 1; 0 is the network's input) is read.
std::vector<int> count_readers(const Graph& graph);

// The parameter of a layer called LAYER/suffix, or null.
const Parameter* find_parameter(const ParameterLayout& layout, int layer, const char* suffix);

}  // namespace fer::engine
