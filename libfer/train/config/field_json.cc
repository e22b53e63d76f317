// Values of fields in JSON: config.json and the settings in a network's file.
#include "network/json_fields.h"
#include "network/json_text.h"
#include "train/config/field_values.h"

namespace fer::train {

using nlohmann::json;

core::JsonValue value_to_json(const Place& place) {
  using core::JsonValue;
  return std::visit(
      Overloaded{[](std::monostate) { return JsonValue(); }, [](const Choice& choice) { return JsonValue(choice.now); },
                 [](Views* v) { return JsonValue(views_name(*v)); }, [](LayerList v) { return JsonValue(*v.entries); },
                 [](PictureSize* v) {
                   return v->given() ? JsonValue::array({v->height, v->width}) : JsonValue();
                 },
                 [](std::vector<LayerRate>* v) {
                   JsonValue object = JsonValue::object();
                   for (const LayerRate& rate : *v) object[rate.layer] = rate.factor;
                   return object;
                 },
                 [](std::vector<SizeShare>* v) {
                   JsonValue array = JsonValue::array();
                   for (const SizeShare& part : *v) {
                     array.push_back(JsonValue::array({part.size.height, part.size.width, part.share}));
                   }
                   return array;
                 },
                 [](Interval* v) {
                   return JsonValue::array({v->low, v->high});
                 },
                 [](auto* value) { return JsonValue(*value); }},
      place);
}

void value_from_json(const json& value, const std::string& where, const Place& place) {
  std::visit(Overloaded{[](std::monostate) {},
                        [&](uint64_t* out) {
                          const bool negative =
                              !value.is_number_unsigned() && value.is_number_integer() && value.get<int64_t>() < 0;
                          if (!value.is_number_integer() || negative) {
                            fail(where, "a whole number of at least 0 and below 2^64", shown(value));
                          }
                          *out = value.get<uint64_t>();
                        },
                        [&](std::vector<double>* out) {
                          if (!value.is_array()) fail(where, "an array of numbers", shown(value));
                          out->resize(value.size());
                          for (size_t i = 0; i < value.size(); ++i) read_value(value[i], where, (*out)[i]);
                        },
                        [&](std::vector<std::string>* out) {
                          if (!value.is_array()) fail(where, "an array of paths", shown(value));
                          out->resize(value.size());
                          for (size_t i = 0; i < value.size(); ++i) read_value(value[i], where, (*out)[i]);
                        },
                        [&](LayerList out) {
                          if (!value.is_array()) fail(where, "an array of layers", shown(value));
                          out.entries->resize(value.size());
                          for (size_t i = 0; i < value.size(); ++i) read_value(value[i], where, (*out.entries)[i]);
                        },
                        [&](Views* out) {
                          if (!value.is_string()) fail(where, "the names of views", shown(value));
                          *out = views_named(value.get<std::string>(), where);
                        },
                        [&](std::vector<LayerRate>* out) {
                          if (!value.is_object()) fail(where, "an object of layers and factors", shown(value));
                          out->clear();
                          for (const auto& [layer, factor] : value.items()) {
                            read_value(factor, where + ": " + layer, out->emplace_back(LayerRate{layer}).factor);
                          }
                        },
                        [&](std::vector<SizeShare>* out) {
                          constexpr const char* kForm = "an array of [height, width, share]";
                          if (!value.is_array()) fail(where, kForm, shown(value));
                          out->clear();
                          for (const json& part : value) {
                            if (!part.is_array() || part.size() != 3) fail(where, kForm, shown(part));
                            SizeShare& read = out->emplace_back();
                            read_value(part[0], where, read.size.height);
                            read_value(part[1], where, read.size.width);
                            read_value(part[2], where, read.share);
                          }
                        },
                        [&](PictureSize* out) {
                          if (value.is_null()) return;
                          if (!value.is_array() || value.size() != 2) fail(where, "[height, width]", shown(value));
                          read_value(value[0], where, out->height);
                          read_value(value[1], where, out->width);
                        },
                        [&](Interval* out) {
                          if (!value.is_array() || value.size() != 2) fail(where, "[min, max]", shown(value));
                          read_value(value[0], where, out->low);
                          read_value(value[1], where, out->high);
                        },
                        [&](const Choice& choice) {
                          if (!value.is_string() || !known(choice, value.get<std::string>())) {
                            fail(where, one_of(choice.names), shown(value));
                          }
                          choice.set(value.get<std::string>());
                        },
                        [&](auto* out) { read_value(value, where, *out); }},
             place);
}

}  // namespace fer::train
