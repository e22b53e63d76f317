// Models of files, one or several that are taken as one.
#pragma once

#include <string>
#include <vector>

#include "fer/model.h"

namespace fer::cli {

// Throws Error as load_model does, and when a model does not take the first one's input or tell its classes apart.
std::vector<Model> read_models(const std::vector<std::string>& paths);

}  // namespace fer::cli
