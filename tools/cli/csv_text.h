// Text as a cell of a CSV file that a program writes.
#pragma once

#include <string>

namespace fer::cli {

// In quotes where it has a comma, a quote or a line break in it (RFC 4180).
inline std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

}  // namespace fer::cli
