// Models that take less space, as fer-convert's options say.
#pragma once

#include <string>

#include "fer/model.h"
#include "tools/cli/cli.h"
#include "tools/convert/sources.h"

namespace fer::cli {

// The model computing in 8-bit integers, calibrated on pictures of --calibrate.
Model in_int8(Model model, const Arguments& arguments, Notes& notes);

// Writes it with its kernels stored as --storage says, and notes what rounding took.
void save(const Model& model, const std::string& path, const Arguments& arguments, Notes& notes);

}  // namespace fer::cli
