#include "fer/network.h"
#include "network/infer_layer.h"
#include "network/json_text.h"
#include "network/layer_fields.h"
#include "network/names.h"

namespace fer {
namespace {

using nlohmann::ordered_json;

ordered_json to_json(int64_t value) { return value; }
ordered_json to_json(bool value) { return value; }
ordered_json to_json(float value) { return float_to_json(value); }
ordered_json to_json(const Pair& value) { return {value[0], value[1]}; }
ordered_json to_json(const Shape& value) { return value.dims(); }
ordered_json to_json(Activation value) { return activation_name(value); }

ordered_json to_json(const Padding& value) {
  if (value.kind == Padding::Kind::kExplicit) return value.cells;
  return value.kind == Padding::Kind::kSame ? "same" : "valid";
}

ordered_json to_json(const Initializer& value) {
  const InitializerForm& form = initializer_form(value.kind);
  if (form.a == nullptr) return form.name;
  ordered_json object = {{"name", form.name}, {form.a, to_json(value.a)}};
  if (form.b != nullptr) object[form.b] = to_json(value.b);
  return object;
}

ordered_json to_json(const Regularizer& value) {
  ordered_json object = ordered_json::object();
  if (value.l1 != 0) object["l1"] = to_json(value.l1);
  if (value.l2 != 0) object["l2"] = to_json(value.l2);
  return object;
}

// The visitor of layer_fields.h.
struct Writer {
  ordered_json& object;

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

ordered_json to_json(const Layer& layer, const LayerInfo& info) {
  ordered_json object;
  object["name"] = layer.name;
  object["type"] = layer_type_name(layer.kind);
  Writer writer{object};
  std::visit([&](const auto& kind) { visit_fields(writer, kind); }, layer.kind);
  if (!layer.inputs.empty()) object["inputs"] = layer.inputs;
  if (layer.frozen) object["frozen"] = true;
  object["output"] = info.output.dims();
  object["params"] = info.params;
  return object;
}

}  // namespace

std::string network_to_json(const Network& network) {
  const std::vector<LayerInfo> infos = infer(network);
  const Totals sum = sum_of(infos);
  const Shape& output = infos.back().output;
  ordered_json top;
  top["name"] = network.name;
  top["input"] = network.input.dims();
  if (output.rank() == 1) top["classes"] = output[0];
  top["class_names"] = network.class_names.empty() ? ordered_json() : ordered_json(network.class_names);
  top["params_total"] = sum.params;
  top["params_trainable"] = sum.trainable;
  top["macs"] = sum.macs;
  std::string text = "{\n";
  for (const auto& [key, value] : top.items()) text += " \"" + key + "\": " + one_line(value) + ",\n";
  text += " \"layers\": [\n";
  for (size_t i = 0; i < infos.size(); ++i) {
    text += "  " + one_line(to_json(network.layers[i], infos[i])) + (i + 1 < infos.size() ? ",\n" : "\n");
  }
  return text + " ]\n}\n";
}

}  // namespace fer
