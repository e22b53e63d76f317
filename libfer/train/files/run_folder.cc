#include "train/files/run_folder.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "fer/error.h"
#include "fer/version.h"
#include "train/config/config.h"

namespace fer::train {

bool RunFolder::has_checkpoint() const {
  std::error_code ignored;
  return used() && std::filesystem::exists(last(), ignored);
}

std::string RunFolder::snapshot(int64_t steps) const {
  return file(fmt::format("snapshots/step-{:06}.safetensors", steps).c_str());
}

void RunFolder::prepare(bool resume, bool snapshots) const {
  if (!used()) return;
  std::error_code failure;
  std::filesystem::create_directories(snapshots ? file("snapshots") : path_, failure);
  if (failure) throw Error(path_ + ": cannot make the folder: " + failure.message());
  if (!resume && has_checkpoint()) {
    throw Error(path_ + ": holds a training run (last.safetensors): resume it, or choose another folder");
  }
}

void RunFolder::write_config(const TrainConfig& config, nlohmann::json identity) const {
  identity["fer_version"] = version();
  identity["config"] = config_to_json(config);
  core::write_file_atomically(file("config.json"), identity.dump(2) + "\n");
}

}  // namespace fer::train
