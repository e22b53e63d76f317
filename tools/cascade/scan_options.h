// How pictures are scanned, from the command line.
#pragma once

#include "fer/cascade.h"
#include "tools/cli/cli.h"

namespace fer::cli {

// --scale-factor, --min-size, --max-size, --threads.
void declare_scan(cxxopts::Options& options);
ScanOptions read_scan(const Arguments& arguments);

}  // namespace fer::cli
