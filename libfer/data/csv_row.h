// One line of a table of faces.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "data/csv_header.h"
#include "data/label_column.h"
#include "fer/dataset.h"

namespace fer::data::csv {

// Rows read so far.
struct Rows {
  std::vector<uint8_t> pixels;
  Labels labels;
  std::vector<Usage> usage;
  void clear();
};

// One field, appended. split_words: parts are called as folders are (data/split_names.h).
std::optional<Mistake> parse_usage(Field field, std::vector<Usage>& usages, bool split_words = false);

// Appends one row to `rows`; after a mistake `rows` may hold parts of it. The line comes without its LF or CRLF.
std::optional<Mistake> parse_row(std::string_view line, const Columns& columns, const LabelRule& rule, Rows& rows);

}  // namespace fer::data::csv
