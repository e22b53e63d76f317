// What a run's folder says of its epochs.
#pragma once

#include <string>
#include <vector>

#include "fer/report.h"

namespace fer::cli {

// history.csv, of this version or an earlier one with fewer columns. Throws Error with file and line on other content.
std::vector<EpochFigures> read_history(const std::string& path);

// How many steps of the optimizer an epoch had, by the run's config.json; 0 where that cannot be told.
double steps_per_epoch(const std::string& path);

}  // namespace fer::cli
