// The numbers of figures as CSV.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>

namespace fer::report {

// In quotes where it has a comma, a quote or a line break in it (RFC 4180).
inline std::string csv_text(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

// Empty for what is not finite.
inline std::string csv_number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : std::string(); }

}  // namespace fer::report
