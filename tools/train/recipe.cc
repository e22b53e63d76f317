#include "tools/train/recipe.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "fer/error.h"
#include "fer/file.h"
#include "fer/network.h"
#include "fer/recipe.h"
#include "tools/train/as_seed.h"
#include "tools/train/run_files.h"

namespace fer::cli {
namespace {

// Options that change how the network is trained, and with it what a recipe is.
bool changes_the_recipe(const std::string& option) {
  static const std::set<std::string> kOfTheRun = {"out", "resume", "checkpoint-seconds", "save-every"};
  static const std::set<std::string> kOfTheProgram = {"network",    "init",  "split",     "validation-split",
                                                      "test-split", "folds", "fold",      "train",
                                                      "validation", "limit", "wrong-only"};
  if (kOfTheProgram.contains(option)) return true;
  const std::vector<TrainOption> list = train_options();
  return !kOfTheRun.contains(option) && std::any_of(list.begin(), list.end(), [&](const TrainOption& known) {
    return !known.name.empty() && known.name == option;
  });
}

// "--epochs 10 --flip"
std::string options_beside_recipe(const Arguments& arguments) {
  std::string text;
  for (const auto& [name, value] : arguments.given()) {
    if (!changes_the_recipe(name)) continue;
    text += fmt::format("{}--{}{}", text.empty() ? "" : " ", name,
                        value == "true"    ? ""
                        : value == "false" ? "=false"
                                           : " " + value);
  }
  return text;
}

void expect_settings_go_together(const Arguments& a) {
  const bool as_seed = a.flag("as-seed"), recipe = a.has("recipe");
  if (as_seed && recipe) throw UsageError("--as-seed does not go with --recipe, which brings its own settings");
  if (a.has("stage") && !as_seed && !recipe) throw UsageError("--stage needs --as-seed or --recipe");
  if (as_seed && a.has("init") && !a.has("network")) {
    throw UsageError("--as-seed with --init needs --network, whose file has the settings");
  }
  if (recipe && a.has("init") && a.has("network")) {
    throw UsageError("--network does not go with --init, which brings its own");
  }
}

}  // namespace

std::string kept_recipe(const std::string& folder) {
  const std::string path = recipe_json_path(folder);
  return path_kind(path) == PathKind::kNone ? "" : path;
}

std::string settings_file(const Arguments& arguments, const std::string& kept) {
  if (arguments.has("recipe")) return kept.empty() ? arguments.text("recipe") : kept;
  if (!arguments.flag("as-seed")) return "";
  load_network(arguments.text("network"));  // whose message about an unknown name lists the networks
  return arguments.text("network");
}

TrainOptions options_over_settings(const Arguments& arguments, const std::string& kept) {
  expect_settings_go_together(arguments);
  const std::string file = settings_file(arguments, kept);
  if (file.empty()) return read_train_options(arguments);
  const int64_t stage = arguments.has("stage") ? arguments.integer("stage", 1, 1000) : 1;
  if (stage > 1 && !arguments.has("init")) {
    throw UsageError("--stage: a later stage needs --init, the model of the one before");
  }
  TrainOptions settings = options_as_seed(file, stage);
  settings.settings = "as seed";
  if (arguments.has("recipe")) {
    settings.settings = fmt::format("recipe {}", base_name(arguments.text("recipe")));
    settings.recipe = recipe_text(file);
    const std::string beside = options_beside_recipe(arguments);
    if (!beside.empty()) settings.remarks.push_back(fmt::format("given beside it, and used in its place: {}", beside));
  }
  if (settings.recipe.empty() || arguments.has("network")) settings.recipe_network.reset();
  TrainOptions options = read_train_options(arguments, std::move(settings));
  drop_answered(options.remarks, arguments);
  return options;
}

std::string recipe_list() {
  size_t width = 0;
  for (const std::string& name : recipe_names()) width = std::max(width, name.size());
  std::string text;
  for (const std::string& name : recipe_names()) {
    text += fmt::format("{:<{}}  {}\n", name, width, load_recipe(name).description);
  }
  return text;
}

}  // namespace fer::cli
