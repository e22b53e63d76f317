#include "keras/config/dialect.h"

#include <algorithm>
#include <optional>
#include <string>

#include "fer/error.h"
#include "keras/config/config.h"
#include "keras/config/settings.h"
#include "network/json_text.h"

namespace fer::keras_file {
namespace {

using nlohmann::json;

std::string text_of(const Stored& root, const Stored& weights, const char* name) {
  for (const Stored* at : {&root, &weights}) {
    const auto found = at->texts.find(name);
    if (found != at->texts.end() && found->second.size() == 1) return found->second[0];
  }
  return "";
}

bool is_spatial(const std::string& class_name) {
  return class_name.find("Conv") != class_name.npos || class_name.find("Pool") != class_name.npos ||
         class_name == "ZeroPadding2D" || class_name == "Cropping2D" || class_name == "UpSampling2D";
}

// Every object with a class and settings, layers and others.
template <class Visit>
void for_each_class(const json& value, const Visit& visit) {
  if (value.is_object()) {
    const auto name = value.find("class_name"), config = value.find("config");
    if (name != value.end() && name->is_string() && config != value.end()) visit(name->get<std::string>(), *config);
  }
  if (!value.is_structured()) return;
  for (const json& one : value) for_each_class(one, visit);
}

bool is_keras_1(const json& model) {
  bool found = false;
  for_each_class(model, [&](const std::string&, const json& config) {
    found = found || (config.is_object() && (config.contains("nb_filter") || config.contains("output_dim")));
  });
  return found;
}

// Whether any group has a weight with a name as Keras 1 writes it, and with one that TensorFlow gave (":0").
struct WeightNames {
  bool keras_1 = false, tensorflow = false;
};
WeightNames weight_names(const Stored& weights) {
  WeightNames found;
  for (const auto& [name, group] : weights.members) {
    for (const std::string& weight : group->list("weight_names")) {
      found.tensorflow = found.tensorflow || weight.ends_with(":0");
      found.keras_1 = found.keras_1 || weight.ends_with("_W") || weight.ends_with("_W:0");
    }
  }
  return found;
}

}  // namespace

bool has_channels_first(const json& model) {
  std::optional<bool> first;
  for_each_class(model, [&](const std::string& class_name, const json& config) {
    if (!is_spatial(class_name)) return;
    const std::string format = Settings(config).text({"data_format", "dim_ordering"}, "");
    const std::string name = Settings(config).name({"data_format", "dim_ordering"});
    if (format.empty()) return;
    const bool is_first = format == "channels_first" || format == "th";
    if (!is_first && format != "channels_last" && format != "tf") {
      throw Error(name + ": expected channels_first or channels_last, found " + shown(format));
    }
    if (first && *first != is_first) {
      throw Error(layer_place(Settings(config).text({"name"}, ""), class_name) + ": " + name +
                  ": expected the other layers', " + (*first ? "channels_first" : "channels_last") + ", found " +
                  format);
    }
    first = is_first;
  });
  return first.value_or(false);
}

Dialect dialect_of(const Stored& root, const Stored& weights, const json& model, const std::string& given_version,
                   const KerasReadOptions& options) {
  const std::string version = given_version.empty() ? text_of(root, weights, "keras_version") : given_version;
  const std::string backend = text_of(root, weights, "backend");
  const WeightNames names = weight_names(weights);
  Dialect dialect;
  dialect.keras_1 = version.empty() ? is_keras_1(model) || names.keras_1 : version.starts_with("1.");
  dialect.keras_3 = version.starts_with("3.");
  dialect.channels_first = has_channels_first(model);
  // Keras 1 does not say what it ran on, but TensorFlow's names end in ":0" and Theano's do not.
  const bool theano = backend.empty() ? dialect.keras_1 && !names.tensorflow : backend == "theano";
  dialect.turned_kernels = options.theano_kernels.value_or(theano);
  return dialect;
}

}  // namespace fer::keras_file
