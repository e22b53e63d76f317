// What a batch norm's training step can do along with it.
#pragma once

#include "engine/graph.h"

namespace fer::engine {

// Lets every batch norm that is not frozen take in the bias and relu before it and the relu and max pool (of windows
// that do not overlap) after it, where nothing else reads the values between.
Graph join_batch_norms(const Graph& graph);

}  // namespace fer::engine
