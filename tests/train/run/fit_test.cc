#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fer/threads.h"
#include "tests/train/small_run.h"

namespace fer {
namespace {

// Logits 0 everywhere, whatever the picture: the loss can be worked out.
Network flat_network(float l2 = 0) {
  Network net({6, 6, 1});
  net.add(Flatten{});
  net.add(Dense{.units = 3,
                .activation = Activation::kSoftmax,
                .kernel_init = {Initializer::Kind::kConstant, 0.5f},
                .kernel_regularizer = {.l2 = l2}},
          "dense");
  return net;
}

// The first epoch's figures with weights that do not move.
EpochResult first_epoch(Network network, TrainConfig config, std::span<const float> soft_targets = {}) {
  const SmallRun run;
  config.epochs = 1;
  config.optimizer = Sgd{.learning_rate = 1e-30f};
  Trainer trainer(std::move(network), std::move(config));
  return trainer.fit(run.data, run.train, run.validation, {}, soft_targets).epochs.at(0);
}

TEST(Fit, LearnsASmallProblem) {
  const SmallRun run;
  TrainConfig config = small_config();
  config.epochs = 30;
  config.optimizer = Adam{.learning_rate = 0.01f};
  Trainer trainer(small_network(), config);
  const History history = run.fit(trainer);
  EXPECT_LT(history.epochs.back().loss, history.epochs.front().loss / 2);
  const Evaluation e = evaluate(trainer.model(), run.data, run.validation, 7);
  EXPECT_GE(e.accuracy, 0.9);
  EXPECT_EQ(e.count, 20);
}

TEST(Fit, GivesTheSameBytesWithOneAndTwoThreads) {
  const SmallRun run;
  Trainer one(small_network(), small_config()), two(small_network(), small_config());
  const History with_one = run.fit(one);
  set_num_threads(2);
  const History with_two = run.fit(two);
  set_num_threads(1);
  EXPECT_TRUE(same_weights(one.model(), two.model()));
  EXPECT_EQ(untimed(with_one).epochs, untimed(with_two).epochs);
}

TEST(Fit, AnotherSeedGivesOtherWeights) {
  const SmallRun run;
  TrainConfig config = small_config();
  Trainer first(small_network(), config);
  config.seed = 43;
  Trainer second(small_network(), config);
  run.fit(first);
  run.fit(second);
  EXPECT_FALSE(same_weights(first.model(), second.model()));
}

TEST(Fit, ReportsCrossEntropyPlusPenalty) {
  const EpochResult plain = first_epoch(flat_network(), small_config());
  EXPECT_NEAR(plain.loss, std::log(3.0), 1e-6);
  EXPECT_NEAR(plain.val_loss, std::log(3.0), 1e-6);
  // 36 * 3 weights of 0.5: the penalty is 0.01 * 108 * 0.25.
  const EpochResult penalised = first_epoch(flat_network(0.01f), small_config());
  EXPECT_NEAR(penalised.loss, std::log(3.0) + 0.27, 1e-6);
  EXPECT_NEAR(penalised.val_loss, std::log(3.0) + 0.27, 1e-6);
}

TEST(Fit, ClassWeightsScaleTheTrainingLossOnly) {
  TrainConfig config = small_config();
  config.class_weights = {2, 0, 1};
  const EpochResult epoch = first_epoch(flat_network(), config);
  // 24, 23 and 23 of the 70 pictures are of the three classes; the mean is over pictures, not weights.
  EXPECT_NEAR(epoch.loss, (2 * 24 + 1 * 23) / 70.0 * std::log(3.0), 1e-6);
  EXPECT_NEAR(epoch.val_loss, std::log(3.0), 1e-6);
}

TEST(Fit, LabelSmoothingCountsInBothLosses) {
  // Biases are the logits: p is about (0.9, 0.05, 0.05), and the loss of a smoothed target follows.
  Network net = flat_network();
  net.layers[1].kind = Dense{.units = 3, .activation = Activation::kSoftmax, .kernel_init = {}};
  Model model{net, initialize(net, 1), {}};
  for (const Parameter& p : model.weights.layout.parameters) {
    if (p.name == "dense/bias") model.weights.of(p)[0] = 3;
  }
  TrainConfig config = small_config();
  config.epochs = 1;
  config.optimizer = Sgd{.learning_rate = 1e-30f};
  config.label_smoothing = 0.3;
  const SmallRun run;
  const std::vector<int64_t> tops = {0, 3, 6};
  Trainer trainer(model, config);
  const EpochResult epoch = trainer.fit(run.data, tops, tops).epochs.at(0);
  const double z = std::exp(3.0) + 2, smoothed = 0.8 * -std::log(std::exp(3.0) / z) + 0.2 * -std::log(1 / z);
  EXPECT_NEAR(epoch.loss, smoothed, 1e-5);
  EXPECT_NEAR(epoch.val_loss, smoothed, 1e-5);
  EXPECT_EQ(epoch.accuracy, 1);
}

TEST(Fit, OneHotSoftTargetsGiveTheSameBytesAsLabels) {
  SmallRun run;
  Trainer with_labels(small_network(), small_config()), with_targets(small_network(), small_config());
  run.fit(with_labels);
  std::vector<float> targets(run.data.size() * 3, 0.0f);
  for (int64_t i = 0; i < run.data.size(); ++i) targets[i * 3 + run.data.labels[i]] = 1;
  run.data.labels.clear();
  with_targets.fit(run.data, run.train, run.validation, {}, targets);
  EXPECT_TRUE(same_weights(with_labels.model(), with_targets.model()));
}

TEST(Fit, SoftTargetsAreWhatTheLossIsTakenAgainst) {
  const std::vector<float> targets(small_dataset().size() * 3, 0.5f);
  EXPECT_NEAR(first_epoch(flat_network(), small_config(), targets).loss, 1.5 * std::log(3.0), 1e-6);
}

TEST(Fit, StepsPerEpochEndAnEpochEarly) {
  const SmallRun run;
  TrainConfig config = small_config();
  config.steps_per_epoch = 3;
  config.epochs = 2;
  std::vector<int64_t> images;
  Trainer trainer(small_network(), config);
  run.fit(trainer, {.on_step = [&](const StepProgress& p) {
            EXPECT_EQ(p.steps, 3);
            images.push_back(p.images);
          }});
  EXPECT_EQ(images, (std::vector<int64_t>{8, 16, 24, 8, 16, 24}));
}

TEST(Fit, ProgressCountsFromOneAndEndsWithTheEpochsFigures) {
  const SmallRun run;
  Trainer trainer(small_network(), small_config());
  std::vector<StepProgress> steps;
  std::vector<EpochResult> epochs;
  const History history = run.fit(trainer, {.on_step = [&](const StepProgress& p) { steps.push_back(p); },
                                            .on_epoch =
                                                [&](const EpochResult& e) {
                                                  epochs.push_back(e);
                                                  EXPECT_EQ(steps.back().epoch, e.epoch);
                                                  EXPECT_EQ(steps.back().loss, e.loss);
                                                  EXPECT_EQ(steps.back().accuracy, e.accuracy);
                                                }});
  ASSERT_EQ(steps.size(), 4u * 9);
  EXPECT_EQ(steps.front().epoch, 1);
  EXPECT_EQ(steps.front().step, 1);
  EXPECT_EQ(steps.front().epochs, 4);
  EXPECT_EQ(steps.back().step, 9);
  EXPECT_EQ(steps.back().images, 70);
  EXPECT_EQ(epochs, history.epochs);
}

TEST(Fit, WithoutValidationMonitorsTheTrainingLoss) {
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

TEST(Fit, TheScheduleSetsTheRateOfEveryStep) {
  const SmallRun run;
  TrainConfig config = small_config();
  config.schedule = StepSchedule{.every_epochs = 2, .factor = 0.5};
  config.reduce_lr.enabled = false;
  Trainer trainer(small_network(), config);
  std::vector<double> rates;
  for (const EpochResult& e : run.fit(trainer).epochs) rates.push_back(e.learning_rate);
  EXPECT_EQ(rates, (std::vector<double>{1e-3f, 1e-3f, 0.5e-3f, 0.5e-3f}));
}

TEST(Fit, ReducesTheRateOnAPlateauFromTheNextEpochOn) {
  TrainConfig config = small_config();
  config.optimizer = Sgd{.learning_rate = 1e-30f};  // nothing changes, so nothing improves
  config.reduce_lr = {.factor = 0.5, .patience = 1};
  const SmallRun run;
  Trainer trainer(flat_network(), config);
  std::vector<double> rates;
  for (const EpochResult& e : run.fit(trainer).epochs) rates.push_back(e.learning_rate);
  EXPECT_EQ(rates, (std::vector<double>{1e-30f, 1e-30f, 0.5e-30f, 0.25e-30f}));
}

TEST(Fit, StopsEarlyAndRestoresTheBest) {
  TrainConfig config = small_config();
  config.epochs = 50;
  config.optimizer = Adam{.learning_rate = 0.3f};  // too much: the loss soon rises
  config.early_stopping.patience = 3;
  const SmallRun run;
  Trainer restoring(small_network(), config);
  const History history = run.fit(restoring);
  ASSERT_TRUE(history.stopped_early);
  ASSERT_EQ(static_cast<int64_t>(history.epochs.size()), history.best_epoch + 3);
  const auto best = std::min_element(history.epochs.begin(), history.epochs.end(),
                                     [](const auto& a, const auto& b) { return a.val_loss < b.val_loss; });
  EXPECT_EQ(best->epoch, history.best_epoch);
  // The restored weights are those of a run that ended at the best epoch.
  config.epochs = history.best_epoch;
  config.early_stopping.restore_best_weights = false;
  Trainer until_best(small_network(), config);
  run.fit(until_best);
  EXPECT_TRUE(same_weights(restoring.model(), until_best.model()));
}

TEST(Fit, RestoresTheBestAlsoWhenItRunsToTheEnd) {
  TrainConfig config = small_config();
  config.epochs = 12;
  config.optimizer = Adam{.learning_rate = 0.3f};
  config.early_stopping.patience = 100;
  const SmallRun run;
  Trainer restoring(small_network(), config);
  const History history = run.fit(restoring);
  ASSERT_FALSE(history.stopped_early);
  ASSERT_LT(history.best_epoch, 12);
  config.epochs = history.best_epoch;
  Trainer until_best(small_network(), config);
  run.fit(until_best);
  EXPECT_TRUE(same_weights(restoring.model(), until_best.model()));
}

TEST(Fit, EarlyStoppingRestoresItsOwnBestWhereItWatchesSomethingElse) {
  TrainConfig config = small_config();
  config.epochs = 8;
  config.optimizer = Adam{.learning_rate = 0.05f};
  config.early_stopping = {.patience = 100, .start_from_epoch = 7};  // sees the last epoch only
  const SmallRun run;
  Trainer restoring(small_network(), config);
  run.fit(restoring);
  config.early_stopping.enabled = false;
  Trainer last(small_network(), config);
  const History history = run.fit(last);
  EXPECT_TRUE(same_weights(restoring.model(), last.model()));
  EXPECT_LT(history.best_epoch, 9);
}

TEST(Fit, AWeightAverageIsWhatIsValidatedAndKept) {
  TrainConfig config = small_config();
  config.weight_average = 0.9;
  config.early_stopping.enabled = false;
  const SmallRun run;
  Trainer averaged(small_network(), config);
  const EpochResult last = run.fit(averaged).epochs.back();
  config.weight_average = 0;
  Trainer plain(small_network(), config);
  const EpochResult same_training = run.fit(plain).epochs.back();
  // The average looks on: training itself is not changed by it.
  EXPECT_EQ(last.loss, same_training.loss);
  EXPECT_NE(last.val_loss, same_training.val_loss);
  EXPECT_FALSE(same_weights(averaged.model(), plain.model()));
  // With dropout and regularisation aside, evaluating the model gives the validation's accuracy.
  EXPECT_EQ(evaluate(averaged.model(), run.data, run.validation).accuracy, last.val_accuracy);
}

TEST(Fit, AFrozenLayerKeepsItsWeightsToTheBit) {
  Network net = small_network();
  net.layers[0].frozen = net.layers[1].frozen = true;
  const Model start{net, initialize(net, 3), {}};
  TrainConfig config = small_config();
  config.weight_average = 0.5;
  const SmallRun run;
  Trainer trainer(start, config);
  run.fit(trainer);
  for (const Parameter& p : start.weights.layout.parameters) {
    const bool frozen = p.name.starts_with("conv/") || p.name.starts_with("bn/");
    EXPECT_EQ(same_bits(trainer.model().weights.of(p), start.weights.of(p)), frozen) << p.name;
  }
}

TEST(Fit, ASecondFitStartsFromTheModel) {
  const SmallRun run;
  Trainer trainer(small_network(), small_config());
  run.fit(trainer);
  Trainer from_model(trainer.model(), small_config());
  run.fit(trainer);
  run.fit(from_model);
  EXPECT_TRUE(same_weights(trainer.model(), from_model.model()));
}

TEST(Fit, StopsAtALossThatIsNotFiniteAndSaysWhere) {
  TrainConfig config = small_config();
  config.optimizer = Sgd{.learning_rate = 1e30f};
  const SmallRun run;
  Trainer trainer(small_network(), config);
  const std::string message = message_of([&] { run.fit(trainer); });
  EXPECT_TRUE(message.starts_with("epoch 1, step ")) << message;
  EXPECT_NE(message.find("is not finite"), std::string::npos) << message;
}

// A relu does not hide it.
TEST(Fit, StopsAtAWeightThatIsNotANumber) {
  Network net({6, 6, 1}, {"top", "middle", "bottom"});
  net.add(Conv2D{.filters = 4, .activation = Activation::kRelu}, "conv");
  net.add(MaxPool2D{}).add(Flatten{}).add(Dense{.units = 3, .activation = Activation::kSoftmax});
  const SmallRun run;
  Model model = Trainer(net, small_config()).model();
  model.weights.of(model.weights.layout.parameters[0])[7] = std::nanf("");
  Trainer trainer(model, small_config());
  const std::string message = message_of([&] { run.fit(trainer); });
  EXPECT_TRUE(message.starts_with("epoch 1, step 1: training stopped: the loss is not finite")) << message;
}

}  // namespace
}  // namespace fer
