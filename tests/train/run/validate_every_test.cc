// Epochs without validation, validation on a part of its rows, and runs that keep their last weights.
#include <gtest/gtest.h>

#include <cmath>

#include "fer/model_file.h"
#include "tests/train/event_steps.h"
#include "tests/train/flat_run.h"

namespace fer {
namespace {

TEST(ValidateEvery, OtherEpochsHaveNoFiguresAndTrainTheSame) {
  const SmallRun run;
  TrainConfig config = small_config();
  config.epochs = 7;
  config.early_stopping.enabled = config.reduce_lr.enabled = false;
  Trainer every(small_network(), config);
  const History all = run.fit(every);
  config.validate_every = 3;
  Trainer third(small_network(), config);
  const History some = run.fit(third);
  for (size_t i = 0; i < 7; ++i) {
    SCOPED_TRACE(i + 1);
    EXPECT_EQ(some.epochs[i].loss, all.epochs[i].loss);
    if (i == 2 || i == 5) {
      EXPECT_EQ(some.epochs[i].val_loss, all.epochs[i].val_loss);
      EXPECT_EQ(some.epochs[i].val_temperature, all.epochs[i].val_temperature);
    } else {
      EXPECT_TRUE(std::isnan(some.epochs[i].val_loss) && std::isnan(some.epochs[i].val_accuracy));
      EXPECT_TRUE(std::isnan(some.epochs[i].val_calibrated_loss));
    }
  }
  EXPECT_EQ(some.best_epoch, some.epochs[5].val_loss < some.epochs[2].val_loss ? 6 : 3);
  EXPECT_TRUE(same_weights(every.model(), third.model()));
}

// As in Keras, where a callback passes over an epoch whose figure is not among the logs.
TEST(ValidateEvery, EarlyStoppingCountsEpochsWithValidationAlone) {
  const SmallRun run;
  TrainConfig config = small_config();
  config.epochs = 30;
  config.optimizer = Sgd{.learning_rate = 1e-30f};  // nothing changes, so nothing improves
  config.early_stopping.patience = 2;
  config.reduce_lr = {.factor = 0.5, .patience = 1};
  config.validate_every = 3;
  Trainer trainer(flat_network(), config);
  const History history = run.fit(trainer);
  EXPECT_TRUE(history.stopped_early);
  ASSERT_EQ(history.epochs.size(), 9u);  // the best of epoch 3, then 6 and 9 without improvement
  EXPECT_EQ(history.best_epoch, 3);
  EXPECT_EQ(history.epochs[5].learning_rate, 1e-30f);
  EXPECT_EQ(history.epochs[6].learning_rate, 0.5e-30f);
}

TEST(ValidateEvery, AFigureOfTrainingIsSeenInEveryEpoch) {
  const SmallRun run;
  TrainConfig config = small_config();
  config.epochs = 30;
  config.optimizer = Sgd{.learning_rate = 1e-30f};
  config.early_stopping = {.patience = 2, .monitor = "accuracy"};
  config.validate_every = 100;
  config.checkpoint_monitor = "accuracy";
  Trainer trainer(flat_network(), config);
  EXPECT_EQ(run.fit(trainer).epochs.size(), 3u);
}

TEST(ValidateEvery, ARunThatIsNeverValidatedKeepsItsLastWeights) {
  const SmallRun run;
  const ScratchFolder scratch;
  TrainConfig config = small_config(scratch / "run");
  config.early_stopping.enabled = config.reduce_lr.enabled = false;
  config.validate_every = 9;
  Trainer trainer(small_network(), config);
  EXPECT_EQ(trainer.remarks(70),
            (std::vector<std::string>{"validation after every 9 epochs: the run has 4, so there is none"}));
  const History history = run.fit(trainer);
  EXPECT_EQ(history.best_epoch, 4);
  EXPECT_TRUE(same_weights(load_model(scratch / "run/best.safetensors"), trainer.model()));
  EXPECT_FALSE(std::filesystem::exists(scratch / "run/validation")) << "there are no events to write";
}

TEST(ValidateEvery, EventsAreOfTheEpochsThatWereValidatedAlsoAfterAResume) {
  const SmallRun run;
  const ScratchFolder scratch;
  TrainConfig config = small_config(scratch / "run");
  config.epochs = 5;
  config.validate_every = 2;
  Trainer first(small_network(), config);
  run.fit(first);
  config.epochs = 8;
  config.resume = true;
  Trainer second(small_network(), config);
  run.fit(second);
  EXPECT_EQ(event_steps(scratch / "run/validation"), (std::vector<int64_t>{1, 3, 5, 7}));
  EXPECT_EQ(event_steps(scratch / "run/train").size(), 8u);

  config.resume = false;
  config.out_dir = scratch / "whole";
  Trainer whole(small_network(), config);
  run.fit(whole);
  EXPECT_EQ(content_of(scratch / "run/best.safetensors"), content_of(scratch / "whole/best.safetensors"));
}

TEST(ValidationSteps, TakeTheFirstBatches) {
  const SmallRun run;
  TrainConfig config = small_config();
  config.epochs = 1;
  config.batch_size = 8;
  config.validation_steps = 2;
  Trainer part(small_network(), config);
  const EpochResult found = run.fit(part).epochs[0];
  config.validation_steps = 0;
  Trainer sixteen(small_network(), config);
  const EpochResult expected = sixteen.fit(run.data, run.train, std::span(run.validation).first(16)).epochs[0];
  EXPECT_EQ(found.val_loss, expected.val_loss);
  EXPECT_EQ(found.val_accuracy, expected.val_accuracy);
  // More than there are is all of them.
  config.validation_steps = 1000;
  Trainer many(small_network(), config);
  config.validation_steps = 0;
  Trainer all(small_network(), config);
  EXPECT_EQ(run.fit(many).epochs[0].val_loss, run.fit(all).epochs[0].val_loss);
}

TEST(KeptModel, OfALastEpochIsThatWhateverTheFigures) {
  const SmallRun run;
  const ScratchFolder scratch;
  TrainConfig config = small_config(scratch / "last");
  config.epochs = 12;
  config.optimizer = Adam{.learning_rate = 0.3f};  // too much: the loss soon rises
  config.weight_average = 0.5;
  config.early_stopping.patience = 100;
  config.model = KeptModel::kLast;
  Trainer last(small_network(), config);
  const History history = run.fit(last);
  EXPECT_EQ(history.best_epoch, 12);
  EXPECT_TRUE(same_weights(load_model(scratch / "last/best.safetensors"), last.model()));

  config.out_dir = scratch / "best";
  config.model = KeptModel::kBest;
  Trainer best(small_network(), config);
  EXPECT_LT(run.fit(best).best_epoch, 12) << "so that it makes a difference";
  EXPECT_FALSE(same_weights(best.model(), last.model()));
  config.out_dir = "";
  config.early_stopping.enabled = false;
  Trainer plain(small_network(), config);
  run.fit(plain);
  EXPECT_TRUE(same_weights(plain.model(), last.model()));
}

TEST(KeptModel, OfALastEpochWithoutValidationIsWrittenAtTheEnd) {
  const SmallRun run;
  const ScratchFolder scratch;
  TrainConfig config = small_config(scratch / "run");
  config.epochs = 5;
  config.validate_every = 2;
  config.model = KeptModel::kLast;
  Trainer trainer(small_network(), config);
  EXPECT_EQ(run.fit(trainer).best_epoch, 5);
  EXPECT_TRUE(same_weights(load_model(scratch / "run/best.safetensors"), trainer.model()));
}

TEST(RecomputeBatchNorm, IsWhatIsValidatedAndKeptAndTheSameAfterAResumeAndWithMoreThreads) {
  const SmallRun run;
  const ScratchFolder scratch;
  TrainConfig config = small_config(scratch / "whole");
  config.weight_average = 0.9;
  config.recompute_batch_norm = true;
  config.model = KeptModel::kLast;
  Trainer whole(small_network(), config);
  const History history = run.fit(whole);
  EXPECT_EQ(evaluate(whole.model(), run.data, run.validation).accuracy, history.epochs.back().val_accuracy);
  EXPECT_NEAR(evaluate(load_model(scratch / "whole/best.safetensors"), run.data, run.validation).loss,
              evaluate(whole.model(), run.data, run.validation).loss, 1e-12);

  config.out_dir = scratch / "run";
  config.epochs = 2;
  Trainer first(small_network(), config);
  run.fit(first);
  config.epochs = 4;
  config.resume = true;
  set_num_threads(3);
  Trainer second(small_network(), config);
  const History resumed = run.fit(second);
  set_num_threads(1);
  EXPECT_EQ(untimed(resumed).epochs, untimed(history).epochs);
  EXPECT_EQ(content_of(scratch / "run/best.safetensors"), content_of(scratch / "whole/best.safetensors"));

  config = small_config();
  config.weight_average = 0.9;
  config.model = KeptModel::kLast;
  Trainer without(small_network(), config);
  EXPECT_EQ(run.fit(without).epochs.back().loss, history.epochs.back().loss);
  EXPECT_FALSE(same_weights(without.model(), whole.model()));
}

}  // namespace
}  // namespace fer
