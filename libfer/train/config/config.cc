#include "train/config/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "fer/error.h"
#include "train/config/mixing_epochs.h"

namespace fer::train {
namespace {

using core::JsonValue;
using nlohmann::json;

// "optimizer.beta1" -> /optimizer/beta1
json::json_pointer pointer_to(const Field& field) {
  std::string path = fmt::format("/{}", field.path);
  std::replace(path.begin(), path.end(), '.', '/');
  return json::json_pointer(path);
}

// The member for "optimizer.beta1", made with the objects that it is in.
JsonValue& member_of(JsonValue& object, std::string_view path) {
  const size_t dot = path.find('.');
  JsonValue& member = object[path.substr(0, dot)];
  return dot == std::string_view::npos ? member : member_of(member, path.substr(dot + 1));
}

// The group that a path is in, which is off: what is off has no other settings.
bool is_off(const std::vector<std::string>& off, std::string_view path) {
  return std::any_of(off.begin(), off.end(), [&](const std::string& group) {
    return path.starts_with(group) && path.substr(group.size()) != "enabled";
  });
}

// The field's default, with the optimizer or schedule that is in force where it depends on that.
JsonValue usual_value(const Field& field, Fields fields, TrainConfig& values) {
  TrainConfig usual;
  if (const Field* parent = parent_of(fields, field)) {
    std::get<Choice>(parent->at(usual)).set(std::get<Choice>(parent->at(values)).now);
  }
  return value_to_json(field.at(usual));
}

template <class Wanted>
JsonValue fields_to_json(const TrainConfig& config, Fields fields, Wanted wanted) {
  TrainConfig values = config;
  std::vector<std::string> off;  // "reduce_lr."
  for (const Field& field : fields) {
    const std::string_view path = field.path;
    if (!path.ends_with(".enabled") || !wanted(field)) continue;
    const Place place = field.at(values);
    const auto* enabled = std::get_if<bool*>(&place);
    if (enabled != nullptr && !**enabled) off.emplace_back(path.substr(0, path.rfind('.') + 1));
  }
  JsonValue object = JsonValue::object();
  for (const Field& field : fields) {
    if (*field.path == '\0' || !wanted(field) || is_off(off, field.path)) continue;
    const Place place = field.at(values);
    if (!applies(place)) continue;
    JsonValue value = value_to_json(place);
    if (field.left_out && value.dump() == usual_value(field, fields, values).dump()) continue;
    member_of(object, field.path) = std::move(value);
  }
  object.sort_keys();
  return object;
}

void check_class_weights(const std::vector<double>& weights, int64_t classes) {
  if (weights.empty() || static_cast<int64_t>(weights.size()) == classes) return;
  throw Error(fmt::format("class_weights: expected {}, one per class, found {}", classes, weights.size()));
}

// What several fields must be to each other.
void check_together(const TrainConfig& config) {
  if (config.clipping.norm > 0 && config.clipping.value > 0) {
    throw Error("clipping: expected a norm or a value, found both");
  }
  if (config.loss == Loss::kSquaredHinge && config.label_smoothing > 0) {
    throw Error(
        fmt::format("label_smoothing: expected 0 with the loss squared_hinge, found {}", config.label_smoothing));
  }
  if (config.loss == Loss::kSquaredHinge && config.mixing.any()) {
    throw Error("mixing: expected the loss cross_entropy for mixed targets, found squared_hinge");
  }
  if (config.loss == Loss::kSquaredHinge && config.teacher.any()) {
    throw Error("teacher: expected the loss cross_entropy for soft targets, found squared_hinge");
  }
  if (config.loss == Loss::kSquaredHinge && config.self_targets.any()) {
    throw Error("self_targets: expected the loss cross_entropy for soft targets, found squared_hinge");
  }
  if (config.unfreeze_at > 0 && config.freeze.empty()) {
    throw Error(fmt::format("unfreeze_at: expected freeze beside it, found none (epoch {} has nothing to unfreeze)",
                            config.unfreeze_at));
  }
  if (config.unfreeze_at == 1) throw Error("unfreeze_at: expected an epoch from 2 on, or 0 for never, found 1");
  if (config.save_every > 0 && config.out_dir.empty()) {
    throw Error("save_every: expected out_dir to keep snapshots in, found none");
  }
  if (config.resume && config.out_dir.empty()) throw Error("resume: expected out_dir to resume from, found none");
}

}  // namespace

void check_config(const TrainConfig& config, int64_t classes, Fields fields) {
  TrainConfig values = config;
  for (const Field& field : fields) {
    if (*field.path != '\0') check_value(field, field.at(values), field.path);
  }
  check_class_weights(config.class_weights, classes);
  check_together(config);
  expect_available(config.precision);
}

JsonValue config_to_json(const TrainConfig& config, Fields fields) {
  return fields_to_json(config, fields, [](const Field& field) { return field.kept != Kept::kNot; });
}

TrainConfig config_from_json(const json& object, Fields fields) {
  TrainConfig config;
  for (const Field& field : fields) {
    if (*field.path == '\0' || field.kept == Kept::kNot) continue;
    const json::json_pointer pointer = pointer_to(field);
    if (!object.contains(pointer)) continue;
    try {
      value_from_json(object[pointer], field.path, field.at(config));
    } catch (const Error&) {
      // The default stays: whoever compares the two files sees what is there.
    }
  }
  return config;
}

JsonValue compared_settings(const TrainConfig& config, Fields fields) {
  const bool length_matters = std::holds_alternative<CosineSchedule>(config.schedule) ||
                              mixing_depends_on_length(config) || config.self_targets.any() || !config.sizes.empty();
  return fields_to_json(config, fields, [&](const Field& field) {
    return field.kept == Kept::kCompared || (field.kept == Kept::kLength && length_matters);
  });
}

}  // namespace fer::train
