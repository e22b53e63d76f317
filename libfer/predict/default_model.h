// Where the model that comes with libfer is looked for (fer/default_model.h).
#pragma once

#include <filesystem>
#include <span>

#include "fer/default_model.h"

namespace fer::predict {

// default_model() for a value of FER_MODEL, perhaps none, and these folders.
DefaultModel default_model_of(const char* given, std::span<const std::filesystem::path> folders);

}  // namespace fer::predict
