#include "train/config/recipe_fields.h"

#include <gtest/gtest.h>

#include "tests/train/small_run.h"

namespace fer::train {
namespace {

using nlohmann::json;

struct Callbacks {
  TrainConfig config;
  std::vector<std::string> remarks;
};

Callbacks callbacks_of(const json& array) {
  Callbacks read;
  Remarks remarks(read.remarks);
  read_callbacks(array, "callbacks", read.config, all_fields(), remarks);
  return read;
}

TEST(NumberIn, IsTheFirstOfAText) {
  EXPECT_EQ(number_in("about 10,600 (from a figure)"), 10600);
  EXPECT_EQ(number_in("0.2 of the rest"), 0.2);
  EXPECT_EQ(number_in("none"), std::nullopt);
  EXPECT_EQ(number_in(""), std::nullopt);
  EXPECT_EQ(number_in("1234567890123456"), std::nullopt) << "too long to be meant";
}

TEST(ReadCallbacks, ThoseThatAreNamedAreOnWithKerasDefaults) {
  const Callbacks none = callbacks_of(json::array());
  EXPECT_FALSE(none.config.early_stopping.enabled || none.config.reduce_lr.enabled);
  const Callbacks read = callbacks_of({{{"name", "early_stopping"}, {"monitor", "val_acc"}},
                                       {{"name", "reduce_lr_on_plateau"}, {"factor", 0.5}, {"mode", "min"}},
                                       {{"name", "model_checkpoint"}, {"monitor", "acc"}, {"every_iterations", 9}},
                                       {{"name", "csv_logger"}, {"path", "x"}}});
  EXPECT_TRUE(read.config.early_stopping.enabled);
  EXPECT_EQ(read.config.early_stopping.monitor, "val_accuracy") << "as Keras 2 with TensorFlow 1 called it";
  EXPECT_EQ(read.config.early_stopping.patience, 0);
  EXPECT_FALSE(read.config.early_stopping.restore_best_weights);
  EXPECT_EQ(read.config.reduce_lr.factor, 0.5);
  EXPECT_EQ(read.config.reduce_lr.patience, 10);
  EXPECT_EQ(read.config.checkpoint_monitor, "accuracy");
  EXPECT_EQ(read.config.save_every, 9);
}

TEST(ReadCallbacks, OneThatTheSourceLeftOutIsSaid) {
  const Callbacks read = callbacks_of({{{"name", "early_stopping"}, {"state", "commented out"}}});
  EXPECT_FALSE(read.config.early_stopping.enabled);
  EXPECT_EQ(read.remarks, (std::vector<std::string>{"callbacks: early_stopping: commented out: left out"}));
}

TEST(ReadCallbacks, RefuseUnknownMembersByName) {
  EXPECT_NE(message_of([] {
              callbacks_of({{{"name", "early_stopping"}, {"enabled", true}}});
            }).find("\"enabled\""),
            std::string::npos)
      << "naming it says that it is on";
  EXPECT_NE(message_of([] {
              callbacks_of({{{"name", "csv_logger"}, {"wings", 2}}});
            }).find("\"wings\""),
            std::string::npos);
}

TEST(ReadSplit, IsOfUsagesOrOfShares) {
  std::vector<std::string> lines;
  Remarks remarks(lines);
  const RecipeSplit usages = read_split({{"train", "Training"}, {"validation", "PublicTest"}}, "split", remarks);
  EXPECT_EQ(usages.kind, RecipeSplit::Kind::kUsage);
  EXPECT_TRUE(lines.empty());
  const RecipeSplit shares = read_split({{"validation", 0.2}, {"unused", 0.5}, {"seed", 3}}, "split", remarks);
  EXPECT_EQ(shares.kind, RecipeSplit::Kind::kRandom);
  EXPECT_EQ(shares.validation_share, 0.2);
  EXPECT_EQ(shares.unused_share, 0.5);
  EXPECT_EQ(shares.seed, 3u);
  ASSERT_EQ(lines.size(), 1u) << "its numbers are not scikit-learn's";
}

TEST(ReadStages, UnderstandsItsTexts) {
  const auto stages = read_stages({"fit (12 epochs)", "again on what is wrong"}, "stages");
  ASSERT_EQ(stages.size(), 2u);
  EXPECT_EQ(stages[0].epochs, 12);
  EXPECT_FALSE(stages[0].wrong_only);
  EXPECT_TRUE(stages[1].wrong_only);
  EXPECT_EQ(stages[1].epochs, 0) << "as the block says";
}

}  // namespace
}  // namespace fer::train
