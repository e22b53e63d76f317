#include "tools/cli/model_files.h"

#include <fmt/format.h>

#include "fer/ensemble.h"
#include "fer/error.h"

namespace fer::cli {

std::vector<Model> read_models(const std::vector<std::string>& paths) {
  std::vector<Model> models;
  for (const std::string& path : paths) {
    Model model = load_model(path);
    if (!models.empty()) {
      const Network& first = models[0].network;
      const std::string difference = class_difference(first, model.network);
      if (!difference.empty()) throw Error(fmt::format("{}: {}, as {} has", path, difference, paths[0]));
      if (model.network.input != first.input) {
        throw Error(fmt::format("{}: expected input {}, as {} has, found {}", path, first.input.to_string(), paths[0],
                                model.network.input.to_string()));
      }
    }
    models.push_back(std::move(model));
  }
  return models;
}

}  // namespace fer::cli
