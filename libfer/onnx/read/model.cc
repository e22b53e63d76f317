#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/file_kind.h"
#include "fer/error.h"
#include "fer/onnx.h"
#include "io/pixel_notes.h"
#include "io/preprocessing.h"
#include "io/resize.h"
#include "network/imported_head.h"
#include "network/json_text.h"
#include "onnx/file/wire.h"
#include "onnx/model_bytes.h"
#include "onnx/read/functions.h"
#include "onnx/read/operators.h"
#include "onnx/read/reading.h"

namespace fer {
namespace onnx_file {
namespace {

constexpr int64_t kOldestOpset = 7;
constexpr int64_t kNewestOpset = 22;
constexpr size_t kMaxFileBytes = (size_t{1} << 31) - 1;

using Notes = std::vector<std::string>;

bool is_standard(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

int64_t opset_of(const onnx::ModelProto& model) {
  for (const onnx::OperatorSetIdProto& opset : model.opset_import()) {
    if (!is_standard(opset.domain())) continue;
    if (opset.version() >= kOldestOpset && opset.version() <= kNewestOpset) return opset.version();
    throw Error(fmt::format("opset: expected {} to {}, found {}", kOldestOpset, kNewestOpset, opset.version()));
  }
  if (model.opset_import_size() > 0) {
    throw Error("expected an ONNX model of the standard operators, found those of " +
                shown(model.opset_import(0).domain()) + " alone: libfer reads convolutional networks");
  }
  throw Error("expected an ONNX model with an opset, found none");
}

// The JSON under a key of the metadata, or null.
JsonDocument metadata(const onnx::ModelProto& model, const char* key) {
  for (const onnx::StringStringEntryProto& entry : model.metadata_props()) {
    if (entry.key() == key) return parse_json(entry.value(), key);
  }
  return {};
}

// libfer's own files say so where they take anything but pixels.
bool is_ours(const onnx::ModelProto& model) {
  const auto& entries = model.metadata_props();
  return std::any_of(entries.begin(), entries.end(), [](const auto& entry) { return entry.key() == kFerVersion; });
}

std::vector<std::string> class_names(const onnx::ModelProto& model, const OnnxReadOptions& options) {
  std::vector<std::string> names = options.class_names;
  const JsonDocument document = names.empty() ? metadata(model, kClassNames) : JsonDocument();
  const nlohmann::json& stored = document;
  if (stored.is_null()) return names;
  const auto is_text = [](const nlohmann::json& name) { return name.is_string(); };
  if (!stored.is_array() || !std::all_of(stored.begin(), stored.end(), is_text)) {
    throw Error(fmt::format("{}: expected an array of texts, found {}", kClassNames, shown(stored)));
  }
  return stored.get<std::vector<std::string>>();
}

// What is to be done to pixels before they go into the file's graph. Notes say what was assumed.
Preprocessing preprocessing(const onnx::ModelProto& model, const OnnxReadOptions& options, bool takes_pixels,
                            Notes& notes) {
  if (options.preprocessing) return *options.preprocessing;
  const JsonDocument document = metadata(model, kPreprocessing);
  const nlohmann::json& stored = document;
  if (stored.is_null()) {
    if (is_ours(model)) return {1, 0};
    notes.push_back(takes_pixels ? io::kPixelsAsTheyAre : io::kPixelsDivided);
    return takes_pixels ? Preprocessing{1, 0} : Preprocessing{};
  }
  const auto number = [&](const char* key) {
    if (stored.is_object() && stored.contains(key) && stored[key].is_number()) return stored[key].get<float>();
    throw Error(fmt::format("{}: expected scale and shift, found {}", kPreprocessing, shown(stored)));
  };
  Preprocessing read = {number("scale"), number("shift")};
  JsonFields others(stored, kPreprocessing);
  io::read_picture_rules(others, kPreprocessing, read);
  return read;
}

// With what to do about it, where it is not the file's bytes that are wrong.
std::string with_advice(const std::string& what) {
  const bool damaged = what.starts_with("tensor "), advised = what.find("docs/") != what.npos;
  return what + (damaged || advised ? "" : ": docs/onnx.md lists the forms that libfer reads");
}

OnnxModel read_model(const onnx::ModelProto& proto, const OnnxReadOptions& options, size_t file_bytes,
                     ExternalData& external) {
  if (!proto.has_graph()) throw Error("expected an ONNX model with a graph, found none");
  Reading reading(proto.graph(), opset_of(proto), file_bytes, external);
  const std::vector<int> needed = reading.needed_nodes();
  const auto for_each_node = [&](const auto& f) {
    for (const int i : needed) {
      const onnx::NodeProto& node = proto.graph().node(i);
      try {
        f(node);
      } catch (const Error& e) {
        throw Error(fmt::format("node {} ({}): {}", node.name().empty() ? std::to_string(i) : shown(node.name()),
                                shown(node.op_type()), with_advice(e.what())));
      }
    }
  };
  // What else is wrong with a file would only lead away from that.
  for_each_node([](const onnx::NodeProto& node) { refuse_unknown(node); });
  for_each_node([&](const onnx::NodeProto& node) { read_node(reading, node); });
  OnnxModel result;
  const Preprocessing before = preprocessing(proto, options, reading.takes_pixels(), result.notes);
  Model& model = result.model;
  model = reading.finish();
  settle_head(model, result.notes);
  model.network.class_names = class_names(proto, options);
  infer(model.network);  // whether there are as many names as classes
  model.preprocessing = after(before, reading.scaled());
  if (const JsonDocument resize = metadata(proto, kResize); !resize->is_null()) {
    model.preprocessing.resize = io::read_resize(resize, model.network, kResize);
  }
  if (!std::isfinite(model.preprocessing.scale) || !std::isfinite(model.preprocessing.shift)) {
    throw Error(fmt::format("preprocessing: expected finite numbers, found scale {} and shift {}",
                            model.preprocessing.scale, model.preprocessing.shift));
  }
  return result;
}

OnnxModel read_content(const std::string& content, const OnnxReadOptions& options, const std::string& where,
                       ExternalData& external) {
  try {
    google::protobuf::Arena arena;
    onnx::ModelProto& proto = parse_protobuf(content, arena);
    if (proto.has_graph()) join_functions(*proto.mutable_graph(), external);
    return read_model(proto, options, content.size(), external);
  } catch (const Error& e) {
    throw Error(where + ": " + e.what());
  }
}

}  // namespace

OnnxModel parse_model_with_notes(const std::string& content, const OnnxReadOptions& options, const std::string& where) {
  ExternalData none;
  return read_content(content, options, where, none);
}

Model parse_model(const std::string& content, const OnnxReadOptions& options, const std::string& where) {
  return parse_model_with_notes(content, options, where).model;
}

}  // namespace onnx_file

OnnxModel read_onnx_with_notes(const std::string& path, const OnnxReadOptions& options) {
  const std::string content = core::read_expected(path, core::Expected::kOnnx, onnx_file::kMaxFileBytes);
  core::refuse_other_kinds(path, core::Expected::kOnnx, content);
  onnx_file::ExternalData beside(path);
  return onnx_file::read_content(content, options, path, beside);
}

Model read_onnx(const std::string& path, const OnnxReadOptions& options) {
  return read_onnx_with_notes(path, options).model;
}

}  // namespace fer
