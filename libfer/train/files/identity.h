// What a run is: network, configuration, data, first weights. A checkpoint carries it, so that a run is only ever
// resumed as itself.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "core/json_value.h"
#include "fer/trainer.h"
#include "train/step/run_inputs.h"

namespace fer::train {

// Fields of the configuration, the network's JSON, checksums of pictures, labels, rows and first weights. Snapshots
// are left out, and epochs where more of them only make the run longer: unless the schedule depends on them.
core::JsonValue run_identity(const Network& network, const TrainConfig& config, const RunInputs& inputs,
                             std::span<const float> first_weights);

// Where the two are not the same, with both values: "config.batch_size was 8, now 16; ..." for " was " and ", now ";
// empty where they are.
std::string run_differences(const nlohmann::json& before, const nlohmann::json& after, const std::string& was,
                            const std::string& now);
// Throws Error naming the fields that differ, with both values, unless the two are equal.
void expect_same_run(const nlohmann::json& saved, const nlohmann::json& now);

}  // namespace fer::train
