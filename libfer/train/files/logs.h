// The logs of a run, each a pure function of its state and written whole: never a lost or doubled epoch, however often
// the run was killed.
#pragma once

#include <string>

#include "train/files/state.h"

namespace fer::train {

// epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds,images_per_second; a line an epoch; figures that are
// not there (no validation) are empty. Numbers have as many digits as it takes to read them back exactly.
std::string history_csv(const RunState& state);

// Keras's tags: epoch_loss and epoch_accuracy in both event files, epoch_learning_rate in train's; the step is the
// epoch, from 0.
enum class EventFile { kTrain, kValidation };
std::string tensorboard_events(const RunState& state, EventFile which);

// history.csv, train/ and validation/ event files in `folder`. Throws Error when one cannot be written.
void write_logs(const RunState& state, bool has_validation, const std::string& folder);

}  // namespace fer::train
