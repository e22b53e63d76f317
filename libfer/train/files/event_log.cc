#include "train/files/event_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>
#include <vector>

#include "core/atomic_file.h"
#include "core/folder_names.h"
#include "fer/error.h"
#include "fer/file.h"
#include "report/tensorboard.h"

namespace fer::train {
namespace {

namespace fs = std::filesystem;

// TensorBoard takes any file with ".tfevents." in its name and reads them in the order of their names. The first has
// this name, as versions of libfer that knew only one wrote it; the later ones have a number behind it.
constexpr const char* kFileName = "events.out.tfevents.fer";

std::string numbered(int64_t number) {
  return number == 0 ? std::string(kFileName) : fmt::format("{}.{:06}", kFileName, number);
}

// The run's event files, in their order; none where there is no folder.
std::vector<std::string> event_files(const std::string& folder) {
  std::vector<std::string> files;
  if (path_kind(folder) == PathKind::kNone) return files;
  for (const std::string& name : core::names_in_folder(folder)) {
    if (name.starts_with(kFileName)) files.push_back(folder + "/" + name);
  }
  return files;
}

// One more than the number of the last file.
int64_t next_number(const std::vector<std::string>& files) {
  if (files.empty()) return 0;
  const std::string last = fs::path(files.back()).extension().string();
  int64_t number = 0;
  for (size_t i = 1; i < last.size(); ++i) {
    if (last[i] < '0' || last[i] > '9' || number > 1'000'000'000) return static_cast<int64_t>(files.size());
    number = 10 * number + (last[i] - '0');
  }
  return number + 1;
}

}  // namespace

std::string tensorboard_events(const RunState& state, EventFile which, size_t first) {
  std::string events;
  for (size_t i = first; i < state.epochs.size(); ++i) {
    const EpochResult& e = state.epochs[i];
    const bool train = which == EventFile::kTrain;
    if (!train && std::isnan(e.val_accuracy)) continue;  // an epoch without validation
    std::vector<std::pair<std::string, float>> scalars = {
        {"epoch_loss", static_cast<float>(train ? e.loss : e.val_loss)},
        {"epoch_accuracy", static_cast<float>(train ? e.accuracy : e.val_accuracy)}};
    if (train) scalars.emplace_back("epoch_learning_rate", static_cast<float>(e.learning_rate));
    events += report::tensorboard_scalars(state.wall_times[i], e.epoch - 1, scalars);
  }
  return events;
}

EventLog::EventLog(const std::string& folder, EventFile which)
    : folder_(folder + (which == EventFile::kTrain ? "/train" : "/validation")), which_(which) {}

void EventLog::begin_anew() {
  for (const std::string& file : event_files(folder_)) {
    if (::unlink(file.c_str()) != 0) core::fail(file, "removed", errno);
  }
}

void EventLog::write(const RunState& state) {
  if (files_ < 0) look_at_earlier_files();
  if (written_ >= state.epochs.size()) return;
  const std::string records = tensorboard_events(state, which_, written_);
  if (file_.open()) {
    append(records);
  } else if (!records.empty()) {
    begin_file(report::tensorboard_file_version(written_ == 0 ? state.start_time : state.wall_times[written_]) +
               records);
  }
  written_ = state.epochs.size();
}

void EventLog::look_at_earlier_files() {
  const std::vector<std::string> files = event_files(folder_);
  for (const std::string& file : files) {
    const std::string content = read_file(file);
    const report::TensorboardRecords records = report::scan_tensorboard(content);
    written_ = std::max(written_, static_cast<size_t>(records.last_step + 1));
    // (A reader that meets half a record waits for the rest of it for ever, or takes the file for damaged.)
    if (!records.unfinished) continue;
    if (::truncate(file.c_str(), static_cast<off_t>(records.whole_bytes)) != 0) core::fail(file, "shortened", errno);
  }
  files_ = next_number(files);
}

// The new file gets its name with its first records in it.
void EventLog::begin_file(const std::string& records) {
  make_folders(folder_);
  path_ = folder_ + "/" + numbered(files_);
  core::write_file_atomically(path_, records);
  file_ = core::Descriptor(
      core::uninterrupted([&] { return ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW); }));
  if (!file_.open()) core::fail(path_, "written", errno);
}

void EventLog::append(const std::string& records) {
  struct stat before = {};
  if (::fstat(file_.get(), &before) != 0) core::fail(path_, "written", errno);
  int error = core::write_all(file_.get(), records);
  if (error == 0 && core::uninterrupted([&] { return ::fsync(file_.get()); }) != 0) error = errno;
  if (error == 0) return;
  // What does not fit goes again: half a record would be in a reader's way.
  (void)!::ftruncate(file_.get(), before.st_size);
  core::fail(path_, "written", error);
}

}  // namespace fer::train
