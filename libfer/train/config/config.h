// A training configuration: is it sound, and its JSON form (config.json, and what a resumed run is compared with).
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "fer/trainer.h"
#include "train/config/field.h"

namespace fer::train {

// Throws Error naming the option, what was expected and what was found.
void check_config(const TrainConfig& config, int64_t classes, Fields fields = all_fields());

// Every field that a run's result depends on, under the names of TrainConfig's members; of callbacks that are off, that
// they are.
nlohmann::json config_to_json(const TrainConfig& config, Fields fields = all_fields());

// The other way, of a file that another version may have written: a field that it does not have, or has in a form that
// is not known, takes its default.
TrainConfig config_from_json(const nlohmann::json& object, Fields fields = all_fields());

// Those of config_to_json that must be the same in a resumed run.
nlohmann::json compared_settings(const TrainConfig& config, Fields fields = all_fields());

}  // namespace fer::train
