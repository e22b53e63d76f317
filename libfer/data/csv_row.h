// One line of a fer2013 CSV: its header and its rows.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "data/csv_fields.h"
#include "fer/dataset.h"

namespace fer::data::csv {

// The places of the columns that matter (-1: not there); the others are skipped.
struct Columns {
  int count = 0;
  int emotion = -1, pixels = -1, usage = -1;
};

// Rows read so far.
struct Rows {
  std::vector<uint8_t> pixels, labels;
  std::vector<Usage> usage;
  void clear();
};

// One field, appended.
std::optional<Mistake> parse_emotion(Field field, std::vector<uint8_t>& labels);
std::optional<Mistake> parse_usage(Field field, std::vector<Usage>& usages);

// Lines come without their LF or CRLF.
std::optional<Mistake> parse_header(std::string_view line, bool require_labels, Columns& columns);
// Appends one row to `rows`; after a mistake `rows` may hold parts of it.
std::optional<Mistake> parse_row(std::string_view line, const Columns& columns, Rows& rows);

}  // namespace fer::data::csv
