// Layers without weights that keep the shape, sums, and the choice among all.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "fer/error.h"
#include "keras/builder.h"
#include "network/json_text.h"

namespace fer::keras_file {
namespace {

using nlohmann::json;

// They act in training alone: to use a model they are nothing.
constexpr std::array kTrainingOnly = {"SpatialDropout2D",       "GaussianNoise",  "GaussianDropout", "AlphaDropout",
                                      "ActivityRegularization", "RandomFlip",     "RandomRotation",  "RandomZoom",
                                      "RandomTranslation",      "RandomContrast", "RandomBrightness"};

// One number, also where each channel has its own but all are the same.
float one_number(const Site& site, const char* name, float usual) {
  const json* value = site.settings.find({name});
  if (value == nullptr) return usual;
  const bool same = value->is_array() && !value->empty() &&
                    std::all_of(value->begin(), value->end(), [&](const json& one) { return one == value->front(); });
  if (same) value = &value->front();
  if (value->is_number() && std::isfinite(value->get<float>())) return value->get<float>();
  throw Error(fmt::format("{}: expected one number for all channels, found {}", name, shown(*value)));
}

Value rescaling(Site& site) {
  Value x = site.input();
  if (x.layer >= 0) throw Error("expected it before every other layer, found it later");
  const float scale = one_number(site, "scale", 1), offset = one_number(site, "offset", 0);
  x.scaled = {x.scaled.scale * scale, x.scaled.shift * scale + offset};
  return x;
}

Value sum(Builder& builder, Site& site) {
  if (site.layer.class_name == "Merge") {
    const std::string mode = site.settings.text({"mode"}, "sum");
    if (mode != "sum") throw Error("mode: expected sum, found " + shown(mode));
  }
  if (site.inputs.size() < 2) throw Error("expected two inputs or more, found one");
  return builder.add(site, Add{});
}

Value dropout(Builder& builder, Site& site) {
  if (site.settings.has("noise_shape")) {
    builder.note(site, "left out, for its noise_shape: it acts in training alone");
    return site.input();
  }
  return builder.add(site, Dropout{static_cast<float>(site.settings.number({"rate", "p"}, 0.5))});
}

bool convert_others(Builder& builder, Site& site, Value& value) {
  const std::string& type = site.layer.class_name;
  if (type == "Rescaling") {
    value = rescaling(site);
  } else if (type == "Add" || type == "Merge") {
    value = sum(builder, site);
  } else if (type == "Dropout") {
    value = dropout(builder, site);
  } else if (std::find(kTrainingOnly.begin(), kTrainingOnly.end(), type) != kTrainingOnly.end()) {
    builder.note(site, "left out: it acts in training alone");
    value = site.input();
  } else if (const auto function = function_of_layer(type, site.settings)) {
    const bool nothing = function->activation == Activation::kLinear;
    value = nothing ? site.input() : builder.add(site, ActivationLayer{function->activation, function->alpha});
  } else {
    return false;
  }
  return true;
}

}  // namespace

Value convert(Builder& builder, Site& site) {
  const std::string& type = site.layer.class_name;
  const bool joins = type == "Add" || type == "Merge";
  if (!joins && site.inputs.size() != 1) {
    // (Types unknown below are refused for what they are.)
    throw Error(fmt::format("expected a layer that libfer has, of one input, found {} inputs", site.inputs.size()));
  }
  Value value;
  if (convert_weights(builder, site, value) || convert_shapes(builder, site, value) ||
      convert_others(builder, site, value)) {
    return value;
  }
  throw Error("expected a layer that libfer has, found another");
}

}  // namespace fer::keras_file
