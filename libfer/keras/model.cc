#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <unordered_map>

#include "core/file_kind.h"
#include "fer/error.h"
#include "fer/file.h"
#include "fer/keras.h"
#include "io/check_weights.h"
#include "io/pixel_notes.h"
#include "io/preprocessing.h"
#include "keras/config/dialect.h"
#include "keras/hdf5/archive.h"
#include "keras/layers/builder.h"
#include "keras/model_bytes.h"
#include "keras/weights/match.h"
#include "network/imported_head.h"
#include "network/json_text.h"
#include "network/limits.h"

namespace fer {
namespace keras_file {
namespace {

using nlohmann::json;

constexpr size_t kMaxModelDepth = 64;  // levels of JSON: models within models

// A file with what is known of its model.
struct Source {
  StoredFile file;
  JsonDocument model;   // null for weights alone
  std::string version;  // of Keras; empty where the HDF5 file tells
};

JsonDocument model_json(std::string_view text, const std::string& where) {
  return parse_json(text, where, kMaxModelDepth);
}

std::string version_in(const json& object) { return keras_file::Settings(object).text({"keras_version"}, ""); }

Source source_of_archive(std::string_view content) {
  Archive archive = read_archive(content);
  JsonDocument model = model_json(archive.config, "config.json");
  std::string version;
  if (!archive.metadata.empty()) version = version_in(model_json(archive.metadata, "metadata.json"));
  return {StoredFile::of_content(std::move(archive.weights)), std::move(model), std::move(version)};
}

Source source_of_hdf5(StoredFile file) {
  const auto config = file.root().texts.find("model_config");
  JsonDocument model;
  if (config != file.root().texts.end() && config->second.size() == 1) {
    model = model_json(config->second[0], "model_config");
  }
  return {std::move(file), std::move(model), ""};
}

bool path_is_archive(const std::string& path) {
  char begin[4] = {};
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;  // the reader says why
  const ssize_t count = ::read(fd, begin, sizeof begin);
  ::close(fd);
  return count == sizeof begin && is_archive({begin, sizeof begin});
}

Source source_of_path(const std::string& path) {
  return path_is_archive(path) ? source_of_archive(read_file(path)) : source_of_hdf5(StoredFile(path));
}

// Hands the file's numbers to a model's parameters. The rest stays.
void fill(const StoredFile& file, const std::vector<Assignment>& assignments, Weights& weights) {
  std::unordered_map<std::string, const Parameter*> parameters;
  for (const Parameter& parameter : weights.layout.parameters) parameters.emplace(parameter.name, &parameter);
  std::vector<Wanted> wanted;
  for (const Assignment& one : assignments) {
    const Parameter& parameter = *parameters.at(one.role->parameter);
    wanted.push_back({one.dataset, [&weights, &parameter, &one](std::span<const float> values) {
                        one.role->transform(values, weights.of(parameter));
                        io::check_weights(parameter, weights.of(parameter));
                      }});
  }
  file.read(wanted);
}

// Gamma and variance 1, where no file says another.
void set_norms_to_one(Weights& weights) {
  for (const Parameter& parameter : weights.layout.parameters) {
    const bool one = parameter.name.ends_with("/gamma") || io::is_variance(parameter);
    if (one) std::fill_n(weights.of(parameter).begin(), parameter.shape.elements(), 1.0f);
  }
}

// Those that the model's settings have.
void set_constants(const std::vector<std::pair<std::string, std::vector<float>>>& constants, Weights& weights) {
  std::unordered_map<std::string, const std::vector<float>*> by_name;
  for (const auto& [name, numbers] : constants) by_name.emplace(name, &numbers);
  for (const Parameter& parameter : weights.layout.parameters) {
    const auto found = by_name.find(parameter.name);
    if (found == by_name.end()) continue;
    const std::vector<float>& numbers = *found->second;
    const std::span<float> to = weights.of(parameter);
    for (size_t i = 0; i < to.size(); ++i) to[i] = numbers[numbers.size() == 1 ? 0 : i];
    io::check_weights(parameter, to);
  }
}

// A mean above 1 is one of pixels, not of pixels / 255.
bool normalizes_pixels(const Weights& weights, const std::string& norm) {
  for (const Parameter& parameter : weights.layout.parameters) {
    if (parameter.name != norm + "/moving_mean") continue;
    const std::span<const float> mean = weights.of(parameter);
    return std::any_of(mean.begin(), mean.end(), [](float m) { return m > 1; });
  }
  return false;
}

// as_they_are: what the model begins with takes pixels of 0 to 255.
Preprocessing preprocessing_of(const std::optional<Preprocessing>& given, const Preprocessing& scaled, bool as_they_are,
                               std::vector<std::string>& assumptions) {
  if (!given) assumptions.push_back(as_they_are ? io::kPixelsAsTheyAre : io::kPixelsDivided);
  const Preprocessing before = given.value_or(as_they_are ? Preprocessing{1, 0} : Preprocessing{});
  const Preprocessing all = io::after(before, scaled);
  io::check_preprocessing(all);
  return all;
}

JsonDocument given_model(const KerasReadOptions& options) {
  try {
    const std::string text = core::read_expected(options.config, core::Expected::kKerasJson, kMaxJsonBytes);
    core::refuse_other_kinds(options.config, core::Expected::kKerasJson, text);
    return model_json(text, options.config);
  } catch (const Error& e) {
    throw Error(std::string("with ") + e.what());
  }
}

KerasModel read(Source source, const KerasReadOptions& options) {
  const Stored& root = source.file.root();
  if (!options.config.empty()) {
    source.model = given_model(options);
    source.version = version_in(source.model);
  }
  if (options.network) source.model = {};
  if (source.model->is_null() && !options.network) {
    throw Error("expected a model, found weights alone: Keras's model JSON or a network must be given with them");
  }
  const Stored& weights = weights_of(root);
  KerasModel result;
  WeightedLayer wanted;
  std::optional<Builder> builder;
  if (options.network) {
    result.model.network = *options.network;
    infer(result.model.network);
    wanted = weighted_layers(result.model.network);
  } else {
    builder.emplace(dialect_of(root, weights, source.model, source.version, options));
    wanted = builder->build(source.model);
    result.model.network = std::move(builder->network());
    result.notes = std::move(builder->notes());
  }
  infer(result.model.network);
  const FullMatch match = match_all(weights, wanted);
  result.notes.insert(result.notes.end(), match.notes.begin(), match.notes.end());
  std::vector<const Stored*> datasets;
  for (const Assignment& one : match.assignments) datasets.push_back(one.dataset);
  source.file.check(datasets);
  result.model.weights = Weights(result.model.network);
  set_norms_to_one(result.model.weights);
  if (builder) set_constants(builder->constants(), result.model.weights);
  fill(source.file, match.assignments, result.model.weights);
  const Preprocessing scaled = builder ? builder->scaled() : Preprocessing{1, 0};
  const bool as_they_are =
      builder && (builder->takes_pixels() || normalizes_pixels(result.model.weights, builder->first_norm()));
  result.model.preprocessing = preprocessing_of(options.preprocessing, scaled, as_they_are, result.assumptions);
  settle_head(result.model, result.assumptions);
  if (!options.class_names.empty()) result.model.network.class_names = options.class_names;
  infer(result.model.network);  // whether there are as many names as classes
  return result;
}

BackboneReport fill_model(Model& model, const Source& source) {
  const Stored& weights = weights_of(source.file.root());
  const WeightedLayer wanted = weighted_layers(model.network);
  const PartialMatch match = match_some(weights, wanted);
  Weights filled = model.weights;
  fill(source.file, match.assignments, filled);
  model.weights = std::move(filled);
  BackboneReport report;
  report.unused = match.unused;
  for (const WeightedLayer* layer : match.filled) report.filled.push_back(layer->name);
  for (const WeightedLayer* layer : match.left) report.initial.push_back(layer->name);
  return report;
}

// Says what the file is where it is plainly no file of Keras's.
void refuse_other_kinds(const std::string& path) {
  core::refuse_other_kinds(path, core::Expected::kKeras, core::read_beginning(path, core::Expected::kKeras));
}

// Errors say which file; what JSON's library finds wrong is one too.
template <class Work>
auto in_file(const std::string& where, const Work& work) {
  try {
    return work();
  } catch (const Error& e) {
    throw Error(where + ": " + e.what());
  } catch (const json::exception&) {
    throw Error(where + ": model: expected JSON as Keras writes it, found values of other types");
  }
}

}  // namespace

KerasModel parse_model(std::string_view content, const KerasReadOptions& options, const std::string& where) {
  return in_file(where, [&] {
    return read(
        is_archive(content) ? source_of_archive(content) : source_of_hdf5(StoredFile::of_content(std::string(content))),
        options);
  });
}

Network parse_config(std::string_view text) {
  return in_file("config", [&] {
    const JsonDocument model = model_json(text, "model");
    Builder builder({.channels_first = has_channels_first(model)});
    builder.build(model);
    infer(builder.network());
    return builder.network();
  });
}

}  // namespace keras_file

bool has_keras() { return true; }

KerasModel read_keras(const std::string& path, const KerasReadOptions& options) {
  keras_file::refuse_other_kinds(path);
  return keras_file::in_file(path, [&] { return keras_file::read(keras_file::source_of_path(path), options); });
}

BackboneReport fill_from_keras(Model& model, const std::string& path) {
  keras_file::refuse_other_kinds(path);
  return keras_file::in_file(path, [&] { return keras_file::fill_model(model, keras_file::source_of_path(path)); });
}

}  // namespace fer
