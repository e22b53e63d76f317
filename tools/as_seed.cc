#include "as_seed.h"

#include <fmt/format.h>

#include <algorithm>

#include "fer/recipe.h"

namespace fer::cli {
namespace {

SplitOptions split_options(const RecipeSplit& split) {
  SplitOptions options;
  if (split.kind == RecipeSplit::Kind::kUsage) {
    options.train_usage = split.train;
    options.validation_usage = split.validation;
  } else if (split.kind == RecipeSplit::Kind::kRandom) {
    options.official = false;
    options.private_test_too = true;
    options.of = split.of;
    options.validation_share = split.validation_share;
    options.unused_share = split.unused_share;
  }
  if (split.seed) options.seed = *split.seed;
  return options;
}

}  // namespace

TrainOptions options_as_seed(const std::string& network) {
  Recipe recipe = load_recipe(network);
  TrainOptions options;
  options.as_seed = true;
  options.split = split_options(recipe.split);
  options.class_weights =
      recipe.balanced_class_weights ? "balanced" : fmt::format("{}", fmt::join(recipe.config.class_weights, ","));
  options.config = std::move(recipe.config);
  options.remarks = std::move(recipe.remarks);
  return options;
}

int64_t epochs_of_steps(const TrainConfig& config, int64_t training_rows) {
  if (config.max_steps == 0) return config.epochs;
  const int64_t pass = (training_rows - 1) / (config.accumulate * config.batch_size) + 1;
  const int64_t steps = config.steps_per_epoch > 0 ? config.steps_per_epoch : pass;
  return std::min(config.epochs, (config.max_steps - 1) / steps + 1);
}

}  // namespace fer::cli
