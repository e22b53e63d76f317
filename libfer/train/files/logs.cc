#include "train/files/logs.h"

#include <fmt/format.h>

#include <cmath>

#include "core/atomic_file.h"

namespace fer::train {
namespace {

std::string cell(double value) { return std::isfinite(value) ? fmt::format("{}", value) : std::string(); }

}  // namespace

std::string history_csv(const RunState& state) {
  std::string text =
      "epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds,images_per_second,"
      "val_calibrated_loss,val_temperature\n";
  for (const EpochResult& e : state.epochs) {
    text += fmt::format("{},{},{},{},{},{},{},{},{},{}\n", e.epoch, cell(e.loss), cell(e.accuracy), cell(e.val_loss),
                        cell(e.val_accuracy), cell(e.learning_rate), cell(e.seconds), cell(e.images_per_second),
                        cell(e.val_calibrated_loss), cell(e.val_temperature));
  }
  return text;
}

RunLogs::RunLogs(const std::string& folder, bool has_validation)
    : folder_(folder),
      has_validation_(has_validation),
      train_(folder, EventFile::kTrain),
      validation_(folder, EventFile::kValidation) {}

void RunLogs::begin_anew() {
  if (folder_.empty()) return;
  train_.begin_anew();
  validation_.begin_anew();
}

void RunLogs::write(const RunState& state) {
  if (folder_.empty()) return;
  core::write_file_atomically(folder_ + "/history.csv", history_csv(state));
  train_.write(state);
  if (has_validation_) validation_.write(state);
}

}  // namespace fer::train
