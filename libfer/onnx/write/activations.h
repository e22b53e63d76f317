// Activation functions as nodes.
#pragma once

#include <string>

#include "fer/network.h"
#include "onnx/write/graph_writer.h"

namespace fer::onnx_file {

// Appends the nodes of a function of the value `x`, the last of them called `name`, and returns what they give: x
// itself for linear. A softmax runs over axis 1.
std::string write_activation(GraphWriter& graph, const std::string& x, const ActivationLayer& layer,
                             const std::string& name);

}  // namespace fer::onnx_file
