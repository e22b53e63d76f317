// A network with the settings that it is trained with: the `training` block of its file (docs/network-format.md). Some
// come with the library as recipes (docs/recipes.md), others are in the files of its networks, or in your own.
//
//   fer::Recipe recipe = fer::load_recipe("small");
//   recipe.config.out_dir = "run";
//   fer::Trainer trainer(recipe.network, recipe.config);
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fer/dataset.h"
#include "fer/export.h"
#include "fer/trainer.h"

namespace FER_PUBLIC fer {

// The rows that a network was trained on and those that it was validated on.
struct RecipeSplit {
  enum class Kind {
    kUnknown,  // the file does not say
    kUsage,    // the rows of two usages
    kRandom    // a random share of the rows
  };
  Kind kind = Kind::kUnknown;
  Usage train = Usage::kTraining, validation = Usage::kPublicTest;  // kUsage
  std::optional<Usage> of;                                          // kRandom: of these rows; none: of all
  double validation_share = 0;                                      // kRandom
  double unused_share = 0;       // kRandom: of the rows that are not for validation, left out of training too
  std::optional<uint64_t> seed;  // kRandom
};

// One of several fits in a row, each of which starts from the best weights of the one before.
struct RecipeStage {
  std::string text;         // what the file says of it; empty where it has no stages
  bool wrong_only = false;  // trained on those of the training rows that the stage before classifies wrongly
  bool augmented = false;   // with config's augmentation; else with none
  int64_t epochs = 0;       // at most so many
};

struct Recipe {
  Network network;
  std::string description;          // a few words, as the file has them; may be empty
  TrainConfig config;               // fields that the file does not name have their defaults
  std::vector<RecipeStage> stages;  // one at least
  RecipeSplit split;
  bool balanced_class_weights = false;  // weights are to be made from the rows' labels
  // One line per setting that is not known, with what is used instead, or that is not applied: "batch_size: not known:
  // 64 is used". A precision that this CPU does not have is among these: fp32 takes its place.
  std::vector<std::string> remarks;
};

// The names of the recipes that come with the library, in alphabetical order.
std::vector<std::string> recipe_names();

// Takes the name of a recipe or of a network that comes with the library, or the path of a JSON file. Such a file may
// have the name of a network, or a file's path from its own folder, in `network` in place of layers. Throws Error
// naming the field of the training block that is wrong, when there is no such block, and with all names on an unknown
// one.
Recipe load_recipe(const std::string& name_or_path);
// The same for a network's JSON; `where` names the text in messages.
Recipe recipe_from_json(std::string_view text, const std::string& where);
// What load_recipe reads, as a text that recipe_from_json takes: where the file names a network, that network's layers
// are put in.
std::string recipe_text(const std::string& name_or_path);

}  // namespace fer
