// The TensorBoard event files of a run (docs/tensorboard.md): records are appended, so that a running TensorBoard,
// which keeps a file open, sees them; every process that goes on with the run begins a file of its own.
#pragma once

#include <cstdint>
#include <string>

#include "core/descriptor.h"
#include "train/files/state.h"

namespace fer::train {

// Keras's tags: epoch_loss and epoch_accuracy in both, epoch_learning_rate in train's; the step is the epoch, from 0.
enum class EventFile { kTrain, kValidation };

// The records of the epochs from `first` (from 0) on, one after another.
std::string tensorboard_events(const RunState& state, EventFile which, size_t first);

class EventLog {
 public:
  // folder: of the run; the files are in its train/ or validation/. Nothing is written yet.
  EventLog(const std::string& folder, EventFile which);

  // Removes what a run that is not gone on with left there.
  void begin_anew();
  // Appends the epochs of `state` that no file has yet. Before the first record it looks at what earlier processes
  // left, cuts off a last record that one of them could not finish, and begins a new file. Throws Error when a record
  // cannot be written; it is then not there at all.
  void write(const RunState& state);

 private:
  void look_at_earlier_files();
  void begin_file(const std::string& records);
  void append(const std::string& records);

  std::string folder_, path_;
  EventFile which_;
  int64_t files_ = -1;  // that were there before; -1: not looked yet
  size_t written_ = 0;  // epochs
  core::Descriptor file_;
};

}  // namespace fer::train
