// What is decided at the end of an epoch.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/train/flat_run.h"

namespace fer {
namespace {

TEST(EpochEnd, ReducesTheRateOnAPlateauFromTheNextEpochOn) {
  TrainConfig config = small_config();
  config.optimizer = Sgd{.learning_rate = 1e-30f};  // nothing changes, so nothing improves
  config.reduce_lr = {.factor = 0.5, .patience = 1};
  const SmallRun run;
  Trainer trainer(flat_network(), config);
  std::vector<double> rates;
  for (const EpochResult& e : run.fit(trainer).epochs) rates.push_back(e.learning_rate);
  EXPECT_EQ(rates, (std::vector<double>{1e-30f, 1e-30f, 0.5e-30f, 0.25e-30f}));
}

TEST(EpochEnd, StopsEarlyAndRestoresTheBest) {
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

TEST(EpochEnd, RestoresTheBestAlsoWhenItRunsToTheEnd) {
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

TEST(EpochEnd, EarlyStoppingRestoresItsOwnBestWhereItWatchesSomethingElse) {
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

TEST(EpochEnd, AWeightAverageIsWhatIsValidatedAndKept) {
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

}  // namespace
}  // namespace fer
