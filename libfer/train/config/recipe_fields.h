// The members of a training block that are objects of their own: each read strictly, mistakes named.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "fer/recipe.h"
#include "train/config/field.h"

namespace fer::train {

// The lines of Recipe::remarks, collected.
class Remarks {
 public:
  explicit Remarks(std::vector<std::string>& lines) : lines_(lines) {}
  void add(const std::string& field, const std::string& what) { lines_.push_back(field + ": " + what); }

 private:
  std::vector<std::string>& lines_;
};

// Throw Error ("WHERE: FIELD: expected ..., found ...").
// Texts: "fit again (100 epochs) on wrongly classified pictures".
std::vector<RecipeStage> read_stages(const nlohmann::json& array, const std::string& where);
// Those that are named are on, with Keras's defaults, the others off.
void read_callbacks(const nlohmann::json& array, const std::string& where, TrainConfig& config, Fields options,
                    Remarks& remarks);
RecipeSplit read_split(const nlohmann::json& object, const std::string& where, Remarks& remarks);

// The first number in a text such as "about 10,600 (from a figure)", or nothing.
std::optional<double> number_in(const std::string& text);

[[noreturn]] void fail_expected(const std::string& where, const std::string& expected, const nlohmann::json& found);

// The whole block, for a network of so many classes.
Recipe read_recipe(const nlohmann::json& block, const std::string& where, int64_t classes, Fields options);

}  // namespace fer::train
