#include "tools/train/settings.h"

#include <gtest/gtest.h>

namespace fer::cli {
namespace {

TrainingRows rows_with(std::vector<int64_t> validation) {
  return {.train = {0, 1, 2},
          .validation = std::move(validation),
          .train_name = "Training",
          .validation_name = "PublicTest"};
}

Dataset some_data() {
  Dataset data;
  data.height = data.width = 1;
  data.pixels = {0, 0, 0, 0};
  data.labels = {0, 1, 1, 0};
  data.usage.assign(4, Usage::kNone);
  return data;
}

std::string setting(const TrainOptions& options, const TrainingRows& rows, const std::string& name) {
  Network network({1, 1, 1}, {"calm", "angry"});
  network.add(Flatten{}).add(Dense{.units = 2, .activation = Activation::kSoftmax});
  for (const auto& [key, value] : report_facts(options, network, some_data(), rows, "fer-train d.csv").settings) {
    if (key == name) return value;
  }
  return "none";
}

TEST(Watched, WithoutValidationRowsIsTheTrainingFigure) {
  EXPECT_EQ(watched("val_loss", rows_with({3})), "val_loss");
  EXPECT_EQ(watched("val_loss", rows_with({})), "loss");
  EXPECT_EQ(watched("val_accuracy", rows_with({})), "accuracy");
  EXPECT_EQ(watched("accuracy", rows_with({})), "accuracy");
}

TEST(ReportFacts, NameTheFigureThatEachRuleGoesBy) {
  TrainOptions options;
  options.config.early_stopping.monitor = "val_accuracy";
  EXPECT_EQ(setting(options, rows_with({3}), "early stopping"), "after 8 epochs without better val_accuracy");
  EXPECT_EQ(setting(options, rows_with({3}), "best by"), "val_loss");
  EXPECT_EQ(setting(options, rows_with({}), "early stopping"), "after 8 epochs without better accuracy");
  EXPECT_EQ(setting(options, rows_with({}), "learning rate"), "constant, times 0.9 after 3 epochs without better loss");
}

TEST(ReportFacts, SayOnlyWhatWasChosen) {
  TrainOptions options;
  EXPECT_EQ(setting(options, rows_with({3}), "label smoothing"), "none");
  options.config.label_smoothing = 0.1;
  options.config.steps_per_epoch = 5;
  options.split.limit = 12;
  EXPECT_EQ(setting(options, rows_with({3}), "label smoothing"), "0.1");
  EXPECT_EQ(setting(options, rows_with({3}), "steps per epoch"), "5");
  EXPECT_EQ(setting(options, rows_with({3}), "limit"), "12 pictures per part");
  EXPECT_EQ(setting(options, rows_with({3}), "self-targets"), "none");
  options.config.self_targets = {.weight = 0.3, .start = 45};
  EXPECT_EQ(setting(options, rows_with({3}), "self-targets"), "weight 0.3, decay 0.9, after 45 epochs");
  EXPECT_EQ(setting(options, rows_with({3}), "loss"), "none");
  options.config.loss = Loss::kSymmetricCrossEntropy;
  EXPECT_EQ(setting(options, rows_with({3}), "loss"), "symmetric_cross_entropy, alpha 0.1, beta 1, log 0 = -4");
  EXPECT_EQ(setting(options, rows_with({3}), "teacher"), "none");
  options.config.teacher = {.models = {"a", "b/c"}, .weight = 0.25, .views = {.flip = true}};
  EXPECT_EQ(setting(options, rows_with({3}), "teacher"), "a, b/c: weight 0.25, temperature 1, views flip");
}

}  // namespace
}  // namespace fer::cli
