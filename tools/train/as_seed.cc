#include "tools/train/as_seed.h"

#include <fmt/format.h>

#include <algorithm>

namespace fer::cli {
namespace {

SplitOptions split_options(const RecipeSplit& split) {
  SplitOptions options;
  if (split.kind == RecipeSplit::Kind::kUsage) {
    options.train_usages = {split.train};
    options.validation_usages = {split.validation};
  } else if (split.kind == RecipeSplit::Kind::kRandom) {
    options.official = false;
    options.private_test_too = true;
    if (split.of) options.of = {*split.of};
    options.stratified = false;  // as the origins draw
    options.validation_share = split.validation_share;
    options.unused_share = split.unused_share;
  }
  if (split.seed) options.seed = *split.seed;
  return options;
}

}  // namespace

std::vector<RecipeStage> stages_as_seed(const std::string& file) { return load_recipe(file).stages; }

TrainOptions options_as_seed(const std::string& file, int64_t number) {
  Recipe recipe = load_recipe(file);
  const auto count = static_cast<int64_t>(recipe.stages.size());
  if (number > count) {
    throw UsageError(fmt::format("--stage: expected a stage of {}, 1 to {}, found {}", file, count, number));
  }
  const RecipeStage& stage = recipe.stages[number - 1];
  TrainOptions options;
  options.recipe_network = std::move(recipe.network);
  options.split = split_options(recipe.split);
  options.class_weights =
      recipe.balanced_class_weights ? "balanced" : fmt::format("{}", fmt::join(recipe.config.class_weights, ","));
  options.config = std::move(recipe.config);
  options.config.epochs = stage.epochs;
  // (The crop is the network's input, in every stage.)
  if (!stage.augmented) options.config.augmentation = {.crop = options.config.augmentation.crop};
  if (!stage.augmented) options.config.mixing = {};
  options.wrong_only = stage.wrong_only;
  if (count > 1) options.stage = number;
  options.remarks = std::move(recipe.remarks);
  return options;
}

void drop_answered(std::vector<std::string>& remarks, const Arguments& arguments) {
  const std::pair<const char*, std::vector<const char*>> answers[] = {
      {"batch_size", {"batch-size"}},
      {"epochs", {"epochs"}},
      {"loss", {"loss"}},
      {"optimizer", {"optimizer"}},
      {"split", {"split", "validation-split", "test-split", "folds", "train", "validation"}}};
  for (const auto& [field, options] : answers) {
    if (std::none_of(options.begin(), options.end(), [&](const char* option) { return arguments.has(option); }))
      continue;
    const std::string answered = fmt::format("{}: not known", field);
    std::erase_if(remarks, [&](const std::string& remark) { return remark.starts_with(answered); });
  }
  if (!arguments.has("precision")) return;
  std::erase_if(remarks, [](const std::string& remark) { return remark.starts_with("precision: "); });
}

}  // namespace fer::cli
