// One line of a fer2013 CSV: its header and its rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fer/dataset.h"

namespace fer::csv {

// A line longer than this is refused: a row of 2304 pixels needs at most 9.2 KB, and a bound keeps the reader's memory
// small whatever it is given.
inline constexpr size_t kMaxLineBytes = 1 << 16;

// A mistake in a line: `offset` bytes from its first one, and what, expected ..., found ... .
struct Mistake {
  size_t offset = 0;
  std::string message;
};

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

// Lines come without their LF or CRLF.
std::optional<Mistake> parse_header(std::string_view line, bool require_labels, Columns& columns);
// Appends one row to `rows`; after a mistake `rows` may hold parts of it.
std::optional<Mistake> parse_row(std::string_view line, const Columns& columns, Rows& rows);

// Text as it may be shown in a message: quoted, cut to 24 bytes, anything but printable ASCII as \x00.
std::string shown(std::string_view text);

}  // namespace fer::csv
