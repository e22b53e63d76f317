// What Keras's ReduceLROnPlateau, EarlyStopping and ModelCheckpoint(save_best_only) decide at the end of an epoch, as
// small state machines: plain state that a checkpoint can hold, and one pure transition each. The rules are those of
// Keras 3 (docs/training.md walks through them); epochs here are counted from 0, as Keras counts them inside.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fer/trainer.h"

namespace fer::train {

// What Monitor knows: "loss", "accuracy", "val_loss", "val_accuracy".
std::vector<std::string> monitor_names();

// A figure of an epoch that a callback watches: loss, accuracy, val_loss or val_accuracy.
class Monitor {
 public:
  // Throws Error on another name, naming `option`. Without validation val_loss means loss and val_accuracy accuracy.
  Monitor(const std::string& name, const std::string& option, bool has_validation);

  double value(const EpochResult& epoch) const { return epoch.*figure_; }
  bool rises() const { return rises_; }  // accuracies do, losses fall
  // Whether only epochs with validation have the figure.
  bool needs_validation() const { return needs_validation_; }
  // What any first value improves on: infinity on the bad side.
  double worst() const;
  // Strictly better than `best` by more than min_delta. Never true for NaN.
  bool improves(double current, double best, double min_delta) const;
  bool operator==(const Monitor&) const = default;

 private:
  double EpochResult::*figure_;
  bool rises_, needs_validation_;
};

struct PlateauState {
  double best = 0;
  int64_t wait = 0, cooldown = 0;
  bool operator==(const PlateauState&) const = default;
};
// The learning rate after this epoch. Rates are float, as Keras's variable is; products are taken in double.
float update_plateau(const ReduceLrOnPlateau& rule, const Monitor& monitor, double current, float learning_rate,
                     PlateauState& state);

struct StoppingState {
  double best = 0;
  int64_t wait = 0;
  int64_t best_epoch = -1;  // whose weights are to be restored; -1: none yet
  bool operator==(const StoppingState&) const = default;
};
struct StoppingDecision {
  bool keep_weights = false;  // these are the best so far
  bool stop = false;
};
StoppingDecision update_stopping(const EarlyStopping& rule, const Monitor& monitor, double current, int64_t epoch,
                                 StoppingState& state);

struct BestState {
  double best = 0;
  int64_t epoch = -1;  // -1: none yet
  bool operator==(const BestState&) const = default;
};
// True when this epoch's weights are to be kept as the best.
bool update_best(const Monitor& monitor, double current, int64_t epoch, BestState& state);

}  // namespace fer::train
