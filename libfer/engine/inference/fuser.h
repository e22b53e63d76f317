// A graph with what can be folded into its convolutions folded into them.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/graph.h"
#include "engine/layers/fused_conv.h"

namespace fer::engine {

// An operation that inference does, before its buffers are known.
struct FusedOperation {
  Operation operation;            // what gives its output's shape
  std::vector<int> inputs;        // other fused operations; -1: the pictures
  std::optional<FusedConv> conv;  // of a convolution, also depthwise, or a dense layer
};

struct FusedGraph {
  std::vector<FusedOperation> operations;  // in order of computation
  int result = -1;                         // the operation that gives it; -1: the pictures
};

// Batch norms and relus join the convolution before them; dropout and mere changes of shape vanish. The weights must
// outlive the result.
FusedGraph fuse(const Graph& graph, const ParameterLayout& parameters, std::span<const float> weights);

}  // namespace fer::engine
