// The parts of a model file, for files that hold a model and more (docs/model-format.md).
#pragma once

#include <string>
#include <vector>

#include "fer/model.h"
#include "io/safetensors.h"

namespace fer::io {

// Everything but "format" and "format_version".
std::map<std::string, std::string> model_metadata(const Model& model);
// One entry a parameter, pointing into model.weights. Throws Error when the weights are not the network's, or not
// finite: such a file could not be read again.
std::vector<SafetensorsEntry> model_entries(const Model& model);

// Throws Error unless metadata "format" and "format_version" are these.
void check_format(const SafetensorsFile& file, const std::string& format, const std::string& version,
                  const std::string& where);
// The model of a file. Tensors whose names begin with `extra_prefix` are somebody else's; an empty prefix allows none.
Model model_of(const SafetensorsFile& file, const std::string& where, const std::string& extra_prefix = {});

}  // namespace fer::io
