// The logs of a run, made from its state alone: never a lost or doubled epoch, however often the run was killed.
#pragma once

#include <string>

#include "train/files/event_log.h"
#include "train/files/state.h"

namespace fer::train {

// epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds,images_per_second; one line per epoch; figures that
// are not there (no validation) are empty. Numbers have as many digits as it takes to read them back exactly.
std::string history_csv(const RunState& state);

// history.csv, which is written whole, and the event files, which grow. Without a folder nothing is written.
class RunLogs {
 public:
  RunLogs(const std::string& folder, bool has_validation);

  // Event files of another run that was begun here are removed.
  void begin_anew();
  // Throws Error when one cannot be written.
  void write(const RunState& state);

 private:
  std::string folder_;
  bool has_validation_;
  EventLog train_, validation_;
};

}  // namespace fer::train
