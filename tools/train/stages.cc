#include "tools/train/stages.h"

#include <fmt/format.h>

#include <filesystem>

#include "fer/error.h"
#include "tools/train/run_files.h"

namespace fer::cli {

std::string first_stage_folder(const std::string& whole) { return whole + "/stage-1"; }

std::string Stages::folder(int64_t number) const {
  return number == count() ? whole_ : fmt::format("{}/stage-{}", whole_, number);
}

int64_t Stages::last_begun() const {
  int64_t number = count();
  while (number > 0 && !holds_run(folder(number))) --number;
  return number;
}

std::string Stages::model_before(int64_t number) const {
  do --number;
  while (number > 1 && !holds_run(folder(number)));
  return folder(number) + "/best.safetensors";
}

void Stages::take_model_from_before() const {
  const std::string from = model_before(count()), to = whole_ + "/best.safetensors";
  std::error_code failure;
  std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing, failure);
  if (failure) throw Error(fmt::format("{}: cannot be copied from {}: {}", to, from, failure.message()));
}

}  // namespace fer::cli
