// The options that a recipe or a network's file asks for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fer/recipe.h"
#include "tools/train/train_options.h"

namespace fer::cli {

// Options as the training block of `file` (what load_recipe takes) has them, for its stage `number` (from 1), with its
// network. Throws Error as load_recipe does, and UsageError where there is no such stage.
TrainOptions options_as_seed(const std::string& file, int64_t number = 1);
// Drops remarks that a setting is not known where an option of the command line gives it.
void drop_answered(std::vector<std::string>& remarks, const Arguments& arguments);
// The stages of that block, in their order; one at least.
std::vector<RecipeStage> stages_as_seed(const std::string& file);

}  // namespace fer::cli
