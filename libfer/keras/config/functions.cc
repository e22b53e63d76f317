// Activations, initialisers and regularisers as Keras 1, 2 and 3 write them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "fer/error.h"
#include "keras/config/settings.h"
#include "network/json_text.h"

namespace fer::keras_file {
namespace {

using nlohmann::json;

constexpr float kLeakyReluFunction = 0.2f;  // of Keras's function of that name
constexpr float kLeakyReluLayer = 0.3f;     // of its layer

struct NamedFunction {
  const char* name;
  Function function;
};
constexpr std::array<NamedFunction, 18> kFunctions = {{{"linear", {Activation::kLinear}},
                                                       {"relu", {Activation::kRelu}},
                                                       {"leaky_relu", {Activation::kLeakyRelu, kLeakyReluFunction}},
                                                       {"elu", {Activation::kElu}},
                                                       {"selu", {Activation::kSelu}},
                                                       {"gelu", {Activation::kGelu}},
                                                       {"mish", {Activation::kMish}},
                                                       {"Addons>gelu", {Activation::kGeluTanh}},
                                                       {"Addons>mish", {Activation::kMish}},
                                                       {"silu", {Activation::kSilu}},
                                                       {"swish", {Activation::kSilu}},
                                                       {"tanh", {Activation::kTanh}},
                                                       {"sigmoid", {Activation::kSigmoid}},
                                                       {"relu6", {Activation::kRelu6}},
                                                       {"hard_sigmoid", {Activation::kHardSigmoid}},
                                                       {"hard_swish", {Activation::kHardSwish}},
                                                       {"hard_silu", {Activation::kHardSwish}},
                                                       {"softmax", {Activation::kSoftmax}}}};

Function function_named(const std::string& name) {
  for (const NamedFunction& one : kFunctions) {
    if (name == one.name) return one.function;
  }
  throw Error("activation: expected one that libfer has, found " + shown(name));
}

// The object's class, as Keras 2 and 3 write it, or the text itself; Keras 1 has it as "name".
std::string class_of(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  for (const char* key : {"class_name", "name"}) {
    if (value.is_object() && value.contains(key) && value[key].is_string()) return value[key].get<std::string>();
  }
  return "";
}

const json& config_of(const json& value) {
  return value.is_object() && value.contains("config") ? value["config"] : value;
}

// "HeNormal" and "he_normal" are one.
std::string plain(std::string name) {
  std::erase(name, '_');
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

Function with_slope(double slope) {
  if (slope == 0) return {Activation::kRelu};  // (to libfer 0 is the default)
  return {Activation::kLeakyRelu, static_cast<float>(slope)};
}

Function relu(const Settings& settings) {
  if (const double threshold = settings.number({"threshold", "theta"}, 0); threshold != 0) {
    throw Error(fmt::format("{}: expected 0, found {}", settings.name({"threshold", "theta"}), threshold));
  }
  const double slope = settings.number({"negative_slope", "alpha"}, 0);
  if (settings.find({"max_value"}) == nullptr) return with_slope(slope);
  if (settings.number({"max_value"}, 0) != 6 || slope != 0) {
    throw Error(fmt::format("max_value: expected none, or 6 without slope, found {} and a slope of {}",
                            shown(*settings.find({"max_value"})), slope));
  }
  return {Activation::kRelu6};
}

Function elu(const Settings& settings) {
  const double alpha = settings.number({"alpha"}, 1);
  if (alpha <= 0) throw Error(fmt::format("alpha: expected above 0, found {}", alpha));
  return {Activation::kElu, static_cast<float>(alpha)};
}

Function softmax(const Settings& settings) {
  const json* axis = settings.find({"axis"});
  if (axis != nullptr && *axis != -1) throw Error("axis: expected -1, found " + shown(*axis));
  return {Activation::kSoftmax};
}

Initializer::Kind scaled_kind(const Settings& settings, Initializer::Kind usual) {
  using Kind = Initializer::Kind;
  const double scale = settings.number({"scale"}, 1);
  const std::string mode = settings.text({"mode"}, "fan_in");
  const bool uniform = settings.text({"distribution"}, "truncated_normal") == "uniform";
  if (scale == 1 && mode == "fan_avg") return uniform ? Kind::kGlorotUniform : Kind::kGlorotNormal;
  if (scale == 2 && mode == "fan_in") return uniform ? Kind::kHeUniform : Kind::kHeNormal;
  return usual;
}

bool has_l1_or_l2(const json& value) {
  const std::string name = plain(class_of(value));
  return name == "l1" || name == "l2" || name == "l1l2" || name == "weightregularizer" || name == "l1l2regularizer" ||
         name == "l1regularizer" || name == "l2regularizer";
}

}  // namespace

Function Settings::function(Names names) const {
  const json* value = find(names);
  if (value == nullptr) return {};
  if (value->is_string()) return function_named(value->get<std::string>());
  const std::string class_name = class_of(*value);
  const json& config = config_of(*value);
  if (class_name == "function" && config.is_string()) return function_named(config.get<std::string>());
  if (const auto layer = function_of_layer(class_name, Settings(config))) return *layer;
  throw Error("activation: expected one that libfer has, found " + shown(class_name));
}

Function gelu(bool approximate) { return {approximate ? Activation::kGeluTanh : Activation::kGelu}; }

std::optional<Function> function_without_settings(const std::string& name) {
  for (const char* known : {"relu", "relu6", "selu", "sigmoid", "tanh", "silu", "swish", "softmax"}) {
    if (name == known) return function_named(name);
  }
  return {};
}

std::optional<Function> function_of_layer(const std::string& class_name, const Settings& settings) {
  if (class_name == "Activation") return settings.function({"activation"});
  if (class_name == "ReLU") return relu(settings);
  if (class_name == "LeakyReLU") return with_slope(settings.number({"negative_slope", "alpha"}, kLeakyReluLayer));
  if (class_name == "ELU") return elu(settings);
  if (class_name == "Softmax") return softmax(settings);
  if (class_name == "Addons>GELU") return gelu(settings.flag({"approximate"}, true));
  return {};
}

Initializer Settings::initializer(Names names, Initializer::Kind usual) const {
  using Kind = Initializer::Kind;
  const json* value = find(names);
  if (value == nullptr) return {usual};
  const std::string name = plain(class_of(*value));
  const Settings settings(config_of(*value));
  const auto with = [&](Kind kind, const char* a, double usual_a, const char* b, double usual_b) {
    return Initializer{kind, static_cast<float>(settings.number({a}, usual_a)),
                       static_cast<float>(settings.number({b}, usual_b))};
  };
  if (name == "zeros" || name == "zero") return {Kind::kZeros};
  if (name == "ones" || name == "one") return {Kind::kOnes};
  if (name == "glorotuniform") return {Kind::kGlorotUniform};
  if (name == "glorotnormal") return {Kind::kGlorotNormal};
  if (name == "heuniform") return {Kind::kHeUniform};
  if (name == "henormal") return {Kind::kHeNormal};
  if (name == "variancescaling") return {scaled_kind(settings, usual)};
  if (name == "constant") return {Kind::kConstant, static_cast<float>(settings.number({"value"}, 0))};
  if (name == "randomuniform" || name == "uniform") return with(Kind::kRandomUniform, "minval", -0.05, "maxval", 0.05);
  if (name == "randomnormal" || name == "normal") return with(Kind::kRandomNormal, "mean", 0, "stddev", 0.05);
  if (name == "truncatednormal") return with(Kind::kTruncatedNormal, "mean", 0, "stddev", 0.05);
  return {usual};
}

Regularizer Settings::regularizer(Names names) const {
  const json* value = find(names);
  if (value == nullptr || !has_l1_or_l2(*value)) return {};
  const std::string name = plain(class_of(*value));
  const double usual = value->is_string() ? 0.01 : 0;
  const Settings settings(config_of(*value));
  return {static_cast<float>(settings.number({"l1"}, name == "l2" ? 0 : usual)),
          static_cast<float>(settings.number({"l2"}, name == "l1" ? 0 : usual))};
}

bool Settings::has_other_regularizer(Names names) const {
  const json* value = find(names);
  return value != nullptr && !has_l1_or_l2(*value);
}

}  // namespace fer::keras_file
