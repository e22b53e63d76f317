// A help text that is short enough to be read.
#pragma once

#include <string>
#include <vector>

namespace fer::cli {

// cxxopts's help with these options alone; a group that loses all its options is left out with its heading.
std::string short_help(const std::string& help, const std::vector<std::string>& shown);

}  // namespace fer::cli
