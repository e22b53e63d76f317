// Models of other formats, read as fer-convert's options say.
#pragma once

#include <string>
#include <vector>

#include "fer/model.h"
#include "tools/cli/cli.h"

namespace fer::cli {

// Lines that are printed once the new file is there.
using Notes = std::vector<std::string>;

enum class Form { kSafetensors, kOnnx, kKeras };

// Tells the format by the end of the file's name, in upper or lower case.
Form form_of(const std::string& path);

// The model that the first operand names; with --into, that network or model with weights of the file's.
Model read_any(const Arguments& arguments, Form from, Notes& notes);

}  // namespace fer::cli
