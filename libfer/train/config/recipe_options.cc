#include "train/config/recipe_options.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/json_value.h"
#include "network/json_text.h"
#include "train/config/recipe_fields.h"

namespace fer::train {
namespace {

using nlohmann::json;

// Translates names of Keras 2, which had val_acc with TensorFlow 1 and later val_accuracy.
std::string monitor_name(const std::string& name) {
  if (name == "acc") return "accuracy";
  return name == "val_acc" ? "val_accuracy" : name;
}

std::string place(const JsonFields& fields, const char* name) { return fields.where() + ": " + name; }

// A whole number; texts are searched for one.
void read_count(const JsonFields& fields, const json& value, const Field& field, int64_t& out) {
  const std::string where = place(fields, recipe_name(field));
  double number = std::numeric_limits<double>::quiet_NaN();
  if (value.is_string()) {
    number = number_in(value.get<std::string>()).value_or(number);
  } else {
    read_value(value, where, number);
  }
  if (number != std::floor(number) || !field.range.contains(number)) {
    fail_expected(where, expected_text(field, &out), value);
  }
  out = static_cast<int64_t>(number);
}

void read_augmentation(const json& object, const std::string& where, TrainConfig& config, Fields options,
                       std::optional<int64_t>& stage) {
  JsonFields fields(object, where);
  read_members(fields, "augmentation", config, options);
  int64_t number = 0;
  if (fields.read("stage", number)) stage = number;
  fields.refuse_unknown();
}

}  // namespace

const json* known_member(JsonFields& fields, const char* name) {
  const json* value = fields.find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

const char* recipe_name(const Field& field) { return *field.recipe != '\0' ? field.recipe : field.path; }

bool has_group(Fields options, const std::string& group) {
  return std::any_of(options.begin(), options.end(),
                     [&](const Field& field) { return std::string_view(field.path).starts_with(group + "."); });
}

std::set<std::string> read_plain_options(JsonFields& fields, TrainConfig& config, Fields options) {
  std::set<std::string> given;
  for (const Field& field : options) {
    const std::string_view path = field.path;
    const bool plain = !path.empty() && path.find('.') == path.npos && field.kept != Kept::kNot;
    if (!plain || path == "loss" || path == "class_weights") continue;
    const json* value = known_member(fields, recipe_name(field));
    if (value == nullptr) continue;
    given.insert(field.path);
    const Place at = field.at(config);
    if (const auto* count = std::get_if<int64_t*>(&at)) {
      read_count(fields, *value, field, **count);
    } else {
      value_from_json(*value, place(fields, recipe_name(field)), at);
    }
  }
  return given;
}

void read_groups(JsonFields& fields, TrainConfig& config, Fields options, std::set<std::string>& groups,
                 std::optional<int64_t>& stage) {
  for (const Field& field : options) {
    const std::string path = field.path, group = path.substr(0, path.find('.'));
    const bool read_apart = group == "optimizer" || group == "preprocessing" || path == group ||
                            group == "early_stopping" || group == "reduce_lr";
    if (read_apart || groups.contains(group)) continue;
    const char* name = groups.insert(group).first->c_str();  // which stays where it is
    const json* object = known_member(fields, name);
    if (object == nullptr) continue;
    if (group == "augmentation") {
      read_augmentation(*object, place(fields, name), config, options, stage);
      continue;
    }
    JsonFields members(*object, place(fields, name));
    read_members(members, group, config, options);
    members.refuse_unknown();
  }
}

void read_member(JsonFields& fields, const char* name, const Field& field, TrainConfig& config) {
  const Place place_of = field.at(config);
  if (!applies(place_of)) return;
  const json* value = known_member(fields, name);
  if (value == nullptr) return;
  const bool monitor = value->is_string() && std::string_view(name) == "monitor";
  value_from_json(monitor ? json(monitor_name(value->get<std::string>())) : *value, fields.where() + ": " + name,
                  place_of);
}

void read_members(JsonFields& fields, const std::string& group, TrainConfig& config, Fields options) {
  for (const Field& field : options) {
    const std::string name = member_name(field);
    if (field.path != group + "." + name || name == "enabled") continue;
    read_member(fields, member_name(field), field, config);
  }
}

namespace {

// "decay" as the "rho" that it is.
JsonDocument rmsprop_of_tensorflow_1(const json& object) {
  core::JsonValue renamed(object);
  renamed["name"] = "rmsprop-tf1";
  if (!object.contains("rho")) renamed["rho"] = core::JsonValue(object["decay"]);
  renamed.erase("decay");
  return parse_json(renamed.dump(), "optimizer");
}

}  // namespace

void read_optimizer(const json& object, const std::string& where, TrainConfig& config, Fields options) {
  // rho is TensorFlow 1's decay.
  const bool decays = object.is_object() && object.contains("decay") && object.contains("name") &&
                      (is_text(object["name"], "rmsprop") || is_text(object["name"], "rmsprop-tf1"));
  const JsonDocument named = decays ? rmsprop_of_tensorflow_1(object) : JsonDocument();
  JsonFields fields(decays ? *named : object, where);
  std::string name;
  if (find_field(options, "optimizer.name") != nullptr) fields.required("name", name);
  read_members(fields, "optimizer", config, options);
  fields.refuse_unknown();
}

}  // namespace fer::train
