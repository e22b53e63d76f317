// What fer-train shows while it works.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "fer/trainer.h"

namespace fer::cli {

enum class ProgressForm {
  kBar,    // a live line a terminal redraws, and one line per epoch
  kLines,  // one line per epoch, and one in the first that says how long it takes
  kJson,   // one JSON object per epoch
  kNone
};

// "Epoch   3/100 [=====>......] 231/449  512 img/s  ETA 0:42  loss 1.2345  accuracy 0.5321": at most `width` columns,
// and fewer parts where these are few.
std::string bar_line(const StepProgress& progress, int width);
// "Epoch   3/100  1:05  512 img/s  loss 1.2345  accuracy 0.5321  val_loss 1.1  val_accuracy 0.58  lr 0.001"
std::string epoch_line(const EpochResult& epoch, int64_t epochs);
// One object; what is not a finite number is null.
// stage: its number where there are several; else 0.
std::string epoch_json(const EpochResult& epoch, int64_t stage = 0);

// "epoch 1 of 30: 225 steps, about 50 s"; for an epoch that is continued: "epoch 3 of 30: 125 of 225 steps are left,
// about 28 s". from: the first step of it that this process took; seconds: the time that its steps take.
std::string start_line(const StepProgress& progress, int64_t from, double seconds);

// "teacher: 2 models asked about 28,709 pictures in 35 s; they give a picture's own class 0.712 on average"
std::string teacher_line(const TeacherFigures& figures);

// Writes to standard output.
class Progress {
 public:
  Progress(ProgressForm form, int64_t epochs, int64_t stage = 0) : form_(form), epochs_(epochs), stage_(stage) {}
  void step(const StepProgress& progress);
  void epoch(const EpochResult& epoch, bool best);
  // Leaves the cursor at the start of an empty line.
  void finish();

 private:
  ProgressForm form_;
  int64_t epochs_, stage_;
  void announce(const StepProgress& progress);

  bool line_open_ = false, announced_ = false;
  StepProgress first_;  // of the steps seen
  std::chrono::steady_clock::time_point last_drawn_ = {};
};

// kBar where standard output is a terminal that can redraw, else kLines.
ProgressForm progress_form_for_stdout();

}  // namespace fer::cli
