#include "keras/config/operation.h"

#include <array>
#include <utility>

#include "fer/error.h"
#include "keras/config/settings.h"
#include "network/json_text.h"

namespace fer::keras_file {
namespace {

using nlohmann::json;

using Names = std::pair<const char*, const char*>;
constexpr std::array kOfTensorFlow = {Names{"__operators__.add", "add"},  Names{"math.add", "add"},
                                      Names{"math.subtract", "subtract"}, Names{"math.multiply", "multiply"},
                                      Names{"math.truediv", "divide"},    Names{"math.divide", "divide"}};
constexpr std::array kOfKeras3 = {
    Names{"Add", "add"},       Names{"Subtract", "subtract"}, Names{"Multiply", "multiply"},
    Names{"Divide", "divide"}, Names{"TrueDivide", "divide"}, Names{"Relu", "relu"},
    Names{"Relu6", "relu6"},   Names{"Selu", "selu"},         Names{"Gelu", "gelu"},
    Names{"Silu", "silu"},     Names{"Sigmoid", "sigmoid"},   Names{"Tanh", "tanh"}};

// In Keras 3 the layers Add, Multiply and Subtract are of "keras.layers".
bool is_operator_of_keras_3(const json& whole) {
  const std::string module = Settings(whole).text({"module"}, "");
  return module.starts_with("keras.") && module.find(".ops.") != std::string::npos;
}

// The call's first element beside the lists around it.
const json* innermost(const json* nodes) {
  while (nodes != nullptr && nodes->is_array() && !nodes->empty() && nodes->front().is_array()) nodes = &nodes->front();
  return nodes;
}

bool is_tensor(const json& value) {
  return value.is_object() && value.contains("class_name") && is_text(value["class_name"], "__keras_tensor__");
}

// The object in ["x", 0, 0, {"y": 2, "name": null}]; null where there is none.
const json* arguments_of(const json* call) {
  return call != nullptr && call->is_array() && call->size() > 3 && (*call)[3].is_object() ? &(*call)[3] : nullptr;
}

// {"args": [tensor, 2], "kwargs": {}}
const json* keras_3_operand(const json& call, bool commutes) {
  if (!call.is_object() || !call.contains("args") || !call["args"].is_array() || call["args"].size() != 2)
    return nullptr;
  const json &first = call["args"][0], &second = call["args"][1];
  if (is_tensor(first)) return is_tensor(second) ? nullptr : &second;
  if (!commutes) throw Error("expected a tensor less or divided by numbers, found numbers before it");
  return &first;
}

}  // namespace

std::string operation_of(const ConfigLayer& layer) {
  if (layer.class_name == "TFOpLambda") {
    const std::string function = Settings(*layer.config).text({"function"}, "");
    for (const auto& [name, operation] : kOfTensorFlow) {
      if (function == name) return operation;
    }
    return function.substr(function.rfind('.') + 1);
  }
  if (!is_operator_of_keras_3(*layer.whole)) return "";
  for (const auto& [name, operation] : kOfKeras3) {
    if (layer.class_name == name) return operation;
  }
  return "";
}

const json* operand_of(const ConfigLayer& layer) {
  if (operation_of(layer).empty()) return nullptr;
  const Settings settings(*layer.whole);
  const json* call = innermost(settings.find({"inbound_nodes"}));
  if (call == nullptr) return nullptr;
  if (layer.class_name == "TFOpLambda") {
    const json* arguments = arguments_of(call);
    return arguments == nullptr ? nullptr : Settings(*arguments).find({"y"});
  }
  if (call->is_array() && !call->empty()) call = &call->front();
  const std::string operation = operation_of(layer);
  return keras_3_operand(*call, operation == "add" || operation == "multiply");
}

bool has_usual_arguments(const ConfigLayer& layer) {
  const json* arguments = arguments_of(innermost(Settings(*layer.whole).find({"inbound_nodes"})));
  if (arguments == nullptr) return true;
  for (const auto& [name, value] : arguments->items()) {
    const bool usual = value.is_null() || name == "name" || (name == "axis" && value == -1) ||
                       (name == "approximate" && value.is_boolean());
    if (!usual) return false;
  }
  return true;
}

bool is_approximate(const ConfigLayer& layer) {
  if (layer.class_name != "TFOpLambda") return Settings(*layer.config).flag({"approximate"}, true);
  const json* arguments = arguments_of(innermost(Settings(*layer.whole).find({"inbound_nodes"})));
  return arguments != nullptr && Settings(*arguments).flag({"approximate"}, false);
}

}  // namespace fer::keras_file
