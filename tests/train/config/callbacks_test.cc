// The sequences below were worked out by hand from the rules in docs/training.md (Keras 3's).
#include "train/config/callbacks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "fer/error.h"
#include "tests/train/some_state.h"

namespace fer::train {
namespace {

const Monitor kLoss("val_loss", "test", true);
const Monitor kAccuracy("val_accuracy", "test", true);

// The learning rate after every epoch.
std::vector<float> plateau_rates(const ReduceLrOnPlateau& rule, const Monitor& monitor,
                                 const std::vector<double>& figures, float rate = 1.0f) {
  PlateauState state{.best = monitor.worst()};
  std::vector<float> rates;
  for (double figure : figures) rates.push_back(rate = update_plateau(rule, monitor, figure, rate, state));
  return rates;
}

// The 0-based epoch that early stopping stops after, and the one whose weights it would restore; -1: none.
struct Stop {
  int64_t epoch = -1, best = -1;
  bool operator==(const Stop&) const = default;
};
Stop stop_of(const EarlyStopping& rule, const Monitor& monitor, const std::vector<double>& figures) {
  StoppingState state{.best = monitor.worst()};
  for (int64_t epoch = 0; epoch < static_cast<int64_t>(figures.size()); ++epoch) {
    if (update_stopping(rule, monitor, figures[epoch], epoch, state).stop) return {epoch, state.best_epoch};
  }
  return {-1, state.best_epoch};
}

TEST(Monitor, FallsForLossesAndRisesForAccuracies) {
  EXPECT_FALSE(kLoss.rises());
  EXPECT_TRUE(kAccuracy.rises());
  EXPECT_TRUE(kLoss.improves(0.5, kLoss.worst(), 0));
  EXPECT_TRUE(kAccuracy.improves(0.5, kAccuracy.worst(), 0));
  EXPECT_FALSE(kLoss.improves(kNaN, 1, 0));
  EXPECT_FALSE(kAccuracy.improves(kNaN, 0, 0));
}

TEST(Monitor, FallsBackToTrainingFiguresWithoutValidation) {
  const EpochResult epoch{.loss = 1, .accuracy = 2, .val_loss = 3, .val_accuracy = 4};
  EXPECT_EQ(Monitor("val_loss", "test", true).value(epoch), 3);
  EXPECT_EQ(Monitor("val_loss", "test", false).value(epoch), 1);
  EXPECT_EQ(Monitor("val_accuracy", "test", true).value(epoch), 4);
  EXPECT_EQ(Monitor("val_accuracy", "test", false).value(epoch), 2);
  EXPECT_TRUE(Monitor("val_accuracy", "test", false).rises());
}

TEST(Monitor, RefusesAnUnknownFigureByName) {
  try {
    Monitor("val_f1", "reduce_lr.monitor", true);
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "reduce_lr.monitor: expected loss, accuracy, val_loss or val_accuracy, found \"val_f1\"");
  }
}

TEST(ReduceLrOnPlateau, ReducesAfterPatienceEpochsWithoutImprovement) {
  const ReduceLrOnPlateau rule{.factor = 0.5, .patience = 2, .min_delta = 0};
  EXPECT_EQ(plateau_rates(rule, kLoss, {1, 1, 1, 1, 1}), (std::vector<float>{1, 1, 0.5f, 0.5f, 0.25f}));
}

TEST(ReduceLrOnPlateau, AnImprovementRestartsTheCount) {
  const ReduceLrOnPlateau rule{.factor = 0.5, .patience = 2, .min_delta = 0};
  EXPECT_EQ(plateau_rates(rule, kLoss, {1, 1, 0.9, 1, 0.8, 0.8, 0.8}), (std::vector<float>{1, 1, 1, 1, 1, 1, 0.5f}));
}

TEST(ReduceLrOnPlateau, FallingByExactlyMinDeltaIsNoImprovement) {
  const ReduceLrOnPlateau rule{.factor = 0.5, .patience = 1, .min_delta = 0.25};
  EXPECT_EQ(plateau_rates(rule, kLoss, {1, 0.75}), (std::vector<float>{1, 0.5f}));
  EXPECT_EQ(plateau_rates(rule, kLoss, {1, 0.74}), (std::vector<float>{1, 1}));
}

TEST(ReduceLrOnPlateau, SmallStepsThatNeverExceedMinDeltaAddUpAgainstTheBest) {
  const ReduceLrOnPlateau rule{.factor = 0.5, .patience = 3, .min_delta = 0.25};
  // The best stays 1 until 0.7, which is more than min_delta below it.
  EXPECT_EQ(plateau_rates(rule, kLoss, {1, 0.9, 0.8, 0.7, 0.7, 0.7, 0.7}),
            (std::vector<float>{1, 1, 1, 1, 1, 1, 0.5f}));
}

TEST(ReduceLrOnPlateau, PatienceZeroReducesAtEveryEpochWithoutImprovement) {
  const ReduceLrOnPlateau rule{.factor = 0.5, .patience = 0, .min_delta = 0};
  EXPECT_EQ(plateau_rates(rule, kLoss, {1, 1, 0.5, 1}), (std::vector<float>{1, 0.5f, 0.5f, 0.25f}));
}

TEST(ReduceLrOnPlateau, DoesNotCountDuringTheCooldownButItsLastEpochCounts) {
  const ReduceLrOnPlateau rule{.factor = 0.5, .patience = 1, .min_delta = 0, .cooldown = 2};
  // Epoch 1 reduces. At epoch 2 the cooldown goes 2 -> 1: nothing. At epoch 3 it goes 1 -> 0, and that epoch counts.
  EXPECT_EQ(plateau_rates(rule, kLoss, {1, 1, 1, 1, 1, 1}), (std::vector<float>{1, 0.5f, 0.5f, 0.25f, 0.25f, 0.125f}));
}

TEST(ReduceLrOnPlateau, TakesTheBestDuringTheCooldownToo) {
  const ReduceLrOnPlateau rule{.factor = 0.5, .patience = 1, .min_delta = 0, .cooldown = 2};
  // 0.5 during the cooldown is the best, so 0.8 afterwards is no improvement.
  EXPECT_EQ(plateau_rates(rule, kLoss, {1, 1, 0.5, 0.8}), (std::vector<float>{1, 0.5f, 0.5f, 0.25f}));
}

TEST(ReduceLrOnPlateau, StopsAtMinLr) {
  const ReduceLrOnPlateau rule{.factor = 0.5, .patience = 1, .min_delta = 0, .min_lr = 0.3};
  EXPECT_EQ(plateau_rates(rule, kLoss, {1, 1, 1, 1, 1}), (std::vector<float>{1, 0.5f, 0.3f, 0.3f, 0.3f}));
}

TEST(ReduceLrOnPlateau, AtMinLrTheCountRunsOnUntilAnImprovement) {
  const ReduceLrOnPlateau rule{.factor = 0.5, .patience = 2, .min_delta = 0, .cooldown = 5, .min_lr = 1};
  PlateauState state{.best = kLoss.worst()};
  for (double figure : {1.0, 1.0, 1.0, 1.0}) EXPECT_EQ(update_plateau(rule, kLoss, figure, 1.0f, state), 1.0f);
  EXPECT_EQ(state, (PlateauState{.best = 1, .wait = 3, .cooldown = 0}));
}

TEST(ReduceLrOnPlateau, WatchesAnAccuracyRise) {
  const ReduceLrOnPlateau rule{.factor = 0.5, .patience = 1, .min_delta = 0.125};
  EXPECT_EQ(plateau_rates(rule, kAccuracy, {0.25, 0.5, 0.625, 0.75}), (std::vector<float>{1, 1, 0.5f, 0.5f}));
}

TEST(ReduceLrOnPlateau, ComputesInDoubleAndKeepsAFloat) {
  const ReduceLrOnPlateau rule{.factor = 0.9, .patience = 0, .min_delta = 0};
  const float once = static_cast<float>(static_cast<double>(1e-3f) * 0.9);
  EXPECT_EQ(plateau_rates(rule, kLoss, {1, 1, 1}, 1e-3f),
            (std::vector<float>{1e-3f, once, static_cast<float>(static_cast<double>(once) * 0.9)}));
}

TEST(ReduceLrOnPlateau, NanCountsAsNoImprovement) {
  const ReduceLrOnPlateau rule{.factor = 0.5, .patience = 1, .min_delta = 0};
  EXPECT_EQ(plateau_rates(rule, kLoss, {1, kNaN, 0.5}), (std::vector<float>{1, 0.5f, 0.5f}));
}

TEST(EarlyStopping, StopsAfterPatienceEpochsWithoutImprovement) {
  EXPECT_EQ(stop_of({.patience = 2}, kLoss, {1, 0.5, 0.6, 0.7, 0.1}), (Stop{3, 1}));
  EXPECT_EQ(stop_of({.patience = 3}, kLoss, {1, 0.5, 0.6, 0.7, 0.1}), (Stop{-1, 4}));
}

TEST(EarlyStopping, PatienceZeroStopsAtTheFirstEpochWithoutImprovement) {
  EXPECT_EQ(stop_of({.patience = 0}, kLoss, {1, 0.5, 0.6, 0.1}), (Stop{2, 1}));
  EXPECT_EQ(stop_of({.patience = 1}, kLoss, {1, 0.5, 0.6, 0.1}), (Stop{2, 1}));
}

TEST(EarlyStopping, AnEqualFigureIsNoImprovement) { EXPECT_EQ(stop_of({.patience = 1}, kLoss, {1, 1}), (Stop{1, 0})); }

TEST(EarlyStopping, ImprovementMustExceedMinDelta) {
  EXPECT_EQ(stop_of({.patience = 2, .min_delta = 0.25}, kLoss, {1, 0.75, 0.75}), (Stop{2, 0}));
  EXPECT_EQ(stop_of({.patience = 2, .min_delta = 0.25}, kLoss, {1, 0.7, 0.7}), (Stop{-1, 1}));
  EXPECT_EQ(stop_of({.patience = 1, .min_delta = 0.25}, kAccuracy, {0.25, 0.5}), (Stop{1, 0}));
  EXPECT_EQ(stop_of({.patience = 1, .min_delta = 0.25}, kAccuracy, {0.25, 0.55}), (Stop{-1, 1}));
}

TEST(EarlyStopping, LooksAwayBeforeStartFromEpoch) {
  // Epochs 0 and 1 are not looked at, however good; the best of the rest is epoch 2.
  EXPECT_EQ(stop_of({.patience = 2, .start_from_epoch = 2}, kLoss, {0.1, 0.2, 0.5, 0.6, 0.7}), (Stop{4, 2}));
}

TEST(EarlyStopping, NeverStopsAfterTheFirstEpoch) {
  EXPECT_EQ(stop_of({.patience = 0}, kLoss, {kNaN}), (Stop{-1, 0}));
  EXPECT_EQ(stop_of({.patience = 0}, kLoss, {kNaN, kNaN}), (Stop{1, 0}));
}

TEST(EarlyStopping, KeepsTheWeightsOfTheFirstEpochItSeesAndOfEveryImprovement) {
  StoppingState state{.best = kLoss.worst()};
  const EarlyStopping rule{.patience = 9};
  std::vector<bool> kept;
  int64_t epoch = 0;
  for (double figure : {kNaN, 2.0, 3.0, 1.0}) {
    kept.push_back(update_stopping(rule, kLoss, figure, epoch++, state).keep_weights);
  }
  EXPECT_EQ(kept, (std::vector<bool>{true, true, false, true}));
}

TEST(BestCheckpoint, KeepsStrictImprovementsOnly) {
  BestState state{.best = kLoss.worst()};
  std::vector<bool> kept;
  int64_t epoch = 0;
  for (double figure : {kNaN, 2.0, 2.0, 1.0, 1.5}) kept.push_back(update_best(kLoss, figure, epoch++, state));
  EXPECT_EQ(kept, (std::vector<bool>{false, true, false, true, false}));
  EXPECT_EQ(state, (BestState{.best = 1, .epoch = 3}));
}

// The best epoch of a run whose best weights are judged by `monitor`, counted from 1; 0: there is none.
int64_t best_epoch(const std::vector<EpochResult>& epochs, const std::string& monitor) {
  const Monitor watched(monitor, "checkpoint_monitor", !epochs.empty() && std::isfinite(epochs[0].val_loss));
  BestState best{.best = watched.worst()};
  for (size_t i = 0; i < epochs.size(); ++i) {
    update_best(watched, watched.value(epochs[i]), static_cast<int64_t>(i), best);
  }
  return best.epoch + 1;
}

TEST(BestEpoch, IsTheFirstOfTheBestByTheMonitorsFigure) {
  const std::vector<EpochResult> epochs = {
      {.epoch = 1, .loss = 3, .accuracy = 0.9, .val_loss = 2, .val_accuracy = 0.5},
      {.epoch = 2, .loss = 2, .accuracy = 0.8, .val_loss = 1, .val_accuracy = 0.6},
      {.epoch = 3, .loss = 1, .accuracy = 0.7, .val_loss = 1, .val_accuracy = 0.7}};
  EXPECT_EQ(best_epoch(epochs, "val_loss"), 2);
  EXPECT_EQ(best_epoch(epochs, "val_accuracy"), 3);
  EXPECT_EQ(best_epoch(epochs, "loss"), 3);
  EXPECT_EQ(best_epoch(epochs, "accuracy"), 1);
  EXPECT_EQ(best_epoch({}, "loss"), 0);
  std::vector<EpochResult> without = epochs;
  for (EpochResult& e : without) e.val_loss = e.val_accuracy = std::nan("");
  EXPECT_EQ(best_epoch(without, "val_loss"), 3);
  EXPECT_EQ(best_epoch(without, "val_accuracy"), 1);
}

}  // namespace
}  // namespace fer::train
