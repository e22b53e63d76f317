// Charts of a data set: how many pictures each class has, and what they look like.
#pragma once

#include <string>

#include "fer/image.h"
#include "tools/data/data_facts.h"

namespace fer::cli {

// Bars for every class, one colour per split, as SVG.
std::string counts_svg(const DataFacts& facts);

// The same as a picture.
Image counts_picture(const DataFacts& facts);

// The first `per_class` pictures of every class, one class per row with its name in front; 48x48 each.
Image contact_sheet(const Dataset& data, int64_t per_class);

}  // namespace fer::cli
