#include "train/files/run_folder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "core/atomic_file.h"
#include "fer/error.h"
#include "fer/file.h"
#include "fer/version.h"
#include "train/config/config.h"

namespace fer::train {
namespace {

// The folders on the way to `folder`, itself included, that are not there; those above first.
std::vector<std::string> missing_folders(const std::string& folder) {
  std::vector<std::string> missing;
  for (std::filesystem::path path = folder; !path.empty() && path_kind(path.string()) == PathKind::kNone;) {
    missing.push_back(path.string());
    const std::filesystem::path above = path.parent_path();
    if (above == path) break;
    path = above;
  }
  std::reverse(missing.begin(), missing.end());
  return missing;
}

}  // namespace

bool RunFolder::has_checkpoint() const { return used() && path_kind(last()) != PathKind::kNone; }

std::string RunFolder::snapshot(int64_t steps) const {
  return file(fmt::format("snapshots/step-{:06}.safetensors", steps));
}

void RunFolder::make(const std::string& folder) {
  const std::vector<std::string> missing = missing_folders(folder);
  made_.insert(made_.end(), missing.begin(), missing.end());
  make_folders(folder);
}

void RunFolder::open(bool resume, bool snapshots) {
  if (!used()) return;
  try {
    make(path_);
    lock_ = RunLock(path_);
    if (!resume && has_checkpoint()) {
      throw Error(path_ + ": holds a training run (last.safetensors): resume it, or choose another folder");
    }
    if (snapshots) make(file("snapshots"));
  } catch (...) {
    remove_if_new();
    throw;
  }
}

void RunFolder::remove_if_new() {
  lock_.release();
  for (; !made_.empty(); made_.pop_back()) ::rmdir(made_.back().c_str());
}

void RunFolder::write_config(const TrainConfig& config, core::JsonValue identity) const {
  identity["fer_version"] = version();
  identity["config"] = config_to_json(config);
  identity.sort_keys();
  core::write_file_atomically(file("config.json"), identity.dump(2) + "\n");
}

}  // namespace fer::train
