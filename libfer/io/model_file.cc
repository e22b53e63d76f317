#include "io/model_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <list>
#include <set>

#include "core/json_value.h"
#include "fer/error.h"
#include "fer/version.h"
#include "io/check_weights.h"
#include "io/int8_tensors.h"
#include "io/preprocessing.h"
#include "io/resize.h"
#include "io/safetensors.h"
#include "network/json_fields.h"
#include "network/json_text.h"
#include "network/layer_facts.h"
#include "network/outputs.h"

namespace fer {
namespace io {
namespace {

using core::JsonValue;

constexpr const char* kFormat = "fer-model";
constexpr const char* kFormatVersion = "1";

const std::string& metadata_value(const SafetensorsFile& file, const char* key, const std::string& where) {
  const auto found = file.metadata.find(key);
  if (found != file.metadata.end()) return found->second;
  const bool others = std::string_view(key) == "format";
  throw Error(fmt::format("{}: metadata: expected '{}', found none{}", where, key,
                          others ? ": a safetensors file of another program is no model of libfer" : ""));
}

void check_class_names(const SafetensorsFile& file, const Network& network, const std::string& where) {
  const std::string place = where + ": class_names";
  std::vector<std::string> names;
  read_value(parse_json(metadata_value(file, "class_names", where), place), place, names);
  if (names != network.class_names)
    throw Error(fmt::format("{}: expected the network's ({}), found {}", place, fmt::join(network.class_names, ", "),
                            fmt::join(names, ", ")));
}

void check_class_rules(const std::vector<ClassRule>& rules, const Network& network, const std::string& place) {
  if (rules.empty()) return;
  std::vector<std::string> names;
  names.reserve(rules.size());
  for (const ClassRule& rule : rules) names.push_back(rule.name);
  if (names != network.class_names)
    throw Error(fmt::format("{}: expected the network's class names ({}), found {}", place,
                            fmt::join(network.class_names, ", "), fmt::join(names, ", ")));
}

void check_emoji(const std::vector<std::string>& emoji, const Network& network, const std::string& place) {
  const auto classes = static_cast<size_t>(class_count(network));
  if (emoji.empty() || emoji.size() == classes) return;
  throw Error(fmt::format("{}: expected {}, one per class, found {}", place, classes, emoji.size()));
}

Preprocessing read_preprocessing(const SafetensorsFile& file, const Network& network, const std::string& where) {
  const std::string place = where + ": preprocessing";
  return preprocessing_from_json(parse_json(metadata_value(file, "preprocessing", where), place), network, place);
}

// Optional: [{"name": ..., "sources": [...]}], one per class.
std::vector<ClassRule> read_class_rules(const SafetensorsFile& file, const Network& network, const std::string& where) {
  const auto found = file.metadata.find("classes");
  if (found == file.metadata.end()) return {};
  const std::string place = where + ": classes";
  const JsonDocument list = parse_json(found->second, place);
  if (!list->is_array()) throw Error(place + ": expected an array, found " + shown(*list));
  std::vector<ClassRule> rules;
  for (const nlohmann::json& item : *list) {
    JsonFields fields(item, place);
    ClassRule rule;
    fields.required("name", rule.name);
    fields.required("sources", rule.sources);
    fields.refuse_unknown();
    rules.push_back(std::move(rule));
  }
  check_class_rules(rules, network, place);
  return rules;
}

// Optional: one text per class.
std::vector<std::string> read_emoji(const SafetensorsFile& file, const Network& network, const std::string& where) {
  const auto found = file.metadata.find("class_emoji");
  if (found == file.metadata.end()) return {};
  const std::string place = where + ": class_emoji";
  std::vector<std::string> emoji;
  read_value(parse_json(found->second, place), place, emoji);
  check_emoji(emoji, network, place);
  return emoji;
}

void check_temperature(double temperature, const Network& network, const std::string& place) {
  if (!std::isfinite(temperature) || !(temperature > 0)) {
    throw Error(fmt::format("{}: expected a finite number above 0, found {}", place, temperature));
  }
  if (temperature != 1 && ends_in_sigmoids(network)) {
    throw Error(fmt::format("{}: expected none with a network that ends in sigmoids, found {}", place, temperature));
  }
}

// Optional: a number.
double read_temperature(const SafetensorsFile& file, const Network& network, const std::string& where) {
  const auto found = file.metadata.find("temperature");
  if (found == file.metadata.end()) return 1;
  const std::string place = where + ": temperature";
  double temperature = 0;
  read_value(parse_json(found->second, place), place, temperature);
  check_temperature(temperature, network, place);
  return temperature;
}

bool may_be_bytes(const Network& network, const Parameter& parameter) {
  const LayerKind& kind = network.layers[static_cast<size_t>(parameter.layer)].kind;
  return layer_of_kernel(parameter) && facts_of(kind).int8;
}

const SafetensorsEntry& entry_of(const SafetensorsFile& file, const Network& network, const Parameter& parameter,
                                 const std::string& where) {
  const SafetensorsEntry* entry = nullptr;
  try {
    entry = &file.find(parameter.name);
  } catch (const Error& e) {
    throw Error(where + ": " + e.what());
  }
  const bool known = entry->dtype == Dtype::kF32 || (entry->dtype == Dtype::kI8 && may_be_bytes(network, parameter));
  if (!known || entry->shape != parameter.shape) {
    throw Error(fmt::format(
        "{}: tensor '{}': expected F32 of shape {}, found {}{}", where, parameter.name, parameter.shape.to_string(),
        known ? "" : fmt::format("{} of shape ", dtype_name(entry->dtype)), entry->shape.to_string()));
  }
  return *entry;
}

void read_parameter(const SafetensorsFile& file, const Parameter& parameter, Model& model, const std::string& where) {
  const std::span<float> values = model.weights.of(parameter);
  const SafetensorsEntry& entry = entry_of(file, model.network, parameter, where);
  if (entry.dtype == Dtype::kI8) {
    model.int8.push_back(read_int8_kernel(file, parameter, values, where));
  } else {
    std::memcpy(values.data(), entry.data.data(), entry.data.size());
  }
  check_weights(parameter, values, where + ": tensor");
}

void refuse_extra(const SafetensorsFile& file, const ParameterLayout& layout, const std::string& where) {
  std::set<std::string> known, bytes;
  for (const SafetensorsEntry& entry : file.entries) {
    if (entry.dtype == Dtype::kI8) bytes.insert(entry.name);
  }
  for (const Parameter& parameter : layout.parameters) {
    known.insert(parameter.name);
    const auto layer = layer_of_kernel(parameter);
    if (!layer || !bytes.contains(parameter.name)) continue;
    known.insert(scale_name(*layer));
    known.insert(range_name(*layer));
  }
  for (const SafetensorsEntry& entry : file.entries) {
    if (known.contains(entry.name)) continue;
    throw Error(where + ": tensor " + shown(entry.name) + ": expected the network's parameters only");
  }
}

void check_format(const SafetensorsFile& file, const std::string& where) {
  const std::string& format = metadata_value(file, "format", where);
  const std::string& version = metadata_value(file, "format_version", where);
  if (format != kFormat || version != kFormatVersion) {
    throw Error(fmt::format("{}: format: expected \"{}\" version \"{}\", found {} version {}", where, kFormat,
                            kFormatVersion, shown(format), shown(version)));
  }
}

std::map<std::string, std::string> model_metadata(const Model& model) {
  JsonValue preprocessing = preprocessing_to_json(model.preprocessing);
  if (model.preprocessing.resize.given()) {
    check_resize(model.preprocessing.resize, model.network, "preprocessing: resize");
  }
  check_class_rules(model.classes, model.network, "classes");
  check_emoji(model.emoji, model.network, "class_emoji");
  std::map<std::string, std::string> metadata = {{"format", kFormat},
                                                 {"format_version", kFormatVersion},
                                                 {"fer_version", version()},
                                                 {"network", network_to_json(model.network)},
                                                 {"class_names", JsonValue(model.network.class_names).one_line()},
                                                 {"preprocessing", preprocessing.one_line()}};
  if (!model.classes.empty()) {
    JsonValue list = JsonValue::array();
    for (const ClassRule& rule : model.classes) {
      list.push_back(JsonValue::object({{"name", rule.name}, {"sources", rule.sources}}));
    }
    metadata["classes"] = list.one_line();
  }
  if (!model.emoji.empty()) metadata["class_emoji"] = JsonValue(model.emoji).one_line();
  check_temperature(model.temperature, model.network, "temperature");
  if (model.temperature != 1) metadata["temperature"] = JsonValue(model.temperature).one_line();
  return metadata;
}

// What a file is written from; `bytes` and `ranges` hold what the entries of 8-bit layers point to.
struct ModelEntries {
  std::vector<SafetensorsEntry> entries;
  std::list<std::vector<int8_t>> bytes;
  std::list<std::array<float, 2>> ranges;

  void add_int8(const Int8Layer& layer, const Parameter& kernel, std::span<const float> values) {
    bytes.push_back(int8_kernel(layer, kernel, values));
    ranges.push_back({layer.low, layer.high});
    const auto channels = static_cast<int64_t>(layer.kernel_scale.size());
    entries.push_back({kernel.name, Dtype::kI8, kernel.shape, std::as_bytes(std::span(bytes.back()))});
    entries.push_back(
        {scale_name(layer.layer), Dtype::kF32, Shape({channels}), std::as_bytes(std::span(layer.kernel_scale))});
    entries.push_back({range_name(layer.layer), Dtype::kF32, Shape({2}), std::as_bytes(std::span(ranges.back()))});
  }
};

const Int8Layer* int8_layer_of(const Model& model, const Parameter& parameter) {
  const auto name = layer_of_kernel(parameter);
  const auto found = std::find_if(model.int8.begin(), model.int8.end(),
                                  [&](const Int8Layer& layer) { return name && layer.layer == *name; });
  return found == model.int8.end() ? nullptr : &*found;
}

// Weights that are not the network's, or not finite, would make a file that cannot be read again.
ModelEntries model_entries(const Model& model) {
  const ParameterLayout layout = parameter_layout(model.network);
  if (static_cast<int64_t>(model.weights.values.size()) != layout.total_floats) {
    throw Error(fmt::format("weights: expected {} floats for this network, found {}", layout.total_floats,
                            model.weights.values.size()));
  }
  ModelEntries all;
  for (const Parameter& parameter : layout.parameters) {
    const std::span<const float> values = model.weights.of(parameter);
    check_weights(parameter, values, "tensor");
    if (const Int8Layer* layer = int8_layer_of(model, parameter); layer != nullptr) {
      all.add_int8(*layer, parameter, values);
    } else {
      all.entries.push_back({parameter.name, Dtype::kF32, parameter.shape, std::as_bytes(values)});
    }
  }
  if (all.bytes.size() != model.int8.size())
    throw Error("8-bit layers: expected convolutions and dense layers of the network");
  return all;
}

}  // namespace

namespace {

Model model_of(SafetensorsFile file, const std::string& where) {
  check_format(file, where);
  Model model;
  model.network = network_from_json(metadata_value(file, "network", where), where + ": network");
  check_class_names(file, model.network, where);
  model.preprocessing = read_preprocessing(file, model.network, where);
  model.classes = read_class_rules(file, model.network, where);
  model.emoji = read_emoji(file, model.network, where);
  model.temperature = read_temperature(file, model.network, where);
  // The shapes are compared with those of the file before memory is taken for them.
  const ParameterLayout layout = parameter_layout(model.network);
  refuse_extra(file, layout, where);
  for (const Parameter& parameter : layout.parameters) entry_of(file, model.network, parameter, where);
  file.load_tensors();
  model.weights = Weights(model.network);
  for (const Parameter& parameter : layout.parameters) read_parameter(file, parameter, model, where);
  return model;
}

}  // namespace

Model parse_model(std::string content, const std::string& where) {
  return model_of(parse_safetensors(std::move(content), where), where);
}

}  // namespace io

void save_model(const Model& model, const std::string& path) {
  std::map<std::string, std::string> metadata;
  io::ModelEntries entries;
  try {
    metadata = io::model_metadata(model);
    entries = io::model_entries(model);
  } catch (const Error& e) {
    throw Error(path + ": " + e.what());
  }
  io::write_safetensors(path, entries.entries, metadata);
}

Model load_model(const std::string& path) { return io::model_of(io::open_safetensors(path), path); }

}  // namespace fer
