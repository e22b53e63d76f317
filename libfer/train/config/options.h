// fer/train_options.h of a list of fields.
#pragma once

#include <string>
#include <vector>

#include "fer/train_options.h"
#include "train/config/field.h"

namespace fer::train {

std::vector<TrainOption> options_of(Fields fields);
void set_option(TrainConfig& config, const std::string& name, const std::string& text, Fields fields);
std::string option_text(const TrainConfig& config, const std::string& name, Fields fields);

}  // namespace fer::train
