#include "train/config/options.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/train/small_run.h"

namespace fer {
namespace {

TrainOption option_named(const std::string& name) {
  for (TrainOption& option : train_options()) {
    if (option.name == name) return option;
  }
  return {};
}

std::string refusal(TrainConfig config, const std::string& name, const std::string& text) {
  return message_of([&] { set_train_option(config, name, text); });
}

TEST(TrainOptions, SayWhatTheyAreByDefault) {
  EXPECT_EQ(option_named("epochs").usual, "100");
  EXPECT_EQ(option_named("steps").usual, "0, one pass over the data");
  EXPECT_EQ(option_named("learning-rate").usual, "0.001, with sgd 0.01");
  EXPECT_EQ(option_named("epsilon").usual, "1e-7, with rmsprop-tf1 1e-10");
  EXPECT_EQ(option_named("weight-decay").usual, "0.004, with sgd 0");
  EXPECT_EQ(option_named("optimizer").usual, "adam");
  EXPECT_EQ(option_named("class-weights").usual, "none");
  EXPECT_EQ(option_named("flip").usual, "off");
}

TEST(TrainOptions, SayWhatTheyTakeAndWithWhat) {
  EXPECT_EQ(option_named("epochs").expected, "a whole number from 1 to 2147483647");
  EXPECT_EQ(option_named("zoom").expected, "a number of at least 0 and below 1");
  EXPECT_EQ(option_named("precision").expected, "fp32 or bf16");
  EXPECT_EQ(option_named("precision").choices, (std::vector<std::string>{"fp32", "bf16"}));
  const TrainOption momentum = option_named("momentum");
  EXPECT_EQ(momentum.parent, "optimizer");
  EXPECT_EQ(momentum.with, (std::vector<std::string>{"sgd", "rmsprop", "rmsprop-tf1"}));
  EXPECT_TRUE(option_named("learning-rate").with.empty()) << "every optimizer has one";
  EXPECT_EQ(option_named("epochs").parent, "");
  EXPECT_TRUE(option_named("epochs").with.empty());
}

// What a recipe sets, an option beside it must be able to undo.
TEST(SetTrainOption, TakesEveryDefault) {
  for (const TrainOption& option : train_options()) {
    if (option.name.empty() || option.name == "out") continue;
    TrainConfig config;
    if (!option.with.empty()) set_train_option(config, option.parent, option.with[0]);
    std::string usual = train_option_text(config, option.name);
    if (usual == "on" || usual == "off") usual = usual == "on" ? "true" : "false";
    EXPECT_EQ(refusal(config, option.name, usual), "") << option.name;
    set_train_option(config, option.name, usual);
    const std::string again = train_option_text(config, option.name);
    EXPECT_EQ(again == "on" ? "true" : again == "off" ? "false" : again, usual) << option.name;
  }
}

TEST(SetTrainOption, TakesNoneForWhatMayBeEmpty) {
  TrainConfig config{.learning_rate_multipliers = {{"conv", 0.5}},
                     .class_weights = {1, 2},
                     .teacher = {.models = {"a"}},
                     .augmentation = {.crop = {40, 40}},
                     .sizes = {{{48, 48}, 1}},
                     .preprocessing = {.resize = {52, 52}}};
  for (const char* name : {"lr-multipliers", "class-weights", "teacher", "crop", "sizes", "resize"}) {
    set_train_option(config, name, "none");
    EXPECT_EQ(train_option_text(config, name), "none");
  }
  EXPECT_TRUE(config.learning_rate_multipliers.empty());
  EXPECT_FALSE(config.augmentation.crop.given());
  EXPECT_FALSE(config.teacher.any());
}

TEST(SetTrainOption, SetsTheField) {
  TrainConfig config;
  set_train_option(config, "epochs", "7");
  EXPECT_EQ(config.epochs, 7);
  set_train_option(config, "optimizer", "sgd");
  set_train_option(config, "learning-rate", "0.5");
  set_train_option(config, "nesterov", "true");
  EXPECT_EQ(std::get<Sgd>(config.optimizer).learning_rate, 0.5f);
  EXPECT_TRUE(std::get<Sgd>(config.optimizer).nesterov);
  set_train_option(config, "class-weights", "1,2");
  EXPECT_EQ(config.class_weights, (std::vector<double>{1, 2}));
  set_train_option(config, "out", "here");
  EXPECT_EQ(config.out_dir, "here");
}

TEST(SetTrainOption, WhatFollowsFromAnOptionIsDone) {
  TrainConfig config;
  set_train_option(config, "shift", "0.25");
  EXPECT_EQ(config.augmentation.width_shift, 0.25);
  EXPECT_EQ(config.augmentation.height_shift, 0.25);
  set_train_option(config, "monitor", "accuracy");
  EXPECT_EQ(config.checkpoint_monitor, "accuracy");
  EXPECT_EQ(config.reduce_lr.monitor, "accuracy");
  EXPECT_EQ(config.early_stopping.monitor, "accuracy");
  set_train_option(config, "patience", "0");
  EXPECT_FALSE(config.early_stopping.enabled);
  set_train_option(config, "patience", "4");
  EXPECT_TRUE(config.early_stopping.enabled);
  set_train_option(config, "schedule", "constant");
  EXPECT_TRUE(config.reduce_lr.enabled);
  set_train_option(config, "schedule", "cosine");
  EXPECT_FALSE(config.reduce_lr.enabled);
  set_train_option(config, "reduce-lr-patience", "2");
  EXPECT_TRUE(config.reduce_lr.enabled);
}

TEST(SetTrainOption, AnotherOptimizerBringsItsDefaultsTheSameKeepsWhatItHas) {
  TrainConfig config;
  set_train_option(config, "learning-rate", "0.5");
  set_train_option(config, "optimizer", "adam");
  EXPECT_EQ(learning_rate_of(config.optimizer), 0.5f);
  set_train_option(config, "optimizer", "sgd");
  EXPECT_EQ(learning_rate_of(config.optimizer), 0.01f);
}

TEST(TrainOptionText, IsWhatTheOptionTakes) {
  TrainConfig config;
  set_train_option(config, "optimizer", "sgd");
  set_train_option(config, "momentum", "0.25");
  set_train_option(config, "teacher", "a,b c,d\\,e,f\\g");
  EXPECT_EQ(config.teacher.models, (std::vector<std::string>{"a", "b c", "d,e", "f\\g"}));
  for (const char* name : {"optimizer", "momentum", "teacher", "epochs", "crop-scale"}) {
    TrainConfig again = config;
    set_train_option(again, name, train_option_text(config, name));
    EXPECT_EQ(train_option_text(again, name), train_option_text(config, name)) << name;
  }
  TrainConfig again;
  set_train_option(again, "teacher", train_option_text(config, "teacher"));
  EXPECT_EQ(again.teacher, config.teacher);
  EXPECT_NE(message_of([&] { train_option_text(config, "beta1"); }), "");
  EXPECT_NE(message_of([&] { train_option_text(config, "wings"); }), "");
}

TEST(SetTrainOption, RefusesByNameAndSaysWhatWouldDo) {
  EXPECT_EQ(refusal({}, "epochs", "0"), "--epochs: expected a whole number from 1 to 2147483647, found \"0\"");
  EXPECT_EQ(refusal({}, "monitor", "f1"), "--monitor: expected loss, accuracy, val_loss or val_accuracy, found \"f1\"");
  EXPECT_EQ(refusal({}, "momentum", "0.5"),
            "--momentum does not go with --optimizer adam (it goes with sgd, rmsprop, rmsprop-tf1)");
  EXPECT_EQ(refusal({}, "warmup-epochs", "1"),
            "--warmup-epochs does not go with --schedule constant (it goes with cosine)");
  EXPECT_EQ(refusal({}, "wings", "2"), "--wings: there is no such option of training");
  EXPECT_EQ(refusal({}, "", "2"), "--: there is no such option of training");
}

}  // namespace
}  // namespace fer
