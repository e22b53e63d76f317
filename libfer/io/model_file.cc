#include "io/model_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "core/json_value.h"
#include "fer/error.h"
#include "fer/version.h"
#include "io/model_tensors.h"
#include "io/preprocessing.h"
#include "io/resize.h"
#include "io/safetensors.h"
#include "network/json_fields.h"
#include "network/json_text.h"
#include "network/outputs.h"

namespace fer {
namespace io {
namespace {

using core::JsonValue;

constexpr const char* kFormat = "fer-model";
constexpr const char* kFormatVersion = "1";
constexpr const char* kStorage = "storage";

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

void check_format(const SafetensorsFile& file, const std::string& where) {
  const std::string& format = metadata_value(file, "format", where);
  const std::string& version = metadata_value(file, "format_version", where);
  if (format != kFormat || version != kFormatVersion) {
    throw Error(fmt::format("{}: format: expected \"{}\" version \"{}\", found {} version {}", where, kFormat,
                            kFormatVersion, shown(format), shown(version)));
  }
}

// Missing in files of 32-bit floats.
Storage storage_of(const SafetensorsFile& file, const std::string& where) {
  const auto found = file.metadata.find(kStorage);
  if (found == file.metadata.end()) return Storage::kFp32;
  try {
    return storage_from_name(found->second);
  } catch (const Error& e) {
    throw Error(where + ": " + e.what());
  }
}

std::map<std::string, std::string> model_metadata(const Model& model, Storage storage) {
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
  if (storage != Storage::kFp32) metadata[kStorage] = storage_name(storage);
  if (!model.emoji.empty()) metadata["class_emoji"] = JsonValue(model.emoji).one_line();
  check_temperature(model.temperature, model.network, "temperature");
  if (model.temperature != 1) metadata["temperature"] = JsonValue(model.temperature).one_line();
  if (!model.held_out.empty()) metadata["held_out"] = model.held_out;
  return metadata;
}

Model model_of(SafetensorsFile file, const std::string& where) {
  check_format(file, where);
  Model model;
  model.network = network_from_json(metadata_value(file, "network", where), where + ": network");
  check_class_names(file, model.network, where);
  model.preprocessing = read_preprocessing(file, model.network, where);
  model.classes = read_class_rules(file, model.network, where);
  model.emoji = read_emoji(file, model.network, where);
  model.temperature = read_temperature(file, model.network, where);
  if (const auto held_out = file.metadata.find("held_out"); held_out != file.metadata.end()) {
    model.held_out = held_out->second;
  }
  const Storage storage = storage_of(file, where);
  // The shapes are compared with those of the file before memory is taken for them.
  check_tensors(file, model.network, storage, where);
  file.load_tensors();
  model.weights = Weights(model.network);
  read_tensors(file, storage, model, where);
  return model;
}

}  // namespace

Model parse_model(std::string content, const std::string& where) {
  return model_of(parse_safetensors(std::move(content), where), where);
}

}  // namespace io

void save_model(const Model& model, const std::string& path) { save_model(model, path, Storage::kFp32); }

void save_model(const Model& model, const std::string& path, Storage storage) {
  std::map<std::string, std::string> metadata;
  io::ModelEntries entries;
  try {
    metadata = io::model_metadata(model, storage);
    entries = io::model_entries(model, storage);
  } catch (const Error& e) {
    throw Error(path + ": " + e.what());
  }
  io::write_safetensors(path, entries.entries, metadata);
}

Storage model_storage(const std::string& path) {
  const io::SafetensorsFile file = io::open_safetensors(path);
  io::check_format(file, path);
  return io::storage_of(file, path);
}

Model load_model(const std::string& path) { return io::model_of(io::open_safetensors(path), path); }

}  // namespace fer
