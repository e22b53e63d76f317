// Checks a training configuration, and gives its JSON form (config.json, with which a resumed run is compared).
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/json_value.h"
#include "fer/trainer.h"
#include "train/config/field.h"

namespace fer::train {

// Throws Error naming the option, what was expected and what was found.
void check_config(const TrainConfig& config, int64_t classes, Fields fields = all_fields());

// Every field that a run's result depends on, under the names of TrainConfig's members; for a callback that is off,
// only that it is.
core::JsonValue config_to_json(const TrainConfig& config, Fields fields = all_fields());

// The other way round, for a file that another version may have written: a field that is missing, or has an unknown
// form, takes its default.
TrainConfig config_from_json(const nlohmann::json& object, Fields fields = all_fields());

// The fields of config_to_json that must be the same in a resumed run.
core::JsonValue compared_settings(const TrainConfig& config, Fields fields = all_fields());

}  // namespace fer::train
