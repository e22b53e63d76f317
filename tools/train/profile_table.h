// fer-train --profile: a training step's time, as a table or as JSON.
#pragma once

#include <string>

#include "fer/profile.h"

namespace fer::cli {

std::string profile_table(const TrainingProfile& profile);
std::string profile_json(const TrainingProfile& profile);

}  // namespace fer::cli
