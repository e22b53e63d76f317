// The columns of a CSV file: what its header calls them, and a row's fields by them. All of its readers count and name
// columns here, so that they refuse the same things in the same words.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "data/csv_fields.h"

namespace fer::data::csv {

// A file without its bytes that are text may be anything.
inline std::optional<Mistake> next_text(Fields& fields, Field& field) {
  if (auto mistake = fields.next(field)) return mistake;
  if (auto mistake = check_text(field)) return mistake;
  return std::nullopt;
}

// Calls take(name, field) for each column of a header, with its name in small letters, without spaces around it; what
// that returns ends it. Mistake: a name twice. Columns without a name may be many.
template <class Take>
std::optional<Mistake> each_column(std::string_view header, char separator, const Take& take) {
  Fields fields(header, separator);
  std::set<std::string> seen;
  while (!fields.at_end()) {
    Field field;
    if (auto mistake = next_text(fields, field)) return mistake;
    field = trimmed(field);
    const std::string name = lower(field.text);
    if (!name.empty() && !seen.insert(name).second) {
      return Mistake{field.offset, "header, expected each column once, found " + shown(field.text) + " again"};
    }
    if (std::optional<Mistake> mistake = take(name, field)) return mistake;
  }
  return std::nullopt;
}

// Calls take(column, field) for each field of a row, as it stands; what that returns ends it. Mistake: not as many
// fields as the header has columns.
template <class Take>
std::optional<Mistake> each_field(std::string_view row, char separator, int columns, const Take& take) {
  const auto expected = [columns](const char* found) {
    return "row, expected " + std::to_string(columns) + " fields as in the header, found " + found;
  };
  Fields fields(row, separator);
  for (int column = 0; column < columns; ++column) {
    if (fields.at_end()) return Mistake{fields.position(), expected(std::to_string(column).c_str())};
    Field field;
    if (auto mistake = fields.next(field)) return mistake;
    if (std::optional<Mistake> mistake = take(column, field)) return mistake;
  }
  if (!fields.at_end()) return Mistake{fields.position(), expected("more")};
  return std::nullopt;
}

}  // namespace fer::data::csv
