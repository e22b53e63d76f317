#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fer/error.h"
#include "fer/file.h"
#include "fer/onnx.h"
#include "io/check_weights.h"
#include "network/json_text.h"
#include "network/limits.h"
#include "onnx/file/wire.h"
#include "onnx/model_bytes.h"
#include "onnx/read/operators.h"
#include "onnx/read/reading.h"

namespace fer {
namespace onnx_file {
namespace {

constexpr int64_t kOldestOpset = 7;
constexpr int64_t kNewestOpset = 22;
constexpr size_t kMaxFileBytes = (size_t{1} << 31) - 1;

bool is_standard(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

int64_t opset_of(const onnx::ModelProto& model) {
  for (const onnx::OperatorSetIdProto& opset : model.opset_import()) {
    if (!is_standard(opset.domain())) continue;
    if (opset.version() >= kOldestOpset && opset.version() <= kNewestOpset) return opset.version();
    throw Error(fmt::format("opset: expected {} to {}, found {}", kOldestOpset, kNewestOpset, opset.version()));
  }
  throw Error("expected an ONNX model with an opset, found none");
}

// The JSON under a key of the metadata, or null.
nlohmann::json metadata(const onnx::ModelProto& model, const char* key) {
  for (const onnx::StringStringEntryProto& entry : model.metadata_props()) {
    if (entry.key() == key) return parse_json(entry.value(), key);
  }
  return nullptr;
}

// libfer's own files say so where they take anything but pixels.
bool is_ours(const onnx::ModelProto& model) {
  const auto& entries = model.metadata_props();
  return std::any_of(entries.begin(), entries.end(), [](const auto& entry) { return entry.key() == kFerVersion; });
}

std::vector<std::string> class_names(const onnx::ModelProto& model, const OnnxReadOptions& options) {
  std::vector<std::string> names = options.class_names;
  const nlohmann::json stored = names.empty() ? metadata(model, kClassNames) : nlohmann::json();
  if (stored.is_null()) return names;
  const auto is_text = [](const nlohmann::json& name) { return name.is_string(); };
  if (!stored.is_array() || !std::all_of(stored.begin(), stored.end(), is_text)) {
    throw Error(fmt::format("{}: expected an array of texts, found {}", kClassNames, shown(stored)));
  }
  return stored.get<std::vector<std::string>>();
}

// What is to be done to pixels before they go into the file's graph.
Preprocessing preprocessing(const onnx::ModelProto& model, const OnnxReadOptions& options, bool takes_pixels) {
  if (options.preprocessing) return *options.preprocessing;
  const nlohmann::json stored = metadata(model, kPreprocessing);
  if (stored.is_null()) return takes_pixels || is_ours(model) ? Preprocessing{1, 0} : Preprocessing{};
  const auto number = [&](const char* key) {
    if (stored.is_object() && stored.contains(key) && stored[key].is_number()) return stored[key].get<float>();
    throw Error(fmt::format("{}: expected scale and shift, found {}", kPreprocessing, shown(stored)));
  };
  return {number("scale"), number("shift")};
}

Model read_model(const onnx::ModelProto& proto, const OnnxReadOptions& options, size_t file_bytes) {
  if (!proto.has_graph()) throw Error("expected an ONNX model with a graph, found none");
  Reading reading(proto.graph(), opset_of(proto), file_bytes);
  for (const int i : reading.needed_nodes()) {
    const onnx::NodeProto& node = proto.graph().node(i);
    try {
      read_node(reading, node);
    } catch (const Error& e) {
      throw Error(fmt::format("node {} ({}): {}", node.name().empty() ? std::to_string(i) : shown(node.name()),
                              shown(node.op_type()), e.what()));
    }
  }
  const Preprocessing before = preprocessing(proto, options, reading.takes_pixels());
  Model model = reading.finish(class_names(proto, options));
  model.preprocessing = after(before, reading.scaled());
  if (!std::isfinite(model.preprocessing.scale) || !std::isfinite(model.preprocessing.shift)) {
    throw Error("preprocessing: expected finite numbers, found others");
  }
  return model;
}

}  // namespace

std::vector<int> Reading::needed_nodes() const {
  std::unordered_map<std::string, int> givers;
  for (int i = 0; i < graph_.node_size(); ++i) {
    for (const std::string& output : graph_.node(i).output()) givers.emplace(output, i);
  }
  std::vector<std::string> open;
  for (const onnx::ValueInfoProto& output : graph_.output()) open.push_back(output.name());
  std::vector<bool> needed(static_cast<size_t>(graph_.node_size()), false);
  while (!open.empty()) {
    const auto giver = givers.find(open.back());
    open.pop_back();
    if (giver == givers.end() || needed[static_cast<size_t>(giver->second)]) continue;
    needed[static_cast<size_t>(giver->second)] = true;
    for (const std::string& input : graph_.node(giver->second).input()) open.push_back(input);
  }
  std::vector<int> nodes;
  for (int i = 0; i < graph_.node_size(); ++i) {
    if (needed[static_cast<size_t>(i)]) nodes.push_back(i);
  }
  return nodes;
}

Model Reading::finish(std::vector<std::string> class_names) {
  if (graph_.output_size() != 1) {
    throw Error(fmt::format("expected a graph with one output, found {}", graph_.output_size()));
  }
  const std::string place = "output " + shown(graph_.output(0).name()) + ": ";
  const auto found = values_.find(graph_.output(0).name());
  if (found == values_.end()) throw Error(place + "expected a value that a node computes, found none");
  const Value& output = found->second;
  if (output.half != Half::kNone && output.half != Half::kLog) throw Error(place + other_half(output.half));
  if (!output.is_flat() || output.rank != 2 || output.flattened.rank() != 0) {
    throw Error(place + "expected [batch, classes], found a picture or a flattened one");
  }
  if (output.layer + 1 != static_cast<int>(network_.layers.size())) {
    throw Error(place + "expected the last layer's, found that of '" + layer(output).name + "'");
  }
  network_.name = graph_.name().size() <= kMaxNameBytes ? in_ascii(graph_.name()) : "";
  network_.class_names = std::move(class_names);
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

Model parse_model(const std::string& content, const OnnxReadOptions& options, const std::string& where) {
  try {
    return read_model(parse_protobuf(content), options, content.size());
  } catch (const Error& e) {
    throw Error(where + ": " + e.what());
  }
}

}  // namespace onnx_file

Model read_onnx(const std::string& path, const OnnxReadOptions& options) {
  return onnx_file::parse_model(read_file(path, onnx_file::kMaxFileBytes), options, path);
}

}  // namespace fer
