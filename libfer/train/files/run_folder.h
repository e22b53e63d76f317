// The folder of a run: what is where in it, and who may write to it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/json_value.h"
#include "fer/trainer.h"
#include "train/files/run_lock.h"

namespace fer::train {

class RunFolder {
 public:
  // path empty: there is none, and nothing is written.
  explicit RunFolder(std::string path) : path_(std::move(path)) {}

  bool used() const { return !path_.empty(); }
  const std::string& path() const { return path_; }
  std::string last() const { return file("last.safetensors"); }
  std::string best() const { return file("best.safetensors"); }
  // Early stopping's own best, where it can differ from best().
  std::string stopping_best() const { return file("early_stopping.safetensors"); }
  // A teacher's answers about the training pictures.
  std::string teacher_targets() const { return file("teacher_targets.safetensors"); }
  // The snapshot of the weights after so many steps of the run.
  std::string snapshot(int64_t steps) const;
  // Throws Error where that cannot be found out.
  bool has_checkpoint() const;

  // Makes the folder, with one for snapshots if asked, and holds it against other runs (train/files/run_lock.h) for as
  // long as this lives. Throws Error when that fails, and when it holds a checkpoint that the run does not resume from.
  void open(bool resume, bool snapshots);
  // Removes those folders again that open() made, so far as nothing is in them.
  void remove_if_new();
  // config.json: the whole configuration, and what the run is (train/files/identity.h).
  void write_config(const TrainConfig& config, core::JsonValue identity) const;

 private:
  std::string file(const std::string& name) const { return path_.empty() ? std::string() : path_ + "/" + name; }
  void make(const std::string& folder);

  std::string path_;
  std::vector<std::string> made_;  // by this, those above first
  RunLock lock_;
};

}  // namespace fer::train
