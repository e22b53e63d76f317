// The end of a graph.
#include <fmt/format.h>

#include "fer/error.h"
#include "io/check_weights.h"
#include "network/json_text.h"
#include "network/limits.h"
#include "onnx/read/reading.h"

namespace fer::onnx_file {

// [n, c], where [n, c, 1, 1] is one too.
Value Reading::output_value() {
  if (graph_.output_size() != 1) {
    throw Error(fmt::format("expected a graph with one output, found {}", graph_.output_size()));
  }
  const std::string place = "output " + shown(graph_.output(0).name()) + ": ";
  const auto found = values_.find(graph_.output(0).name());
  if (found == values_.end()) throw Error(place + "expected a value that a node computes, found none");
  Value output = found->second;
  if (output.half != Half::kNone && output.half != Half::kLog) throw Error(place + other_half(output.half));
  if (output.is_picture() && output.layer >= 0 && output.shape[0] * output.shape[1] == 1) {
    output = add_layer("flatten", Flatten{}, {output});
    output.rank = 2;
  }
  const bool fits = output.is_flat() && output.flattened.rank() == 0 && (output.rank == 2 || output.rank == 4);
  if (!fits) {
    throw Error(fmt::format("{}expected [batch, classes], found {} after the batch{}", place,
                            shown_dims(file_dims(output)),
                            output.flattened.rank() != 0 ? ", a flattened picture" : ""));
  }
  if (output.layer + 1 != static_cast<int>(network_.layers.size())) {
    throw Error(place + "expected the last layer's, found that of '" + layer(output).name + "'");
  }
  return output;
}

Model Reading::finish() {
  output_value();
  network_.name = graph_.name().size() <= kMaxNameBytes ? in_ascii(graph_.name()) : "";
  Model model;
  model.network = std::move(network_);
  model.weights = Weights(model.network);
  for (const Parameter& parameter : model.weights.layout.parameters) {
    const std::span<float> values = model.weights.of(parameter);
    fills_.at(parameter.name)(values);
    io::check_weights(parameter, values);
  }
  return model;
}

}  // namespace fer::onnx_file
