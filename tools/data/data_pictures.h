// Pictures of a data set: how many of what, and what they look like.
#pragma once

#include <string>

#include "fer/image.h"
#include "tools/data/data_facts.h"

namespace fer::cli {

// Bars of every class, a colour a split, as SVG.
std::string counts_svg(const DataFacts& facts);

// The first `per_class` pictures of every class, a class a row with its name before it; 48x48 each.
Image contact_sheet(const Dataset& data, int64_t per_class);

}  // namespace fer::cli
