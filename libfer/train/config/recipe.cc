#include "fer/recipe.h"

#include <fmt/format.h>

#include <set>

#include "fer/error.h"
#include "network/json_fields.h"
#include "network/json_text.h"
#include "train/config/config.h"
#include "train/config/recipe_fields.h"
#include "train/config/recipe_options.h"

namespace fer {
namespace {

using nlohmann::json;
using train::fail_expected;

// "categorical_crossentropy", "softmax cross entropy on logits": what comes after the name is explanation.
Loss loss_named(const std::string& text, const std::string& where) {
  if (text.starts_with("squared_hinge")) return Loss::kSquaredHinge;
  if (text.starts_with("symmetric_cross_entropy")) return Loss::kSymmetricCrossEntropy;
  for (const char* name : {"cross_entropy", "categorical_crossentropy", "sparse_categorical_crossentropy",
                           "softmax_crossentropy", "softmax cross entropy"}) {
    if (text.starts_with(name)) return Loss::kCrossEntropy;
  }
  fail_expected(where,
                "cross_entropy, categorical_crossentropy, sparse_categorical_crossentropy, symmetric_cross_entropy or "
                "squared_hinge",
                text);
}

class RecipeReader {
 public:
  RecipeReader(const json& block, const std::string& where, train::Fields options)
      : fields_(block, where), where_(where), options_(options), remarks_(recipe_.remarks) {}

  Recipe read() {
    read_loss();
    read_optimizer();
    given_ = train::read_plain_options(fields_, recipe_.config, options_);
    note_counts();
    train::read_groups(fields_, recipe_.config, options_, groups_, augmented_stage_);
    read_callbacks();
    read_class_weights();
    read_split();
    read_stages();
    note_facts();
    fields_.refuse_unknown();
    return std::move(recipe_);
  }

 private:
  std::string place(const char* field) const { return where_ + ": " + field; }

  // The member, unless it is missing or null.
  const json* known(const char* field) { return train::known_member(fields_, field); }
  // The member that stands for the option of this path. One that is not in the list is not known here either.
  const json* known_option(const char* path) {
    const train::Field* field = train::find_field(options_, path);
    return field == nullptr ? nullptr : known(train::recipe_name(*field));
  }
  void not_known(const char* field, const std::string& used) { remarks_.add(field, "not known: " + used + " is used"); }

  void read_loss() {
    const json* loss = known_option("loss");
    if (loss == nullptr) return not_known("loss", loss_name(recipe_.config.loss));
    std::string text;
    read_value(*loss, place("loss"), text);
    recipe_.config.loss = loss_named(text, place("loss"));
  }

  void read_optimizer() {
    const Optimizer& optimizer = recipe_.config.optimizer;
    if (const json* object = train::has_group(options_, "optimizer") ? known("optimizer") : nullptr) {
      train::read_optimizer(*object, place("optimizer"), recipe_.config, options_);
    } else {
      not_known("optimizer",
                fmt::format("{} with learning rate {:g}", optimizer_name(optimizer), learning_rate_of(optimizer)));
    }
  }

  void note_counts() {
    TrainConfig& config = recipe_.config;
    if (!given_.contains("batch_size")) not_known("batch_size", fmt::format("{}", config.batch_size));
    if (!given_.contains("epochs")) {
      if (config.max_steps > 0) {
        config.epochs = config.max_steps;  // an epoch has at least one step
      } else {
        not_known("epochs", fmt::format("{}", config.epochs));
      }
    }
  }

  void read_callbacks() {
    TrainConfig& config = recipe_.config;
    if (const json* callbacks = known("callbacks")) {
      train::read_callbacks(*callbacks, place("callbacks"), config, options_, remarks_);
    } else {
      config.early_stopping.enabled = config.reduce_lr.enabled = false;
      remarks_.add("callbacks", "not known: the run neither stops early nor reduces the rate");
    }
  }

  void read_class_weights() {
    const json* weights = known_option("class_weights");
    if (weights == nullptr) return;
    if (*weights == "balanced") {
      recipe_.balanced_class_weights = true;
    } else if (weights->is_string()) {
      remarks_.add("class_weights", shown(*weights) + ": none are used");
    } else if (weights->is_array()) {
      train::value_from_json(*weights, place("class_weights"), &recipe_.config.class_weights);
    } else {
      fail_expected(place("class_weights"), "null, \"balanced\" or an array of numbers", *weights);
    }
  }

  void read_split() {
    if (const json* split = known("split")) {
      recipe_.split = train::read_split(*split, place("split"), remarks_);
    } else {
      not_known("split", "DATA's own");
    }
  }

  void read_stages() {
    std::vector<RecipeStage>& stages = recipe_.stages;
    const json* texts = known("stages");
    stages = texts == nullptr ? std::vector<RecipeStage>(1) : train::read_stages(*texts, place("stages"));
    const auto count = static_cast<int64_t>(stages.size());
    if (augmented_stage_ && (*augmented_stage_ < 1 || *augmented_stage_ > count)) {
      fail_expected(place("augmentation: stage"), fmt::format("the number of a stage, 1 to {}", count),
                    *augmented_stage_);
    }
    for (int64_t i = 0; i < count; ++i) {
      stages[i].augmented = augmented_stage_.value_or(i + 1) == i + 1 &&
                            (recipe_.config.augmentation.any() || recipe_.config.mixing.any());
      if (stages[i].epochs < 1) stages[i].epochs = recipe_.config.epochs;
      if (texts != nullptr) remarks_.add(fmt::format("stages: {}", i + 1), stage_remark(i));
    }
  }

  // How the text of a stage was understood.
  std::string stage_remark(int64_t i) const {
    const RecipeStage& stage = recipe_.stages[i];
    return fmt::format("{}: {}{}{}", shown(stage.text),
                       i > 0 ? "from the best weights of the stage before, on " : "on ",
                       stage.wrong_only ? "the training pictures that it classifies wrongly" : "the training part",
                       stage.augmented ? ", augmented" : "");
  }

  // What is said in words is for people to see to.
  void note_facts() {
    for (const char* done : {"shuffle", "frozen"}) fields_.find(done);  // always; the layers say it themselves
    if (const json* text = known("data")) remarks_.add("data", shown(*text) + ": DATA is taken as it is");
    note_preprocessing();
    const std::pair<const char*, const char*> left[] = {
        {"class_map", "DATA's labels are taken as they are"},
        {"initial_weights", "not loaded (--init MODEL starts from a model's weights)"},
        {"devices", "the processor is used"}};
    for (const auto& [field, what] : left) {
      if (const json* value = known(field)) remarks_.add(field, shown(*value) + ": " + what);
    }
  }

  // Texts, of which one is what libfer does by itself; or {"scale": s, "shift": t}.
  void note_preprocessing() {
    const json* steps = known("preprocessing");
    if (steps == nullptr) return;
    if (steps->is_object()) {
      JsonFields fields(*steps, place("preprocessing"));
      train::read_members(fields, "preprocessing", recipe_.config, options_);
      return fields.refuse_unknown();
    }
    if (!steps->is_array()) fail_expected(place("preprocessing"), "an array of texts, or scale and shift", *steps);
    for (const json& step : *steps) {
      if (step != "divide by 255") remarks_.add("preprocessing", shown(step) + ": left to DATA");
    }
  }

  JsonFields fields_;
  std::string where_;
  train::Fields options_;
  Recipe recipe_;
  train::Remarks remarks_;
  std::set<std::string> given_, groups_;
  std::optional<int64_t> augmented_stage_;  // that alone; none: all
};

// A recipe is for every machine; bf16 is only quicker.
void use_available_precision(Recipe& recipe) {
  Precision& precision = recipe.config.precision;
  if (precision_available(precision)) return;
  train::Remarks(recipe.remarks)
      .add("precision", fmt::format("{} needs a CPU with AVX512_BF16: fp32 is used", precision_name(precision)));
  precision = Precision::kFp32;
}

}  // namespace

Recipe train::read_recipe(const json& block, const std::string& where, int64_t classes, Fields options) {
  Recipe recipe = RecipeReader(block, where, options).read();
  use_available_precision(recipe);
  try {
    // Snapshots need a folder, which is not the file's to name.
    TrainConfig config = recipe.config;
    config.save_every = 0;
    check_config(config, classes, options);
  } catch (const Error& error) {
    throw Error(where + ": " + error.what());
  }
  return recipe;
}

Recipe recipe_from_json(std::string_view text, const std::string& where) {
  Network network = network_from_json(text, where);
  const JsonDocument document = parse_json(text, where);
  const auto block = document->find("training");
  if (block == document->end() || block->is_null()) {
    throw Error(where + ": training: expected the settings that the network is trained with, found none");
  }
  Recipe recipe = train::read_recipe(*block, where + ": training", class_count(network), train::all_fields());
  recipe.network = std::move(network);
  const auto description = document->find("description");
  if (description != document->end() && description->is_string()) recipe.description = *description;
  return recipe;
}

}  // namespace fer
