#include <fmt/format.h>

#include <optional>

#include "fer/error.h"
#include "fer/network.h"
#include "network/infer_layer.h"
#include "network/json_fields.h"
#include "network/json_text.h"
#include "network/layer_fields.h"
#include "network/limits.h"
#include "network/names.h"

namespace fer {
namespace {

using nlohmann::json;

// What a file says about a layer that inference finds out, too.
struct Stated {
  std::optional<Shape> output;
  std::optional<int64_t> params;
};

template <size_t i = 0>
LayerKind kind_at(size_t index) {
  if constexpr (i + 1 < std::variant_size_v<LayerKind>) {
    if (index != i) return kind_at<i + 1>(index);
  }
  return std::variant_alternative_t<i, LayerKind>{};
}

LayerKind kind_of_type(const json& type, const std::string& where) {
  for (size_t i = 0; i < kLayerTypeNames.size(); ++i) {
    if (is_text(type, kLayerTypeNames[i].json)) return kind_at(i);
  }
  throw Error(where + ": type: expected one of " +
              listed(kLayerTypeNames, [](const LayerTypeNames& names) { return names.json; }) + ", found " +
              shown(type));
}

// "layer 'conv1'", or "layer 3" where it has no name that can be shown.
std::string place(const json& layer, size_t position, const std::string& where) {
  std::string name;
  try {
    if (layer.is_object() && layer.contains("name")) read_value(layer["name"], where, name);
  } catch (const Error&) {
    name.clear();
  }
  return where + ": layer " + (name.empty() ? std::to_string(position + 1) : "'" + name + "'");
}

template <class T>
void read_stated(JsonFields& fields, const char* name, std::optional<T>& out) {
  T value{};
  if (fields.read(name, value)) out = value;
}

Layer read_layer(const json& object, const std::string& where, Stated& stated) {
  JsonFields fields(object, where);
  Layer layer;
  fields.required("name", layer.name);
  const json* type = fields.find("type");
  layer.kind = kind_of_type(type != nullptr ? *type : json(), where);
  std::visit([&](auto& kind) { visit_fields(fields, kind); }, layer.kind);
  fields.read("inputs", layer.inputs);
  fields.read("frozen", layer.frozen);
  read_stated(fields, "output", stated.output);
  read_stated(fields, "params", stated.params);
  fields.refuse_unknown();
  return layer;
}

void check_number(const std::string& where, const char* name, const std::optional<int64_t>& stated, int64_t inferred) {
  if (!stated || *stated == inferred) return;
  throw Error(fmt::format("{}: {}: expected {} as the layers have it, found {}", where, name, inferred, *stated));
}

void check_layers(const Network& network, const std::vector<LayerInfo>& infos, const std::vector<Stated>& stated,
                  const std::string& where) {
  for (size_t i = 0; i < infos.size(); ++i) {
    const std::string layer = where + ": layer '" + network.layers[i].name + "'";
    check_number(layer, "params", stated[i].params, infos[i].params);
    if (!stated[i].output || *stated[i].output == infos[i].output) continue;
    throw Error(layer + ": output: expected " + infos[i].output.to_string() + " as the layers have it, found " +
                stated[i].output->to_string());
  }
}

void check_totals(JsonFields& top, const std::vector<LayerInfo>& infos) {
  const Totals sum = sum_of(infos);
  const std::pair<const char*, int64_t> numbers[] = {
      {"params_total", sum.params},
      {"params_trainable", sum.trainable},
      {"macs", sum.macs},
      {"classes", infos.back().output.rank() == 1 ? infos.back().output[0] : 0},
  };
  for (const auto& [name, inferred] : numbers) {
    std::optional<int64_t> stated;
    read_stated(top, name, stated);
    check_number(top.where(), name, stated, inferred);
  }
}

void read_class_names(JsonFields& top, std::vector<std::string>& names) {
  const json* member = top.find("class_names");
  if (member == nullptr || member->is_null()) return;
  read_value(*member, top.where() + ": class_names", names);
}

std::vector<LayerInfo> infer_named(const Network& network, const std::string& where) {
  try {
    return infer(network);
  } catch (const Error& e) {
    throw Error(where + ": " + e.what());
  }
}

}  // namespace

Network network_from_json(std::string_view text, const std::string& where) {
  const JsonDocument document = parse_json(text, where);
  JsonFields top(document, where);
  Network network;
  top.read("name", network.name);
  top.required("input", network.input);
  read_class_names(top, network.class_names);
  const json* layers = top.find("layers");
  if (layers == nullptr || !layers->is_array()) {
    throw Error(where + ": layers: expected an array of layers, found " + (layers ? shown(*layers) : "none"));
  }
  if (layers->size() > kMaxLayers) {
    throw Error(fmt::format("{}: layers: expected at most {}, found {}", where, kMaxLayers, layers->size()));
  }
  std::vector<Stated> stated(layers->size());
  for (size_t i = 0; i < layers->size(); ++i) {
    const json& layer = (*layers)[i];
    network.layers.push_back(read_layer(layer, place(layer, i, where), stated[i]));
  }
  const std::vector<LayerInfo> infos = infer_named(network, where);
  check_layers(network, infos, stated, where);
  check_totals(top, infos);
  // Facts about a network that are not part of it.
  for (const char* fact : {"source", "verified", "training", "reported", "ensemble", "unknown", "notes", "description"})
    top.find(fact);
  top.refuse_unknown();
  return network;
}

}  // namespace fer
