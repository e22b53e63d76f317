// Steps whose batch norms see all small batches (TrainConfig::sync_batch_norm).
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>

#include "tests/train/ranks_run.h"

namespace fer {
namespace {

TrainConfig together_config(std::string out_dir) {
  TrainConfig config = rich_config(std::move(out_dir));
  config.accumulate = 4;
  config.epochs = 3;
  config.sync_batch_norm = true;
  return config;
}

void expect_together_are(const std::vector<Outcome>& found, const Outcome& expected) {
  for (const Outcome& each : found) expect_same(each, expected);
}

// A batch norm that is pooled and one that is not; nothing that draws random numbers of each batch.
Network norms_without_dropout() {
  Network net({6, 6, 1}, {"top", "middle", "bottom"});
  net.name = "norms";
  net.add(Conv2D{.filters = 4, .activation = Activation::kRelu, .kernel_regularizer = {.l2 = 1e-3f}}, "conv1");
  net.add(BatchNorm{.momentum = 0.9f}, "bn1");
  net.add(MaxPool2D{}, "pool");
  net.add(Conv2D{.filters = 5, .kernel = {2, 2}}, "conv2");
  net.add(BatchNorm{.momentum = 0.9f}, "bn2");
  net.add(ActivationLayer{.function = Activation::kRelu}, "relu");
  net.add(Flatten{}, "flatten");
  net.add(Dense{.units = 3, .activation = Activation::kSoftmax}, "dense");
  return net;
}

// 70 pictures in steps of 4 batches of 8: the last step of a pass has one batch, of 6.
TEST(Together, RanksEndInTheBytesOfOneProcess) {
  const ScratchFolder folder;
  TrainConfig config = together_config(folder / "alone");
  config.self_targets = {.weight = 0.5, .decay = 0.6};
  config.recompute_batch_norm = true;
  const Outcome expected = outcome_of(config);
  TrainConfig apart = config;
  apart.out_dir = folder / "apart";
  apart.sync_batch_norm = false;
  EXPECT_FALSE(same_weights(outcome_of(apart).model, expected.model));
  for (int ranks = 1; ranks <= 4; ++ranks) {
    for (const int threads : {1, 2}) {
      SCOPED_TRACE(::testing::Message() << ranks << " ranks, " << threads << " threads");
      config.out_dir = folder / (std::to_string(ranks) + "-" + std::to_string(threads));
      expect_together_are(outcomes_on(ranks, config, {}, threads), expected);
    }
  }
}

TEST(Together, RanksExchangeBf16WithTheSameRoundingAlone) {
  const ScratchFolder folder;
  TrainConfig config = together_config(folder / "alone");
  config.exchange = Precision::kBf16;
  const Outcome expected = outcome_of(config);
  for (const int ranks : {3, 4}) {
    config.out_dir = folder / std::to_string(ranks);
    expect_together_are(outcomes_on(ranks, config), expected);
  }
}

TEST(Together, ARunGoesOnAsAnyOtherNumberOfRanks) {
  const ScratchFolder folder;
  const Outcome expected = outcome_of(together_config(folder / "alone"));
  TrainConfig config = together_config(folder / "run");
  config.resume = true;
  std::atomic<int> steps = 0;
  const auto stop_after = [&](int most) {
    steps = 0;
    return TrainCallbacks{.on_step = [&](const StepProgress&) { ++steps; },
                          .should_stop = [&steps, most] { return steps.load() == most; }};
  };
  outcomes_on(3, config, stop_after(6));
  outcome_of(config, stop_after(2));
  expect_together_are(outcomes_on(4, config), expected);
}

// Plain gradient descent: Adam would make a whole step of what is zero but for roundings.
TEST(Together, SmallBatchesAreOneLargeBatchUpToRounding) {
  TrainConfig config = {.epochs = 3, .batch_size = 24, .optimizer = Sgd{.learning_rate = 0.05f, .momentum = 0.9f}};
  const auto trained = [&] {
    const SmallRun run;
    Trainer trainer(norms_without_dropout(), config);
    run.fit(trainer);
    return trainer.model();
  };
  const Model large = trained();
  config.batch_size = 8;
  config.accumulate = 3;
  const Model apart = trained();
  config.sync_batch_norm = true;
  const Model small = trained();
  double largest = 0, without = 0;
  for (size_t i = 0; i < large.weights.values.size(); ++i) {
    const float expected = large.weights.values.values()[i];
    largest = std::max<double>(largest, std::fabs(small.weights.values.values()[i] - expected));
    without = std::max<double>(without, std::fabs(apart.weights.values.values()[i] - expected));
  }
  // Nine steps whose roundings are of 2^-24 each, in sums of up to 24 * 36 terms.
  EXPECT_LT(largest, 2e-5);
  EXPECT_GT(without, 1e-3);
}

TEST(Together, IsRemarkedUponWhereItChangesNothing) {
  TrainConfig config = {.sync_batch_norm = true};
  EXPECT_NE(Trainer(small_network(), config).remarks(64).at(0).find("sync_batch_norm: a step is one batch"),
            std::string::npos);
  config.accumulate = 2;
  EXPECT_EQ(Trainer(small_network(), config).remarks(64), std::vector<std::string>());
  Network plain({6, 6, 1}, {"top", "middle", "bottom"});
  plain.add(Flatten{}, "flatten");
  plain.add(Dense{.units = 3, .activation = Activation::kSoftmax}, "dense");
  EXPECT_NE(Trainer(plain, config).remarks(64).at(0).find("sync_batch_norm: the network has no batch norm"),
            std::string::npos);
}

}  // namespace
}  // namespace fer
