// The stages of a network's settings (fer-train --as-seed): each is a run of its own, from the best model of the one
// before.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "fer/recipe.h"

namespace fer::cli {

// DIR/stage-1, in the folder DIR of the whole.
std::string first_stage_folder(const std::string& whole);

class Stages {
 public:
  Stages(std::string whole, std::vector<RecipeStage> stages) : whole_(std::move(whole)), stages_(std::move(stages)) {}

  int64_t count() const { return static_cast<int64_t>(stages_.size()); }
  const std::string& text(int64_t number) const { return stages_[number - 1].text; }
  // DIR/stage-N, or DIR itself for the last stage, so that the model ends up where any run leaves it.
  std::string folder(int64_t number) const;
  // The last stage in which a run began; 0: none.
  int64_t last_begun() const;
  // The best model of the last stage before `number` that was done: one with nothing to train on is left out.
  std::string model_before(int64_t number) const;
  // For a last stage that was left out: copies the best model of those before it to DIR.
  void take_model_from_before() const;

 private:
  std::string whole_;
  std::vector<RecipeStage> stages_;
};

}  // namespace fer::cli
