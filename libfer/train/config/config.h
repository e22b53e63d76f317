// A training configuration: is it sound, and its JSON form (config.json, and what a resumed run is compared with).
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "fer/trainer.h"

namespace fer::train {

// Throws Error naming the option, what was expected and what was found.
void check_config(const TrainConfig& config, int64_t classes);

// Every field that a run's result depends on, under the names of TrainConfig's members.
nlohmann::json config_to_json(const TrainConfig& config);

}  // namespace fer::train
