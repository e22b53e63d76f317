// fer-train --recipe and --as-seed: settings that hold where the command line says no more.
#pragma once

#include <string>

#include "tools/cli/cli.h"
#include "tools/train/train_options.h"

namespace fer::cli {

// The recipe as it was when the run in this folder began, which wrote it there; empty: it has none. A later version of
// libfer may have another recipe of that name.
std::string kept_recipe(const std::string& folder);

// What has the settings: --recipe's name or file, or `kept` in its place; with --as-seed --network's; empty: nothing.
std::string settings_file(const Arguments& arguments, const std::string& kept = "");

// The options of a command line, over those of a recipe or of the network's file. Throws UsageError on options that do
// not go together, Error as load_recipe does.
TrainOptions options_over_settings(const Arguments& arguments, const std::string& kept = "");

// "small      a network of 1.2 million parameters": a line for each recipe that comes with the library.
std::string recipe_list();

}  // namespace fer::cli
