// The nodes of a network's layers.
#pragma once

#include <string>

#include "fer/model.h"
#include "onnx/write/graph_writer.h"

namespace fer::onnx_file {

// Appends the nodes of all layers to a graph whose value `input` is [batch, c, h, w], preprocessed. Returns the name of
// the last layer's value, [batch, classes]. Batch norms are folded where `fold_batch_norm` says so and folding is
// possible.
std::string write_layers(const Model& model, bool fold_batch_norm, const std::string& input, GraphWriter& graph);

}  // namespace fer::onnx_file
