// The classes of a model that is trained further.
#pragma once

#include <cstdint>
#include <string>

#include "fer/model.h"
#include "tools/data/data_source.h"

namespace fer::cli {

// Makes the classes of the data and those of the model agree. The model's own stay where the data have any of them and
// --classes does not ask for others; else the model gets a new head for the classes of --classes, or of the data, with
// first weights from the seed. What was done becomes a note; `name` is the model's file. Throws Error where --classes
// names what the data lack, and as with_new_head does.
void match_model_classes(OpenedData& opened, const DataOptions& options, const std::string& name, uint64_t seed,
                         Model& model);

}  // namespace fer::cli
