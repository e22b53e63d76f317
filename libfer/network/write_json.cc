#include "core/json_value.h"
#include "fer/network.h"
#include "network/infer_layer.h"
#include "network/json_text.h"
#include "network/layer_fields.h"
#include "network/names.h"

namespace fer {
namespace {

using core::JsonValue;

JsonValue to_json(int64_t value) { return value; }
JsonValue to_json(bool value) { return value; }
JsonValue to_json(float value) { return shortest_double(value); }
JsonValue to_json(const Pair& value) { return JsonValue::array_of(value); }
JsonValue to_json(const Shape& value) { return JsonValue::array_of(value.dims()); }
JsonValue to_json(Activation value) { return activation_name(value); }

JsonValue to_json(const Padding& value) {
  if (value.kind == Padding::Kind::kExplicit) return value.cells;
  return value.kind == Padding::Kind::kSame ? "same" : "valid";
}

JsonValue to_json(const Initializer& value) {
  const InitializerForm& form = initializer_form(value.kind);
  if (form.a == nullptr) return form.name;
  JsonValue object = JsonValue::object({{"name", form.name}, {form.a, to_json(value.a)}});
  if (form.b != nullptr) object[form.b] = to_json(value.b);
  return object;
}

JsonValue to_json(const Regularizer& value) {
  JsonValue object = JsonValue::object();
  if (value.l1 != 0) object["l1"] = to_json(value.l1);
  if (value.l2 != 0) object["l2"] = to_json(value.l2);
  return object;
}

// The visitor of layer_fields.h.
struct Writer {
  JsonValue& object;

  template <class T>
  void required(const char* name, const T& value) {
    object[name] = to_json(value);
  }
  template <class T>
  void always(const char* name, const T& value) {
    object[name] = to_json(value);
  }
  template <class T>
  void optional(const char* name, const T& value, const T& usual) {
    if (!(value == usual)) object[name] = to_json(value);
  }
  void literal(const char* name, const char* text) { object[name] = text; }
};

JsonValue to_json(const Layer& layer, const LayerInfo& info) {
  JsonValue object;
  object["name"] = layer.name;
  object["type"] = layer_type_name(layer.kind);
  Writer writer{object};
  std::visit([&](const auto& kind) { visit_fields(writer, kind); }, layer.kind);
  if (!layer.inputs.empty()) object["inputs"] = layer.inputs;
  if (layer.frozen) object["frozen"] = true;
  object["output"] = to_json(info.output);
  object["params"] = info.params;
  return object;
}

}  // namespace

std::string network_to_json(const Network& network) {
  const std::vector<LayerInfo> infos = infer(network);
  const Totals sum = sum_of(infos);
  const Shape& output = infos.back().output;
  std::string text = "{\n";
  const auto add = [&](const char* key, const JsonValue& value) {
    text.append(" \"").append(key).append("\": ").append(value.one_line()).append(",\n");
  };
  add("name", network.name);
  add("input", to_json(network.input));
  if (output.rank() == 1) add("classes", output[0]);
  add("class_names", network.class_names.empty() ? JsonValue() : JsonValue(network.class_names));
  add("params_total", sum.params);
  add("params_trainable", sum.trainable);
  add("macs", sum.macs);
  text += " \"layers\": [\n";
  for (size_t i = 0; i < infos.size(); ++i) {
    text += "  " + to_json(network.layers[i], infos[i]).one_line() + (i + 1 < infos.size() ? ",\n" : "\n");
  }
  return text + " ]\n}\n";
}

}  // namespace fer
