// The fields of a line of CSV, and the lines of a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/byte_source.h"

namespace fer::data::csv {

// A line longer than this is refused: a row of 2304 pixels needs at most 9.2 KB, and a bound keeps the reader's memory
// small whatever it is given.
inline constexpr size_t kMaxLineBytes = 1 << 16;

// A mistake in a line: `offset` bytes from its first one, and what, expected ..., found ... .
struct Mistake {
  size_t offset = 0;
  std::string message;
};

struct Field {
  std::string_view text;  // without quotes
  size_t offset = 0;      // of text in the line
};

// What separates the fields of a file: of comma, semicolon and tab the one that its first line has most often outside
// quotes, the comma where it has none.
char separator_of(std::string_view first_line);

// Walks over the fields of a line.
class Fields {
 public:
  explicit Fields(std::string_view line, char separator = ',') : line_(line), separator_(separator) {}

  bool at_end() const { return pos_ > line_.size(); }
  size_t position() const { return pos_ < line_.size() ? pos_ : line_.size(); }

  // Takes the next field, up to its separator or the end of the line.
  std::optional<Mistake> next(Field& field);

 private:
  std::optional<Mistake> next_quoted(size_t quote, Field& field);

  std::string_view line_;
  char separator_;
  size_t pos_ = 0;
};

// The field without spaces around it.
Field trimmed(Field field);
// ASCII letters in lower case.
std::string lower(std::string_view text);
// Bytes that are skipped must still be text.
std::optional<Mistake> check_text(const Field& field);

// Text as it may be shown in a message: quoted, cut to 24 bytes, anything but printable ASCII as \x00.
std::string shown(std::string_view text);

// The lines of a file one after another, without their LF or CRLF, in memory of a fixed size. A byte order mark of
// UTF-8 and empty lines at the end are passed over.
class Lines {
 public:
  // Keeps references to both; `name` stands for the path in messages.
  Lines(const ByteSource& source, const std::string& name) : source_(source), name_(name) {}

  // The next line, valid until the next call; false at the end. Throws Error on one that is too long, and on an empty
  // one that is not at the end.
  bool next(std::string_view& line);
  // The number of the line taken last, from 1.
  int64_t number() const { return number_; }
  // Throws Error ("NAME:LINE:COLUMN: ...") about the line taken last.
  [[noreturn]] void fail(const Mistake& mistake) const;

 private:
  bool take(std::string_view& line);

  const ByteSource& source_;
  const std::string& name_;
  std::vector<char> buffer_;
  std::string_view window_;  // read and not taken yet
  int64_t read_ = 0;         // bytes of the source that are in the window or taken
  int64_t number_ = 0;
  size_t mark_ = 0;  // bytes passed over in front of the first line
};

}  // namespace fer::data::csv
