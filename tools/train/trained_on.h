// Whether a model is about to be judged by pictures that it was trained on.
#pragma once

#include <string>
#include <vector>

#include "fer/dataset.h"

namespace fer::cli {

// Lines to print before all pictures of DATA, which has no part to test with, are evaluated: which of the models the
// run.json beside them says were trained on this DATA, and on how much of it; where none says so, that all pictures
// count.
std::vector<std::string> notes_on_trained_pictures(const std::vector<std::string>& models, const Dataset& data,
                                                   const std::string& path);

}  // namespace fer::cli
