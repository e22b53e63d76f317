// Cells of the CSV files that the programs write.
#pragma once

#include <string>
#include <string_view>

namespace fer::cli {

// The text as one cell (RFC 4180): in quotes where it has a comma, a quote or a line's end.
std::string csv_cell(std::string_view text);

}  // namespace fer::cli
