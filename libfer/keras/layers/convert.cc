// Layers without weights that keep the shape, sums, and the choice among all.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fer/error.h"
#include "keras/config/operation.h"
#include "keras/layers/builder.h"
#include "network/json_text.h"

namespace fer::keras_file {
namespace {

using nlohmann::json;

// They act in training alone: to use a model they are nothing.
constexpr std::array kTrainingOnly = {"SpatialDropout2D",       "GaussianNoise",  "GaussianDropout", "AlphaDropout",
                                      "ActivityRegularization", "RandomFlip",     "RandomRotation",  "RandomZoom",
                                      "RandomTranslation",      "RandomContrast", "RandomBrightness"};

// The channels' axis.
void check_axis(const Builder& builder, const Site& site, Settings::Names names) {
  const int64_t rank = static_cast<int64_t>(site.input().shape.rank()) + (site.input().is_sequence ? 0 : 1);
  const int64_t wanted = builder.dialect().channels_first && rank == 4 ? 1 : rank - 1;
  const int64_t axis = site.settings.integer(names, -1);
  if (axis == wanted || axis == wanted - rank) return;
  throw Error(fmt::format("{}: expected {}, the channels', found {}", site.settings.name(names), wanted, axis));
}

Value concatenate(Builder& builder, Site& site) {
  check_axis(builder, site, {"axis", "concat_axis"});
  for (const Value& input : site.inputs) {
    if (input.flattened.rank() > 0) {
      throw Error("expected pictures, found one of " + input.flattened.to_string() +
                  " that was flattened with channels first");
    }
  }
  return builder.add(site, Concat{});
}

Value multiply(Builder& builder, Site& site) {
  for (const Value& input : site.inputs) {
    const bool same = input.shape.rank() == site.input().shape.rank();
    if (builder.dialect().channels_first && !same) {
      throw Error("expected inputs with the same number of axes, found " + site.input().shape.to_string() + " and " +
                  input.shape.to_string());
    }
  }
  return builder.add(site, Multiply{});
}

// How a layer joins its inputs: "sum", "mul", "concat"; empty for the others.
std::string joining(const Site& site) {
  const std::string operation = operation_of(site.layer);
  if (!operation.empty()) {
    if (site.inputs.size() < 2) return "";
    return operation == "add" ? "sum" : operation == "multiply" ? "mul" : "";
  }
  const std::string& type = site.layer.class_name;
  if (type == "Add") return "sum";
  if (type == "Multiply") return "mul";
  if (type == "Concatenate") return "concat";
  return type == "Merge" ? site.settings.text({"mode"}, "sum") : "";
}

Value join(Builder& builder, Site& site, const std::string& how) {
  if (site.inputs.size() < 2) throw Error(fmt::format("expected two inputs or more, found {}", site.inputs.size()));
  if (how == "sum") return builder.add(site, Add{});
  if (how == "mul") return multiply(builder, site);
  if (how == "concat") return concatenate(builder, site);
  throw Error("mode: expected sum, mul or concat, found " + shown(how));
}

Value dropout(Builder& builder, Site& site) {
  if (site.settings.has("noise_shape")) {
    builder.note(site, "left out, for its noise_shape: it acts in training alone");
    return site.input();
  }
  return builder.add(site, Dropout{static_cast<float>(site.settings.number({"rate", "p"}, 0.5))});
}

std::optional<Function> function_of(const Site& site) {
  const std::string operation = operation_of(site.layer);
  if (operation.empty()) return function_of_layer(site.layer.class_name, site.settings);
  if (!has_usual_arguments(site.layer)) return {};
  return operation == "gelu" ? gelu(is_approximate(site.layer)) : function_without_settings(operation);
}

bool convert_others(Builder& builder, Site& site, Value& value) {
  const std::string& type = site.layer.class_name;
  if (type == "Dropout") {
    value = dropout(builder, site);
  } else if (std::find(kTrainingOnly.begin(), kTrainingOnly.end(), type) != kTrainingOnly.end()) {
    builder.note(site, "left out: it acts in training alone");
    value = site.input();
  } else if (const auto found = function_of(site)) {
    const Function function = builder.meant(*found);
    const bool nothing = function.activation == Activation::kLinear;
    value = nothing ? site.input() : builder.add(site, ActivationLayer{function.activation, function.alpha});
  } else {
    return false;
  }
  return true;
}

// Joins, functions and dropout; TFOpLambda and Keras 3's operators say by their settings what they are.
constexpr std::array kOthers = {"Add",       "Multiply", "Concatenate", "Merge",      "Dropout",    "ReLU",
                                "LeakyReLU", "ELU",      "Softmax",     "Activation", "TFOpLambda", "Addons>GELU"};

bool is_in(const auto& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool is_known(const std::string& class_name) {
  return is_weighted_layer(class_name) || is_shape_layer(class_name) || is_scaling_layer(class_name) ||
         is_in(kOthers, class_name) || is_in(kTrainingOnly, class_name);
}

Value convert(Builder& builder, Site& site) {
  if (const std::string how = joining(site); !how.empty()) return join(builder, site, how);
  if (site.inputs.size() != 1) {
    throw Error(fmt::format("expected a layer that libfer has, of one input, found {} inputs", site.inputs.size()));
  }
  Value value;
  if (convert_weights(builder, site, value) || convert_shapes(builder, site, value) ||
      convert_scaling(builder, site, value) || convert_others(builder, site, value)) {
    return value;
  }
  throw Error("expected a layer that libfer has (docs/keras.md lists them), found " + shown(site.layer.class_name));
}

}  // namespace fer::keras_file
