#include "stages.h"

#include <fmt/format.h>

#include "run_files.h"

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

}  // namespace fer::cli
