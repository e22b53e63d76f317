#include "io/model_file.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "fer/error.h"
#include "fer/version.h"
#include "network/json_fields.h"
#include "network/json_text.h"

namespace fer {
namespace io {
namespace {

constexpr const char* kFormat = "fer-model";
constexpr const char* kFormatVersion = "1";

// Whether the numbers can be weights: finite, and a variance not below zero.
bool are_good(const Parameter& parameter, std::span<const float> values) {
  const bool variance = parameter.name.ends_with("/moving_variance");
  for (const float value : values) {
    if (!std::isfinite(value) || (variance && value < 0)) return false;
  }
  return true;
}

void check_values(const Parameter& parameter, std::span<const float> values, const std::string& where) {
  if (are_good(parameter, values)) return;
  const bool variance = parameter.name.ends_with("/moving_variance");
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

void refuse_extra(const SafetensorsFile& file, const ParameterLayout& layout, const std::string& where,
                  const std::string& extra_prefix) {
  std::map<std::string_view, bool> known;
  for (const Parameter& parameter : layout.parameters) known[parameter.name] = true;
  for (const SafetensorsEntry& entry : file.entries) {
    const bool extra = !extra_prefix.empty() && entry.name.starts_with(extra_prefix);
    if (extra || known.contains(entry.name)) continue;
    throw Error(where + ": tensor " + shown(entry.name) + ": expected the network's parameters only");
  }
}

}  // namespace

std::map<std::string, std::string> model_metadata(const Model& model) {
  const nlohmann::ordered_json preprocessing = {{"scale", float_to_json(model.preprocessing.scale)},
                                                {"shift", float_to_json(model.preprocessing.shift)}};
  return {{"fer_version", version()},
          {"network", network_to_json(model.network)},
          {"class_names", one_line(model.network.class_names)},
          {"preprocessing", one_line(preprocessing)}};
}

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

void check_format(const SafetensorsFile& file, const std::string& format, const std::string& version,
                  const std::string& where) {
  const std::string& found_format = metadata_value(file, "format", where);
  const std::string& found_version = metadata_value(file, "format_version", where);
  if (found_format != format || found_version != version) {
    throw Error(fmt::format("{}: format: expected \"{}\" version \"{}\", found {} version {}", where, format, version,
                            shown(found_format), shown(found_version)));
  }
}

Model model_of(const SafetensorsFile& file, const std::string& where, const std::string& extra_prefix) {
  Model model;
  model.network = network_from_json(metadata_value(file, "network", where), where + ": network");
  check_class_names(file, model.network, where);
  model.preprocessing = read_preprocessing(file, where);
  // The shapes are compared with those of the file before memory is taken for them.
  const ParameterLayout layout = parameter_layout(model.network);
  refuse_extra(file, layout, where, extra_prefix);
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
  metadata["format"] = io::kFormat;
  metadata["format_version"] = io::kFormatVersion;
  io::write_safetensors(path, entries, metadata);
}

Model load_model(const std::string& path) {
  const io::SafetensorsFile file = io::read_safetensors(path);
  io::check_format(file, io::kFormat, io::kFormatVersion, path);
  return io::model_of(file, path);
}

}  // namespace fer
