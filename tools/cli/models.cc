#include "tools/cli/models.h"

#include <fmt/format.h>

#include "fer/default_model.h"
#include "fer/file.h"
#include "tools/cli/cli.h"

namespace fer::cli {

size_t leading_models(std::span<const std::string> operands) {
  if (operands.empty()) return 0;
  const PathContent first = path_content(operands[0]);
  const bool is_model = operands.size() == 1 ? first == PathContent::kModel : first != PathContent::kData;
  if (!is_model) return 0;
  size_t count = 1;
  while (count < operands.size() && extension(operands[count]) == ".safetensors") ++count;
  return count;
}

std::vector<std::string> models_of_runs(std::vector<std::string> paths) {
  for (std::string& path : paths) {
    const bool run = path_kind(path) == PathKind::kFolder && path_content(path) == PathContent::kModel;
    if (run) path += path.ends_with('/') ? "best.safetensors" : "/best.safetensors";
  }
  return paths;
}

std::vector<std::string> models_or_default(const std::string& program, std::span<const std::string> given) {
  if (!given.empty()) return {given.begin(), given.end()};
  const DefaultModel model = default_model();
  note(fmt::format("{}: no model is given: the model {} ({}){}", program, model.name, model.path,
                   model.accuracy.empty() ? "" : ", " + model.accuracy));
  return {model.path};
}

}  // namespace fer::cli
