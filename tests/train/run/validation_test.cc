#include "train/run/validation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/train/flat_run.h"

namespace fer {
namespace {

// Biases are the logits: (3, 0, 0) for every picture.
Model model_that_leans_to_the_first() {
  Network net = flat_network();
  net.layers[1].kind = Dense{.units = 3, .activation = Activation::kSoftmax, .kernel_init = {}};
  Model model{net, initialize(net, 1), {}};
  for (const Parameter& p : model.weights.layout.parameters) {
    if (p.name == "dense/bias") model.weights.of(p)[0] = 3;
  }
  return model;
}

// One epoch whose steps change nothing, with smoothed labels.
TrainConfig smoothed_without_steps() {
  TrainConfig config = small_config();
  config.epochs = 1;
  config.optimizer = Sgd{.learning_rate = 1e-30f};
  config.label_smoothing = 0.3;
  return config;
}

TEST(Validation, ReportsCrossEntropyPlusPenalty) {
  const EpochResult plain = first_epoch(flat_network(), small_config());
  EXPECT_NEAR(plain.loss, std::log(3.0), 1e-6);
  EXPECT_NEAR(plain.val_loss, std::log(3.0), 1e-6);
  // 36 * 3 weights of 0.5: the penalty is 0.01 * 108 * 0.25.
  const EpochResult penalised = first_epoch(flat_network(0.01f), small_config());
  EXPECT_NEAR(penalised.loss, std::log(3.0) + 0.27, 1e-6);
  EXPECT_NEAR(penalised.val_loss, std::log(3.0) + 0.27, 1e-6);
}

TEST(Validation, LabelSmoothingCountsInBothLosses) {
  // Biases are the logits: p is about (0.9, 0.05, 0.05), and the loss of a smoothed target follows.
  const Model model = model_that_leans_to_the_first();
  const TrainConfig config = smoothed_without_steps();
  const SmallRun run;
  const std::vector<int64_t> tops = {0, 3, 6};
  Trainer trainer(model, config);
  const EpochResult epoch = trainer.fit(run.data, tops, tops).epochs.at(0);
  const double z = std::exp(3.0) + 2, smoothed = 0.8 * -std::log(std::exp(3.0) / z) + 0.2 * -std::log(1 / z);
  EXPECT_NEAR(epoch.loss, smoothed, 1e-5);
  EXPECT_NEAR(epoch.val_loss, smoothed, 1e-5);
  EXPECT_EQ(epoch.accuracy, 1);
}

TEST(Validation, OfTheSymmetricCrossEntropyIsTheLossOfTraining) {
  TrainConfig config = small_config();
  config.loss = Loss::kSymmetricCrossEntropy;
  const EpochResult labels = first_epoch(flat_network(), config);
  EXPECT_NEAR(labels.loss, 0.1 * std::log(3.0) + 4 * 2.0 / 3, 1e-6);
  EXPECT_NEAR(labels.val_loss, labels.loss, 1e-6);
  config.symmetric_cross_entropy = {.alpha = 2, .beta = 0.5, .log_zero = -2};
  config.label_smoothing = 0.3;
  const EpochResult smoothed = first_epoch(flat_network(), config);  // log 0.1 counts -2
  EXPECT_NEAR(smoothed.loss, 2 * std::log(3.0) + 0.5 * (-std::log(0.8) + 2 + 2) / 3, 1e-6);
  EXPECT_NEAR(smoothed.val_loss, smoothed.loss, 1e-6);
}

TEST(Validation, TheCalibratedLossIsThatOfLogitsDividedByItsTemperature) {
  // Logits (3, 0, 0) for every picture, of which six in ten are of the first class: the best temperature makes the
  // first probability 0.6.
  Model model = model_that_leans_to_the_first();
  const TrainConfig config = smoothed_without_steps();  // smoothing counts in val_loss alone
  const SmallRun run;
  const std::vector<int64_t> rows = {0, 3, 6, 9, 12, 15, 1, 2, 4, 5};
  for (const bool logits : {false, true}) {
    if (logits) model.network.layers.back().kind = Dense{.units = 3, .kernel_init = {}};
    Trainer trainer(model, config);
    const EpochResult epoch = trainer.fit(run.data, rows, rows).epochs.at(0);
    EXPECT_NEAR(std::exp(3 / epoch.val_temperature), 0.6 / 0.2, 1e-3);
    EXPECT_NEAR(epoch.val_calibrated_loss, -0.6 * std::log(0.6) - 0.4 * std::log(0.2), 1e-6);
  }
}

TEST(Validation, WithoutValidationMonitorsTheTrainingLoss) {
  const SmallRun run;
  Trainer trainer(small_network(), small_config());
  const History history = trainer.fit(run.data, run.train, {});
  int64_t best = 1;
  for (const EpochResult& e : history.epochs) {
    EXPECT_TRUE(std::isnan(e.val_loss));
    EXPECT_TRUE(std::isnan(e.val_accuracy));
    if (e.loss < history.epochs[best - 1].loss) best = e.epoch;
  }
  EXPECT_EQ(history.best_epoch, best);
}

TEST(Validation, StopsBetweenItsBatchesAndHasNoFiguresThen) {
  const SmallRun run;
  const Network network = flat_network();
  const Model model{network, initialize(network, 1), {}};
  const TrainConfig config = small_config();
  const train::RunInputs inputs{.data = run.data, .train = run.train, .validation = run.validation, .targets = {}};
  int64_t asked = 0;
  const auto validated = [&](int64_t stop_at) {
    asked = 0;
    return train::validate(model, model.weights.values.values(), model.weights.layout, config, inputs,
                           [&] { return ++asked == stop_at; });
  };
  EXPECT_FALSE(validated(1));
  EXPECT_EQ(asked, 1);
  EXPECT_FALSE(validated(2));
  EXPECT_EQ(asked, 2);
  const auto whole = validated(0);
  EXPECT_EQ(asked, 3);
  ASSERT_TRUE(whole);
  EXPECT_NEAR(whole->loss, std::log(3.0), 1e-6);
  // All classes are equal and the first is taken: of the rows 70 to 89, 72, 75, ... 87 are of class 0.
  EXPECT_NEAR(whole->accuracy, 6 / 20.0, 1e-12);
}

}  // namespace
}  // namespace fer
