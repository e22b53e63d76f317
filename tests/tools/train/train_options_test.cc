#include "tools/train/train_options.h"

#include <gtest/gtest.h>

#include <regex>

namespace fer::cli {
namespace {

TrainOptions read(const std::vector<std::string>& words) {
  const Program program{"fer-train", "DATA", "", declare_train_options, nullptr};
  return read_train_options(parse(program, words));
}

std::string usage_message(const std::vector<std::string>& words) {
  try {
    read(words);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(TrainOptions, DefaultsAreThoseOfSeed002) {
  const TrainOptions o = read({"fer2013.csv"});
  EXPECT_EQ(o.data, "fer2013.csv");
  EXPECT_EQ(o.network, "seed002_vgg8");
  EXPECT_EQ(o.config.epochs, 100);
  EXPECT_EQ(o.config.batch_size, 64);
  ASSERT_TRUE(std::holds_alternative<Adam>(o.config.optimizer));
  const Adam adam = std::get<Adam>(o.config.optimizer);
  EXPECT_EQ(adam.learning_rate, 1e-3f);
  EXPECT_EQ(adam.beta1, 0.9f);
  EXPECT_EQ(adam.beta2, 0.999f);
  EXPECT_EQ(adam.epsilon, 1e-7f);
  EXPECT_TRUE(o.config.reduce_lr.enabled);
  EXPECT_EQ(o.config.reduce_lr.factor, 0.9);
  EXPECT_EQ(o.config.reduce_lr.patience, 3);
  EXPECT_EQ(o.config.reduce_lr.monitor, "val_loss");
  EXPECT_TRUE(o.config.early_stopping.enabled);
  EXPECT_EQ(o.config.early_stopping.patience, 8);
  EXPECT_EQ(o.config.checkpoint_monitor, "val_loss");
  EXPECT_FALSE(o.config.augmentation.any());
  EXPECT_TRUE(o.split.official);
  EXPECT_FALSE(o.split.official_asked);
}

TEST(TrainOptions, EveryOptionArrives) {
  const TrainOptions o = read({"--optimizer=sgd",
                               "--learning-rate",
                               "0.05",
                               "--momentum",
                               "0.9",
                               "--nesterov",
                               "--weight-decay",
                               "1e-4",
                               "--clip-norm",
                               "1",
                               "--schedule",
                               "step",
                               "--step-epochs",
                               "5",
                               "--step-factor",
                               "0.5",
                               "d.csv",
                               "--flip",
                               "--shift",
                               "0.1",
                               "--rotate",
                               "10",
                               "--zoom",
                               "0.2",
                               "--average",
                               "0.999",
                               "--monitor",
                               "val_accuracy",
                               "--patience",
                               "0",
                               "--label-smoothing",
                               "0.1",
                               "--limit",
                               "12",
                               "--steps",
                               "3",
                               "--seed",
                               "7"});
  const Sgd sgd = std::get<Sgd>(o.config.optimizer);
  EXPECT_EQ(sgd.learning_rate, 0.05f);
  EXPECT_EQ(sgd.momentum, 0.9f);
  EXPECT_TRUE(sgd.nesterov);
  EXPECT_EQ(sgd.weight_decay, 1e-4f);
  EXPECT_EQ(o.config.clipping.norm, 1);
  EXPECT_EQ(std::get<StepSchedule>(o.config.schedule).every_epochs, 5);
  EXPECT_EQ(std::get<StepSchedule>(o.config.schedule).factor, 0.5);
  EXPECT_TRUE(o.config.augmentation.horizontal_flip);
  EXPECT_EQ(o.config.augmentation.width_shift, 0.1);
  EXPECT_EQ(o.config.augmentation.height_shift, 0.1);
  EXPECT_EQ(o.config.augmentation.rotation_deg, 10);
  EXPECT_EQ(o.config.augmentation.zoom, 0.2);
  EXPECT_EQ(o.config.weight_average, 0.999);
  EXPECT_EQ(o.config.checkpoint_monitor, "val_accuracy");
  EXPECT_EQ(o.config.early_stopping.monitor, "val_accuracy");
  EXPECT_FALSE(o.config.early_stopping.enabled);
  EXPECT_EQ(o.config.label_smoothing, 0.1);
  EXPECT_EQ(o.split.limit, 12);
  EXPECT_EQ(o.config.steps_per_epoch, 3);
  EXPECT_EQ(o.config.seed, 7u);
  EXPECT_EQ(o.split.seed, 7u);
}

TEST(TrainOptions, ReadsWhatTheFieldsNetworksWereTrainedWith) {
  const TrainConfig c = read({"d.csv",
                              "--optimizer",
                              "rmsprop-tf1",
                              "--rho",
                              "0.8",
                              "--momentum",
                              "0.5",
                              "--centered",
                              "--loss",
                              "squared_hinge",
                              "--accumulate",
                              "4",
                              "--max-steps",
                              "9",
                              "--save-every",
                              "2",
                              "--shift",
                              "0.1",
                              "--width-shift",
                              "0.3",
                              "--shear",
                              "5",
                              "--fill",
                              "wrap",
                              "--stop-monitor",
                              "val_accuracy"})
                            .config;
  const RmsPropTf1 o = std::get<RmsPropTf1>(c.optimizer);
  EXPECT_EQ(o.learning_rate, 1e-3f);
  EXPECT_EQ(o.rho, 0.8f);
  EXPECT_EQ(o.momentum, 0.5f);
  EXPECT_EQ(o.epsilon, 1e-10f);
  EXPECT_TRUE(o.centered);
  EXPECT_EQ(c.loss, Loss::kSquaredHinge);
  EXPECT_EQ(c.accumulate, 4);
  EXPECT_EQ(c.max_steps, 9);
  EXPECT_EQ(c.save_every, 2);
  EXPECT_EQ(c.augmentation.width_shift, 0.3);
  EXPECT_EQ(c.augmentation.height_shift, 0.1);
  EXPECT_EQ(c.augmentation.shear_deg, 5);
  EXPECT_EQ(c.augmentation.fill, Fill::kWrap);
  EXPECT_EQ(c.early_stopping.monitor, "val_accuracy");
  EXPECT_EQ(c.reduce_lr.monitor, "val_loss");
  EXPECT_EQ(std::get<RmsProp>(read({"d.csv", "--optimizer", "rmsprop"}).config.optimizer).epsilon, 1e-7f);
  EXPECT_EQ(usage_message({"d.csv", "--rho", "0.8"}),
            "--rho does not go with --optimizer adam (it goes with rmsprop, rmsprop-tf1)");
  EXPECT_EQ(usage_message({"d.csv", "--optimizer", "rmsprop", "--nesterov"}),
            "--nesterov does not go with --optimizer rmsprop (it goes with sgd)");
}

TEST(TrainOptions, AScheduleTurnsThePlateauRuleOffUnlessItIsAskedFor) {
  EXPECT_FALSE(read({"d.csv", "--schedule", "cosine"}).config.reduce_lr.enabled);
  EXPECT_TRUE(read({"d.csv", "--schedule", "cosine", "--reduce-lr-patience", "2"}).config.reduce_lr.enabled);
  EXPECT_FALSE(read({"d.csv", "--reduce-lr-patience", "0"}).config.reduce_lr.enabled);
}

TEST(TrainOptions, AShareForValidationMeansARandomSplit) {
  EXPECT_FALSE(read({"d.csv", "--validation-split", "0.2"}).split.official);
  EXPECT_TRUE(read({"d.csv", "--split", "official"}).split.official_asked);
  EXPECT_EQ(usage_message({"d.csv", "--split", "official", "--validation-split", "0.2"}),
            "--validation-split does not go with --split official");
}

TEST(TrainOptions, TheLastOfARepeatedOptionWins) {
  EXPECT_EQ(read({"d.csv", "--epochs", "3", "--epochs", "5"}).config.epochs, 5);
}

TEST(TrainOptions, RefusesNumbersThatAreNotWholeOrOutOfRange) {
  EXPECT_EQ(usage_message({"d.csv", "--epochs", "ten"}),
            "--epochs: expected a whole number from 1 to 2147483647, found \"ten\"");
  for (const char* bad : {"0", "-1", "1.5", "3x", "", " 3", "99999999999999999999"}) {
    EXPECT_NE(usage_message({"d.csv", "--epochs", bad}).find("--epochs"), std::string::npos) << bad;
  }
  for (const char* bad : {"0", "-1", "nan", "inf", "0.1x", "", "1e99"}) {
    EXPECT_NE(usage_message({"d.csv", "--learning-rate", bad}).find("--learning-rate"), std::string::npos) << bad;
  }
  EXPECT_EQ(usage_message({"d.csv", "--average", "1"}).substr(0, 10), "--average:");
}

TEST(TrainOptions, RefusesOptionsThatWouldDoNothing) {
  EXPECT_EQ(usage_message({"d.csv", "--momentum", "0.9"}),
            "--momentum does not go with --optimizer adam (it goes with sgd, rmsprop, rmsprop-tf1)");
  EXPECT_EQ(usage_message({"d.csv", "--weight-decay", "1e-4"}),
            "--weight-decay does not go with --optimizer adam (it goes with adamw, sgd)");
  EXPECT_EQ(usage_message({"d.csv", "--optimizer", "sgd", "--beta1", "0.5"}),
            "--beta1 does not go with --optimizer sgd (it goes with adam, adamw)");
  EXPECT_EQ(usage_message({"d.csv", "--warmup-epochs", "2"}),
            "--warmup-epochs does not go with --schedule constant (it goes with cosine)");
  EXPECT_EQ(usage_message({"d.csv", "--schedule", "cosine", "--step-factor", "0.5"}),
            "--step-factor does not go with --schedule cosine (it goes with step)");
  EXPECT_EQ(usage_message({"d.csv", "--network", "a", "--init", "b"}),
            "--network does not go with --init, which brings its own");
}

TEST(TrainOptions, RefusesNamesItDoesNotKnow) {
  EXPECT_EQ(usage_message({"d.csv", "--optimizer", "adagrad"}),
            "--optimizer: expected adam, adamw, sgd, rmsprop or rmsprop-tf1, found \"adagrad\"");
  EXPECT_NE(usage_message({"d.csv", "--no-such-option"}).find("no-such-option"), std::string::npos);
  EXPECT_NE(usage_message({"d.csv", "--epochs"}).find("epochs"), std::string::npos);
  EXPECT_EQ(usage_message({}), "expected one DATA or several, found none");
  EXPECT_EQ(read({"a.csv", "my b.csv"}).sources, (std::vector<std::string>{"a.csv", "my b.csv"}));
  EXPECT_EQ(read({"a.csv", "my b.csv"}).data, "a.csv + my b.csv");
}

std::string help_with(const std::vector<TrainOption>& list) {
  cxxopts::Options options("fer-train");
  options.set_width(100);
  declare_train_options_with(options, list);
  return options.help(train_option_groups());
}

TEST(TrainHelp, ShowsEveryOptionWithItsDefault) {
  const std::string help = help_with(train_options());
  for (const TrainOption& option : train_options()) {
    if (option.name.empty()) continue;
    EXPECT_NE(help.find("--" + option.name + (option.argument.empty() ? " " : " " + option.argument)),
              std::string::npos)
        << option.name;
  }
  // In one line, whatever the width breaks.
  const std::string line = std::regex_replace(help, std::regex("\\s+"), " ");
  for (const char* text :
       {"--seed N Seed of all random numbers (default: 42)", "--batch-size N Pictures per batch (default: 64)",
        "--steps N Steps per epoch (default: 0, one pass over the data)",
        "--momentum M Momentum (sgd, rmsprop, rmsprop-tf1; default: 0)",
        "--learning-rate R Learning rate (default: 0.001, with sgd 0.01)",
        "--precision NAME Precision of products in training (bf16 needs a CPU with AVX512_BF16): fp32 or bf16 ",
        "--nesterov Use Nesterov momentum (sgd)"}) {
    EXPECT_NE(line.find(text), std::string::npos) << text << "\n" << line;
  }
}

TEST(TrainHelp, AnEntryThatIsTakenAwayIsGoneFromHelpAndCommandLine) {
  for (const TrainOption& taken : train_options()) {
    if (taken.name.empty()) continue;
    std::vector<TrainOption> shortened = train_options();
    std::erase_if(shortened, [&](const TrainOption& option) { return option.name == taken.name; });
    const std::string spelling =
        "\n      --" + taken.name + " ";  // where an option begins, not where a help text wraps
    EXPECT_NE(help_with(train_options()).find(spelling), std::string::npos) << spelling;
    EXPECT_EQ(help_with(shortened).find(spelling), std::string::npos) << spelling;
    const Program program{"fer-train", "DATA", "",
                          [&](cxxopts::Options& options) { declare_train_options_with(options, shortened); }, nullptr};
    EXPECT_THROW(parse(program, {"d.csv", "--" + taken.name}), UsageError) << spelling;
  }
}

TEST(ClassWeights, BalancedGivesEveryClassTheSameTotal) {
  const std::vector<double> w = read_class_weights("balanced", {10, 30, 0});
  ASSERT_EQ(w.size(), 3u);
  EXPECT_DOUBLE_EQ(w[0] * 10, w[1] * 30);
  EXPECT_DOUBLE_EQ(w[0], 40.0 / (3 * 10));
  EXPECT_EQ(w[2], 0);
}

TEST(ClassWeights, AreReadFromAListOfTheRightLength) {
  EXPECT_EQ(read_class_weights("1,0.5,2", {1, 1, 1}), (std::vector<double>{1, 0.5, 2}));
  EXPECT_EQ(read_class_weights("1, 0.5, 2", {1, 1, 1}), (std::vector<double>{1, 0.5, 2}));
  EXPECT_TRUE(read_class_weights("", {1, 1}).empty());
  EXPECT_THROW(read_class_weights("1,2", {1, 1, 1}), UsageError);
  EXPECT_THROW(read_class_weights("1,,2", {1, 1, 1}), UsageError);
  EXPECT_THROW(read_class_weights("1,-1,2", {1, 1, 1}), UsageError);
  EXPECT_THROW(read_class_weights("1,2,3,", {1, 1, 1}), UsageError);
}

}  // namespace
}  // namespace fer::cli
