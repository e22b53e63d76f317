#include "train/run/fit_loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fer/threads.h"
#include "tests/train/augmented_run.h"
#include "tests/train/flat_run.h"

namespace fer {
namespace {

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

TEST(Fit, AugmentedRunsGiveTheSameBytesWithAnyNumberOfThreads) {
  TrainConfig resized = augmented_config({});
  resized.augmentation.random_resized_crop = true;
  const SmallRun run;
  for (const TrainConfig& config : {augmented_config({}), resized}) {
    Trainer one(small_network(), config);
    const History with_one = run.fit(one);
    for (const int threads : {2, 3}) {
      Trainer other(small_network(), config);
      set_num_threads(threads);
      const History with_other = run.fit(other);
      set_num_threads(1);
      EXPECT_TRUE(same_weights(one.model(), other.model()));
      EXPECT_EQ(untimed(with_one).epochs, untimed(with_other).epochs);
    }
  }
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

TEST(Fit, ClassWeightsScaleTheTrainingLossOnly) {
  TrainConfig config = small_config();
  config.class_weights = {2, 0, 1};
  const EpochResult epoch = first_epoch(flat_network(), config);
  // 24, 23 and 23 of the 70 pictures are of the three classes; the mean is over pictures, not weights.
  EXPECT_NEAR(epoch.loss, (2 * 24 + 1 * 23) / 70.0 * std::log(3.0), 1e-6);
  EXPECT_NEAR(epoch.val_loss, std::log(3.0), 1e-6);
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
                                                [&](const EpochResult& e, const History&) {
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

// Whoever looks on has all of the run so far: nothing has to be read from its files.
TEST(Fit, GivesTheHistorySoFarWithEveryEpoch) {
  const SmallRun run;
  Trainer trainer(small_network(), small_config());
  std::vector<History> seen;
  const History whole = run.fit(trainer, {.on_epoch = [&](const EpochResult& e, const History& h) {
                                  EXPECT_EQ(h.epochs.back(), e);
                                  seen.push_back(h);
                                }});
  ASSERT_EQ(seen.size(), 4u);
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(seen[i].epochs, std::vector<EpochResult>(whole.epochs.begin(), whole.epochs.begin() + i + 1));
  }
  EXPECT_EQ(seen.back().best_epoch, whole.best_epoch);
}

TEST(Fit, AsksWhetherToStopAfterEveryStepAndEveryBatchOfValidation) {
  const SmallRun run;
  TrainConfig config = small_config();
  config.epochs = 2;
  int64_t asked = 0;
  Trainer trainer(small_network(), config);
  run.fit(trainer, {.should_stop = [&] { return ++asked < 0; }});
  EXPECT_EQ(asked, 2 * (9 + 3));  // 20 pictures are validated in batches of 8
}

}  // namespace
}  // namespace fer
