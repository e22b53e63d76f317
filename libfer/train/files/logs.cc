#include "train/files/logs.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "core/atomic_file.h"
#include "fer/error.h"
#include "report/tensorboard.h"

namespace fer::train {
namespace {

// TensorBoard takes any file with "tfevents" in its name. One name for the whole run: a resumed run writes the same
// records again and goes on.
constexpr const char* kEventFileName = "events.out.tfevents.fer";

std::string cell(double value) { return std::isfinite(value) ? fmt::format("{}", value) : std::string(); }

void write_events(const RunState& state, EventFile which, const std::filesystem::path& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) throw Error(folder.string() + ": cannot make the folder: " + failure.message());
  core::write_file_atomically((folder / kEventFileName).string(), tensorboard_events(state, which));
}

}  // namespace

std::string history_csv(const RunState& state) {
  std::string text = "epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds,images_per_second\n";
  for (const EpochResult& e : state.epochs) {
    text += fmt::format("{},{},{},{},{},{},{},{}\n", e.epoch, cell(e.loss), cell(e.accuracy), cell(e.val_loss),
                        cell(e.val_accuracy), cell(e.learning_rate), cell(e.seconds), cell(e.images_per_second));
  }
  return text;
}

std::string tensorboard_events(const RunState& state, EventFile which) {
  std::string events = report::tensorboard_file_version(state.start_time);
  for (size_t i = 0; i < state.epochs.size(); ++i) {
    const EpochResult& e = state.epochs[i];
    const bool train = which == EventFile::kTrain;
    std::vector<std::pair<std::string, float>> scalars = {
        {"epoch_loss", static_cast<float>(train ? e.loss : e.val_loss)},
        {"epoch_accuracy", static_cast<float>(train ? e.accuracy : e.val_accuracy)}};
    if (train) scalars.emplace_back("epoch_learning_rate", static_cast<float>(e.learning_rate));
    events += report::tensorboard_scalars(state.wall_times[i], e.epoch - 1, scalars);
  }
  return events;
}

void write_logs(const RunState& state, bool has_validation, const std::string& folder) {
  const std::filesystem::path base(folder);
  core::write_file_atomically((base / "history.csv").string(), history_csv(state));
  write_events(state, EventFile::kTrain, base / "train");
  if (has_validation) write_events(state, EventFile::kValidation, base / "validation");
}

}  // namespace fer::train
