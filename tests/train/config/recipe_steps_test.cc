// What training settings name beside the optimizer: accumulation, steps, snapshots, squared hinge, frozen layers.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "fer/error.h"
#include "tests/train/whole_run.h"

namespace fer {
namespace {

// No batch norm and no dropout: what a step does depends on the sum of its pictures' gradients alone.
Network plain_network() {
  Network net({6, 6, 1}, {"top", "middle", "bottom"});
  net.add(Conv2D{.filters = 4,
                 .activation = Activation::kTanh,
                 .kernel_regularizer = {.l1 = 1e-3f, .l2 = 1e-2f},
                 .bias_regularizer = {.l1 = 1e-3f, .l2 = 1e-2f}});
  net.add(Flatten{}).add(Dense{.units = 3, .activation = Activation::kSoftmax});
  return net;
}

Model fitted(const Network& network, TrainConfig config, const TrainCallbacks& callbacks = {}) {
  config.early_stopping.enabled = false;
  const SmallRun run;
  Trainer trainer(network, config);
  run.fit(trainer, callbacks);
  return trainer.model();
}

void expect_near(const Model& a, const Model& b, double bound) {
  const auto x = a.weights.values.values(), y = b.weights.values.values();
  for (size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(x[i], y[i], bound) << i;
}

TEST(Accumulate, GivesTheStepOfOneLargeBatch) {
  // 70 pictures: two steps of 32 and one of 6, of which the last has one batch of 6; class weights and L1 + L2 join in.
  TrainConfig large = small_config();
  large.optimizer = Sgd{.learning_rate = 0.1f, .momentum = 0.9f};
  large.class_weights = {1, 2, 0.5};
  large.batch_size = 32;
  TrainConfig small = large;
  small.batch_size = 8;
  small.accumulate = 4;
  std::vector<double> losses, expected;
  const Model one =
      fitted(plain_network(), large, {.on_step = [&](const StepProgress& p) { expected.push_back(p.loss); }});
  const Model four =
      fitted(plain_network(), small, {.on_step = [&](const StepProgress& p) { losses.push_back(p.loss); }});
  expect_near(four, one, 2e-6);
  ASSERT_EQ(losses.size(), 12u);
  ASSERT_EQ(expected.size(), 12u);
  for (size_t i = 0; i < losses.size(); ++i) EXPECT_NEAR(losses[i], expected[i], 1e-6);
}

TEST(Accumulate, OfTheWholePassIsOneStepAnEpoch) {
  TrainConfig config = small_config();
  config.accumulate = 1000;
  int64_t steps = 0;
  fitted(plain_network(), config, {.on_step = [&](const StepProgress& p) {
           ++steps;
           EXPECT_EQ(p.images, 70);
         }});
  EXPECT_EQ(steps, 4);
}

TEST(Accumulate, DropoutDrawsAMaskForEveryBatch) {
  // A picture repeated: with one mask for both batches the gradient would be that of one batch.
  SmallRun run;
  run.train = {0, 0};
  run.validation.clear();
  Network net({6, 6, 1});
  net.add(Flatten{}).add(Dropout{.rate = 0.5f}).add(Dense{.units = 3, .activation = Activation::kSoftmax}, "out");
  TrainConfig config = small_config();
  config.epochs = config.batch_size = 1;
  config.optimizer = Sgd{};
  config.early_stopping.enabled = false;
  const auto moved = [&](int64_t accumulate) {
    config.accumulate = accumulate;
    Trainer trainer(net, config);
    const Weights before = trainer.model().weights;
    run.fit(trainer);
    int64_t count = 0;
    const auto now = trainer.model().weights.values.values(), old = before.values.values();
    for (size_t i = 0; i < now.size(); ++i) count += now[i] != old[i];
    return count;
  };
  run.train = {0};
  const int64_t one = moved(1);
  run.train = {0, 0};
  EXPECT_GT(moved(2), one) << "weights that either mask lets through";
}

TEST(StepsPerEpoch, GoOnInThePassAndIntoTheNext) {
  // 9 steps a pass. 4 epochs of 9 are the same steps as 3 of 12 or 6 of 6.
  TrainConfig config = small_config();
  config.reduce_lr.enabled = false;
  const Model passes = fitted(small_network(), config);
  for (const auto& [epochs, steps] : {std::pair<int64_t, int64_t>{3, 12}, {6, 6}, {1, 36}}) {
    config.epochs = epochs;
    config.steps_per_epoch = steps;
    EXPECT_TRUE(same_weights(fitted(small_network(), config), passes)) << steps;
  }
}

TEST(MaxSteps, EndTheRunAndItsLastEpoch) {
  const SmallRun run;
  TrainConfig config = small_config();
  config.max_steps = 13;
  config.early_stopping.enabled = false;
  Trainer trainer(small_network(), config);
  std::vector<int64_t> steps;
  const History history = run.fit(trainer, {.on_step = [&](const StepProgress& p) { steps.push_back(p.steps); }});
  EXPECT_EQ(steps, (std::vector<int64_t>{9, 9, 9, 9, 9, 9, 9, 9, 9, 4, 4, 4, 4}));
  ASSERT_EQ(history.epochs.size(), 2u);
  EXPECT_TRUE(std::isfinite(history.epochs[1].val_loss));
}

TEST(SaveEvery, KeepsTheWeightsAfterEveryNSteps) {
  const ScratchFolder folder;
  TrainConfig config = small_config(folder / "run");
  config.save_every = 10;
  fitted(small_network(), config);
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "run/snapshots")) {
    files.insert(entry.path().filename());
  }
  EXPECT_EQ(files,
            (std::set<std::string>{"step-000010.safetensors", "step-000020.safetensors", "step-000030.safetensors"}));
  TrainConfig short_run = small_config();
  short_run.max_steps = 20;
  short_run.early_stopping.restore_best_weights = false;
  EXPECT_TRUE(
      same_weights(load_model(folder / "run/snapshots/step-000020.safetensors"), fitted(small_network(), short_run)));
}

TEST(SaveEvery, NeedsAFolder) {
  TrainConfig config = small_config();
  config.save_every = 10;
  EXPECT_EQ(message_of([&] { Trainer(small_network(), config); }),
            "save_every: expected out_dir to keep snapshots in, found none");
}

TEST(SquaredHinge, StartsWhereKerasDoesAndValidatesByTheSameFormula) {
  // All pictures alike in output: (2 * (1 + 1/3)^2 + (1 - 1/3)^2) / 3 at first.
  Network net({6, 6, 1});
  net.add(Flatten{});
  net.add(Dense{.units = 3, .activation = Activation::kSoftmax, .kernel_init = {Initializer::Kind::kZeros}});
  const SmallRun run;
  TrainConfig config = small_config();
  config.loss = Loss::kSquaredHinge;
  config.optimizer = Sgd{.learning_rate = 1e-30f};
  config.epochs = 1;
  Trainer trainer(net, config);
  const EpochResult epoch = run.fit(trainer).epochs[0];
  EXPECT_NEAR(epoch.loss, 4.0 / 3, 1e-6);
  EXPECT_NEAR(epoch.val_loss, 4.0 / 3, 1e-6);
}

TEST(SquaredHinge, OfAnEpochAgreesWithValidationOnTheSameRows) {
  for (const Activation last : {Activation::kSoftmax, Activation::kLinear}) {
    Network net({6, 6, 1});
    net.add(Flatten{}).add(Dense{.units = 3, .activation = last, .kernel_regularizer = {.l2 = 0.01f}});
    SmallRun run;
    run.validation = run.train;
    TrainConfig config = small_config();
    config.loss = Loss::kSquaredHinge;
    config.optimizer = Sgd{.learning_rate = 1e-30f};
    config.epochs = 1;
    Trainer trainer(net, config);
    const EpochResult epoch = run.fit(trainer).epochs[0];
    EXPECT_NEAR(epoch.val_loss, epoch.loss, 1e-6 * epoch.loss);
    EXPECT_EQ(epoch.val_accuracy, epoch.accuracy);
  }
}

TEST(SquaredHinge, Learns) {
  TrainConfig config = small_config();
  config.loss = Loss::kSquaredHinge;
  config.epochs = 20;
  config.optimizer = Adam{.learning_rate = 0.01f};
  const SmallRun run;
  Trainer trainer(plain_network(), config);
  const History history = run.fit(trainer);
  EXPECT_LT(history.epochs.back().val_loss, history.epochs.front().val_loss);
  EXPECT_GT(evaluate(trainer.model(), run.data, run.validation).accuracy, 0.8);
}

TEST(SquaredHinge, RefusesLabelSmoothing) {
  TrainConfig config = small_config();
  config.loss = Loss::kSquaredHinge;
  config.label_smoothing = 0.1;
  EXPECT_EQ(message_of([&] { Trainer(small_network(), config); }),
            "label_smoothing: expected 0 with the loss squared_hinge, found 0.1");
}

// Everything of this file at once, in a run that is stopped at every step.
TrainConfig all_config(const std::string& out_dir) {
  TrainConfig config = small_config(out_dir);
  config.optimizer = RmsPropTf1{.learning_rate = 0.01f, .momentum = 0.5f, .centered = true};
  config.loss = Loss::kSquaredHinge;
  config.batch_size = 4;
  config.accumulate = 3;
  config.steps_per_epoch = 7;
  config.max_steps = 25;
  config.save_every = 5;
  config.augmentation = {.horizontal_flip = true, .width_shift = 0.1, .shear_deg = 5, .fill = Fill::kReflect};
  return config;
}

TEST(Recipe, StoppedAtEveryStepEndsInTheSameBytes) {
  const ScratchFolder folder;
  const Outcome whole = outcome_of(all_config(folder / "whole"));
  TrainConfig config = all_config(folder / "pieces");
  config.resume = true;
  for (int round = 0; round < 25; ++round) outcome_of(config, {.should_stop = [] { return true; }});
  expect_same(outcome_of(config), whole);
  for (const char* name : {"step-000005", "step-000010", "step-000015", "step-000020", "step-000025"}) {
    const std::string file = std::string("/snapshots/") + name + ".safetensors";
    EXPECT_EQ(content_of(folder / ("pieces" + file)), content_of(folder / ("whole" + file))) << name;
    EXPECT_FALSE(content_of(folder / ("whole" + file)).empty()) << name;
  }
}

TEST(Recipe, EndsInTheSameBytesAtAnyNumberOfThreads) {
  const SmallRun run;
  TrainConfig config = all_config({});
  config.save_every = 0;
  const auto model_at = [&](int threads) {
    set_num_threads(threads);
    Trainer trainer(small_network(), config);
    run.fit(trainer);
    return trainer.model();
  };
  const Model one = model_at(1);
  EXPECT_TRUE(same_weights(model_at(2), one));
  EXPECT_TRUE(same_weights(model_at(3), one));
  set_num_threads(1);
}

TEST(Frozen, LayersKeepTheirWeightsAndMomentsToTheBit) {
  Network net = small_network();
  net.layers[0].frozen = net.layers[1].frozen = true;  // conv and its batch norm
  for (const Optimizer& optimizer :
       {Optimizer(AdamW{.learning_rate = 0.05f}), Optimizer(RmsProp{.learning_rate = 0.05f}),
        Optimizer(Sgd{.learning_rate = 0.05f, .momentum = 0.9f, .weight_decay = 0.01f})}) {
    TrainConfig config = small_config();
    config.optimizer = optimizer;
    config.weight_average = 0.9;
    config.early_stopping.enabled = false;
    const SmallRun run;
    Trainer trainer(net, config);
    const Weights before = trainer.model().weights;
    run.fit(trainer);
    const Weights& after = trainer.model().weights;
    for (const Parameter& p : before.layout.parameters) {
      EXPECT_EQ(same_bits(after.of(p), before.of(p)), p.layer <= 1) << p.name;
    }
  }
}

TEST(Frozen, StagesOfResnet50KeepTheirBitsAndTheOthersTrain) {
  Dataset data;
  data.channels = 3;
  for (int64_t i = 0; i < 2 * data.picture_bytes(); ++i) data.pixels.push_back(static_cast<uint8_t>(i * 37 % 251));
  data.labels = {1, 4};
  data.usage.assign(2, Usage::kNone);
  const Network net = load_network("seed000_resnet50_48");
  TrainConfig config{.epochs = 1, .batch_size = 2};
  config.early_stopping.enabled = false;
  Trainer trainer(net, config);
  const Weights before = trainer.model().weights;
  trainer.fit(data, numbers(0, 2), {});
  int64_t frozen = 0, moved = 0;
  for (const Parameter& p : before.layout.parameters) {
    const bool same = same_bits(trainer.model().weights.of(p), before.of(p));
    if (net.layers[p.layer].frozen) {
      EXPECT_TRUE(same) << p.name;
      frozen += p.shape.elements();
    } else {
      moved += same ? 0 : p.shape.elements();
    }
  }
  EXPECT_GT(frozen, 8000000);
  EXPECT_GT(moved, 17000000) << "nearly all of 17,132,295";
}

}  // namespace
}  // namespace fer
