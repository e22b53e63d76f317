#include "io/model_file.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <set>

#include "fer/error.h"
#include "fer/version.h"
#include "io/atomic_file.h"
#include "io/safetensors.h"
#include "network/json_fields.h"
#include "network/json_text.h"

namespace fer {
namespace io {
namespace {

constexpr const char* kFormat = "fer-model";
constexpr const char* kFormatVersion = "1";
constexpr const char* kVariance = "/moving_variance";

// Whether the numbers can be weights: finite, and a variance not below zero.
bool are_good(const Parameter& parameter, std::span<const float> values) {
  const bool variance = parameter.name.ends_with(kVariance);
  for (const float value : values) {
    if (!std::isfinite(value) || (variance && value < 0)) return false;
  }
  return true;
}

void check_values(const Parameter& parameter, std::span<const float> values, const std::string& where) {
  if (are_good(parameter, values)) return;
  const bool variance = parameter.name.ends_with(kVariance);
  throw Error(fmt::format("{}tensor '{}': expected finite numbers{}, found another", where, parameter.name,
                          variance ? " of 0 or more" : ""));
}

const std::string& metadata_value(const SafetensorsFile& file, const char* key, const std::string& where) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) throw Error(fmt::format("{}: metadata: expected '{}', found none", where, key));
  return found->second;
}

void check_class_names(const SafetensorsFile& file, const Network& network, const std::string& where) {
  const std::string place = where + ": class_names";
  std::vector<std::string> names;
  read_value(parse_json(metadata_value(file, "class_names", where), place), place, names);
  if (names != network.class_names) throw Error(place + ": expected the network's, found others");
}

Preprocessing read_preprocessing(const SafetensorsFile& file, const std::string& where) {
  const std::string place = where + ": preprocessing";
  const nlohmann::json object = parse_json(metadata_value(file, "preprocessing", where), place);
  JsonFields fields(object, place);
  Preprocessing preprocessing;
  fields.required("scale", preprocessing.scale);
  fields.required("shift", preprocessing.shift);
  fields.refuse_unknown();
  return preprocessing;
}

const SafetensorsEntry& entry_of(const SafetensorsFile& file, const Parameter& parameter, const std::string& where) {
  const SafetensorsEntry* entry = nullptr;
  try {
    entry = &file.find(parameter.name);
  } catch (const Error& e) {
    throw Error(where + ": " + e.what());
  }
  if (entry->dtype != Dtype::kF32 || entry->shape != parameter.shape) {
    throw Error(fmt::format("{}: tensor '{}': expected F32 of shape {}, found {}{}", where, parameter.name,
                            parameter.shape.to_string(), entry->dtype == Dtype::kF32 ? "" : "another type of shape ",
                            entry->shape.to_string()));
  }
  return *entry;
}

void refuse_extra(const SafetensorsFile& file, const ParameterLayout& layout, const std::string& where) {
  std::set<std::string_view> known;
  for (const Parameter& parameter : layout.parameters) known.insert(parameter.name);
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
  if (!std::isfinite(model.preprocessing.scale) || !std::isfinite(model.preprocessing.shift)) {
    throw Error(fmt::format("preprocessing: expected finite numbers, found scale {} and shift {}",
                            model.preprocessing.scale, model.preprocessing.shift));
  }
  const nlohmann::ordered_json preprocessing = {{"scale", float_to_json(model.preprocessing.scale)},
                                                {"shift", float_to_json(model.preprocessing.shift)}};
  return {{"format", kFormat},
          {"format_version", kFormatVersion},
          {"fer_version", version()},
          {"network", network_to_json(model.network)},
          {"class_names", one_line(model.network.class_names)},
          {"preprocessing", one_line(preprocessing)}};
}

// Weights that are not the network's, or not finite, would make a file that cannot be read again.
std::vector<SafetensorsEntry> model_entries(const Model& model) {
  const ParameterLayout layout = parameter_layout(model.network);
  if (static_cast<int64_t>(model.weights.values.size()) != layout.total_floats) {
    throw Error(fmt::format("weights: expected {} floats for this network, found {}", layout.total_floats,
                            model.weights.values.size()));
  }
  std::vector<SafetensorsEntry> entries;
  for (const Parameter& parameter : layout.parameters) {
    const std::span<const float> values = model.weights.of(parameter);
    check_values(parameter, values, "");
    entries.push_back({parameter.name, Dtype::kF32, parameter.shape, std::as_bytes(values)});
  }
  return entries;
}

}  // namespace

Model parse_model(std::string content, const std::string& where) {
  const SafetensorsFile file = parse_safetensors(std::move(content), where);
  check_format(file, where);
  Model model;
  model.network = network_from_json(metadata_value(file, "network", where), where + ": network");
  check_class_names(file, model.network, where);
  model.preprocessing = read_preprocessing(file, where);
  // The shapes are compared with those of the file before memory is taken for them.
  const ParameterLayout layout = parameter_layout(model.network);
  refuse_extra(file, layout, where);
  for (const Parameter& parameter : layout.parameters) entry_of(file, parameter, where);
  model.weights = Weights(model.network);
  for (const Parameter& parameter : layout.parameters) {
    const std::span<float> values = model.weights.of(parameter);
    const auto data = entry_of(file, parameter, where).data;
    std::memcpy(values.data(), data.data(), data.size());
    check_values(parameter, values, where + ": ");
  }
  return model;
}

}  // namespace io

void save_model(const Model& model, const std::string& path) {
  std::map<std::string, std::string> metadata;
  std::vector<io::SafetensorsEntry> entries;
  try {
    metadata = io::model_metadata(model);
    entries = io::model_entries(model);
  } catch (const Error& e) {
    throw Error(path + ": " + e.what());
  }
  io::write_safetensors(path, entries, metadata);
}

Model load_model(const std::string& path) { return io::parse_model(io::read_file(path), path); }

}  // namespace fer
