// Model files from memory (docs/model-format.md).
#pragma once

#include <string>

#include "fer/model.h"

namespace fer::io {

// load_model of a file's content; `where` names it in messages.
Model parse_model(std::string content, const std::string& where);

}  // namespace fer::io
