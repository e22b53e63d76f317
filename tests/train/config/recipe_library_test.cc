#include <gtest/gtest.h>

#include <algorithm>

#include "fer/error.h"
#include "fer/recipe.h"
#include "tests/support/paths.h"
#include "tests/train/small_run.h"

namespace fer {
namespace {

TEST(RecipeLibrary, HasTheRecipesThatTheDocsName) {
  EXPECT_EQ(recipe_names(), (std::vector<std::string>{"best", "minutes25", "minutes50", "minutes6", "small", "tiny"}));
}

TEST(RecipeLibrary, EveryRecipeSaysAllThatItNeeds) {
  for (const std::string& name : recipe_names()) {
    SCOPED_TRACE(name);
    Recipe recipe = load_recipe(name);
    // A precision that this machine does not have is all that may be left to say.
    std::erase_if(recipe.remarks, [](const std::string& remark) { return remark.starts_with("precision: "); });
    EXPECT_EQ(recipe.remarks, std::vector<std::string>());
    EXPECT_FALSE(recipe.description.empty());
    EXPECT_EQ(recipe.split.kind, RecipeSplit::Kind::kUsage);
    EXPECT_EQ(recipe.split.train, Usage::kTraining);
    EXPECT_EQ(recipe.split.validation, Usage::kPublicTest) << "the test part is for nothing but tests";
    EXPECT_EQ(class_count(recipe.network), 7);
    EXPECT_NO_THROW(Trainer(recipe.network, recipe.config));
  }
}

TEST(RecipeLibrary, NetworksKeepToTheirBudgets) {
  const auto totals_of = [](const std::string& name) {
    Recipe recipe = load_recipe(name);
    use_crop(recipe.network, recipe.config.augmentation);
    return totals(recipe.network);
  };
  EXPECT_LE(totals_of("tiny").params, 300'000);
  EXPECT_LE(totals_of("tiny").macs, 30'000'000);
  EXPECT_LE(totals_of("small").params, 2'000'000);
  EXPECT_LE(totals_of("small").macs, 150'000'000);
}

TEST(RecipeLibrary, ATextIsThatOfTheFileAndReadsAsTheRecipe) {
  const Recipe recipe = load_recipe("small"), again = recipe_from_json(recipe_text("small"), "again");
  EXPECT_EQ(recipe.network, again.network);
  EXPECT_EQ(recipe_text("small"), recipe_text(source_dir() + "/data/recipes/small.json"));
}

TEST(RecipeLibrary, NamesOfNetworksAreTakenToo) {
  EXPECT_EQ(load_recipe("seed002_vgg8").network, load_network("seed002_vgg8"));
  try {
    load_recipe("smal");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "recipe 'smal': expected a file ending in .json or one of best, minutes25, minutes50, minutes6, small, "
        "tiny, or the name of a network");
  }
}

}  // namespace
}  // namespace fer
