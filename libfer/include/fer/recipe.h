// How a network was trained, as the `training` block of its file says (docs/network-format.md).
//
//   fer::Recipe recipe = fer::load_recipe("seed003_vgg_like");
//   recipe.config.out_dir = "run";
//   fer::Trainer trainer(fer::load_network("seed003_vgg_like"), recipe.config);
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
  TrainConfig config;               // fields that the file does not name have their defaults
  std::vector<RecipeStage> stages;  // one at least
  RecipeSplit split;
  bool balanced_class_weights = false;  // weights are to be made from the rows' labels
  // One line per setting that is not known, with what is used instead, or that is not applied: "batch_size: not known:
  // 64 is used".
  std::vector<std::string> remarks;
};

// Takes the name of a network that comes with the library, or the path of a JSON file. Throws Error naming the field of
// the training block that is wrong, and when there is no such block.
Recipe load_recipe(const std::string& name_or_path);
// The same for a network's JSON; `where` names the text in messages.
Recipe recipe_from_json(std::string_view text, const std::string& where);

}  // namespace fer
