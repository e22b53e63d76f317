// The first line of a table of faces: where its columns are, and how its rows say the pixels.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/csv_fields.h"
#include "fer/csv.h"

namespace fer::data::csv {

// The places of the columns that matter (-1: not there); the others are skipped.
struct Columns {
  char separator = ',';
  int count = 0;
  int emotion = -1, pixels = -1, usage = -1;
  std::string label_name = "emotion";  // what the column `emotion` is called
  bool split_words = false;            // the column `usage` has other words for the parts: train, val, test
  // A wide table has a column for each pixel: `pixel_of` has the pixel's number for each column, -1 for others.
  std::vector<int> pixel_of;
  bool has_header = true;        // else the first line is a row
  bool label_undecided = false;  // without a header: the first or the last column, which the rows must say
  int64_t height = 48, width = 48, channels = 1;

  bool wide() const { return !pixel_of.empty(); }
  int64_t picture_bytes() const { return height * width * channels; }
};

// Lines come without their LF or CRLF.
std::optional<Mistake> parse_header(std::string_view line, const CsvOptions& options, Columns& columns);

// Which of the two outer columns has the labels, by the first rows: the one whose values are all labels.
std::optional<Mistake> decide_label_column(std::span<const std::string> rows, Columns& columns);

}  // namespace fer::data::csv
