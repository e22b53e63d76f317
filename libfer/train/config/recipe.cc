#include "fer/recipe.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "fer/error.h"
#include "network/json_fields.h"
#include "network/json_text.h"
#include "network/library.h"
#include "train/config/config.h"
#include "train/config/recipe_fields.h"

namespace fer {
namespace {

using nlohmann::json;
using train::fail_expected;

// "categorical_crossentropy", "softmax cross entropy on logits": what comes after the name is explanation.
Loss loss_named(const std::string& text, const std::string& where) {
  if (text.starts_with("squared_hinge")) return Loss::kSquaredHinge;
  for (const char* name : {"cross_entropy", "categorical_crossentropy", "sparse_categorical_crossentropy",
                           "softmax_crossentropy", "softmax cross entropy"}) {
    if (text.starts_with(name)) return Loss::kCrossEntropy;
  }
  fail_expected(where, "cross_entropy, categorical_crossentropy, sparse_categorical_crossentropy or squared_hinge",
                text);
}

class RecipeReader {
 public:
  RecipeReader(const json& block, const std::string& where)
      : fields_(block, where), where_(where), remarks_(recipe_.remarks) {}

  Recipe read() {
    read_loss();
    read_optimizer();
    read_counts();
    read_rules();
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
  const json* known(const char* field) {
    const json* value = fields_.find(field);
    return value == nullptr || value->is_null() ? nullptr : value;
  }
  void not_known(const char* field, const std::string& used) { remarks_.add(field, "not known: " + used + " is used"); }

  void read_loss() {
    const json* loss = known("loss");
    if (loss == nullptr) return not_known("loss", loss_name(recipe_.config.loss));
    std::string text;
    read_value(*loss, place("loss"), text);
    recipe_.config.loss = loss_named(text, place("loss"));
  }

  void read_optimizer() {
    Optimizer& optimizer = recipe_.config.optimizer;
    if (const json* object = known("optimizer")) {
      optimizer = train::read_optimizer(*object, place("optimizer"));
    } else {
      not_known("optimizer",
                fmt::format("{} with learning rate {:g}", optimizer_name(optimizer), learning_rate_of(optimizer)));
    }
  }

  // A whole number of 1 or more; texts are searched for one. 0: not known.
  int64_t count(const char* field) {
    const json* value = known(field);
    if (value == nullptr) return 0;
    double number = 0;
    if (value->is_string()) {
      number = train::number_in(value->get<std::string>()).value_or(0);
    } else {
      read_value(*value, place(field), number);
    }
    if (!(number >= 1 && number <= std::numeric_limits<int32_t>::max() && number == std::floor(number))) {
      fail_expected(place(field), "a whole number of 1 or more", *value);
    }
    return static_cast<int64_t>(number);
  }

  void read_counts() {
    TrainConfig& config = recipe_.config;
    if (const int64_t n = count("batch_size")) {
      config.batch_size = n;
    } else {
      not_known("batch_size", fmt::format("{}", config.batch_size));
    }
    if (const int64_t n = count("accumulate")) config.accumulate = n;
    config.steps_per_epoch = count("steps_per_epoch");
    config.save_every = count("checkpoint_every_iterations");
    config.max_steps = count("iterations");
    if (const int64_t n = count("epochs")) {
      config.epochs = n;
    } else if (config.max_steps > 0) {
      config.epochs = config.max_steps;  // an epoch has at least one step
    } else {
      not_known("epochs", fmt::format("{}", config.epochs));
    }
    if (count("validation_steps") > 0) remarks_.add("validation_steps", "all of the validation part is used");
  }

  void read_rules() {
    TrainConfig& config = recipe_.config;
    if (known("label_smoothing") != nullptr) fields_.read("label_smoothing", config.label_smoothing);
    if (const json* augmentation = known("augmentation")) {
      config.augmentation = train::read_augmentation(*augmentation, place("augmentation"), augmented_stage_);
    }
    if (const json* callbacks = known("callbacks")) {
      train::read_callbacks(*callbacks, place("callbacks"), config, remarks_);
    } else {
      config.early_stopping.enabled = config.reduce_lr.enabled = false;
      remarks_.add("callbacks", "not known: the run neither stops early nor reduces the rate");
    }
  }

  void read_class_weights() {
    const json* weights = known("class_weights");
    if (weights == nullptr) return;
    if (*weights == "balanced") {
      recipe_.balanced_class_weights = true;
    } else if (weights->is_string()) {
      remarks_.add("class_weights", shown(*weights) + ": none are used");
    } else if (weights->is_array()) {
      recipe_.config.class_weights.resize(weights->size());
      for (size_t i = 0; i < weights->size(); ++i) {
        read_value((*weights)[i], place("class_weights"), recipe_.config.class_weights[i]);
      }
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
      stages[i].augmented = augmented_stage_.value_or(i + 1) == i + 1 && recipe_.config.augmentation.any();
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
      fields.read("scale", recipe_.config.preprocessing.scale);
      fields.read("shift", recipe_.config.preprocessing.shift);
      return fields.refuse_unknown();
    }
    if (!steps->is_array()) fail_expected(place("preprocessing"), "an array of texts, or scale and shift", *steps);
    for (const json& step : *steps) {
      if (step != "divide by 255") remarks_.add("preprocessing", shown(step) + ": left to DATA");
    }
  }

  JsonFields fields_;
  std::string where_;
  Recipe recipe_;
  train::Remarks remarks_;
  std::optional<int64_t> augmented_stage_;  // that alone; none: all
};

}  // namespace

Recipe recipe_from_json(std::string_view text, const std::string& where) {
  const Network network = network_from_json(text, where);
  const json document = parse_json(text, where);
  const auto block = document.find("training");
  if (block == document.end() || block->is_null()) {
    throw Error(where + ": training: expected the settings that the network is trained with, found none");
  }
  const std::string place = where + ": training";
  Recipe recipe = RecipeReader(*block, place).read();
  try {
    // Snapshots need a folder, which is not the file's to name.
    TrainConfig config = recipe.config;
    config.save_every = 0;
    train::check_config(config, class_count(network));
  } catch (const Error& error) {
    throw Error(place + ": " + error.what());
  }
  return recipe;
}

Recipe load_recipe(const std::string& name_or_path) {
  return recipe_from_json(network_text(name_or_path), name_or_path);
}

}  // namespace fer
