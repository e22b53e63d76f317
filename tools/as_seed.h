// fer-train --as-seed: the options that a network's file asks for.
#pragma once

#include <string>

#include "train_options.h"

namespace fer::cli {

// Options as the training block of `network` (a name or a JSON file) has them. Throws Error as load_recipe does.
TrainOptions options_as_seed(const std::string& network);

// Where the number of steps ends the run, the number of epochs that they make: at most config.epochs.
int64_t epochs_of_steps(const TrainConfig& config, int64_t training_rows);

}  // namespace fer::cli
