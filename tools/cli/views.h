// --views, --flip and --view-mean: in which views pictures are shown to models.
#pragma once

#include <cxxopts.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "fer/model.h"
#include "fer/views.h"
#include "tools/cli/cli.h"

namespace fer::cli {

void declare_views(cxxopts::Options& options);
// Throws UsageError on a name that is none.
Views read_views(const Arguments& arguments);

// "ten (10 views of each picture, the mean of their probabilities; crops of 40x40 out of 48x48)".
std::string views_text(const Views& views, const Model& model);
// Adds "views", and where there are several "view_count" and "view_mean".
void add_views(const Views& views, nlohmann::ordered_json& json);

}  // namespace fer::cli
