#include "data/csv_row.h"

#include <algorithm>
#include <array>
#include <set>

#include "data/pixel_field.h"

namespace fer::csv {
namespace {

struct Field {
  std::string_view text;  // without quotes
  size_t offset = 0;      // of text in the line
};

// Walks over the fields of a line.
class Fields {
 public:
  explicit Fields(std::string_view line) : line_(line) {}

  bool at_end() const { return pos_ > line_.size(); }
  size_t position() const { return std::min(pos_, line_.size()); }

  // Takes the next field, up to its comma or the end of the line.
  std::optional<Mistake> next(Field& field) {
    const size_t first = std::min(line_.find_first_not_of(' ', pos_), line_.size());
    if (first < line_.size() && line_[first] == '"') return next_quoted(first, field);
    const size_t comma = std::min(line_.find(',', pos_), line_.size());
    field = {line_.substr(pos_, comma - pos_), pos_};
    pos_ = comma + 1;
    return std::nullopt;
  }

 private:
  std::optional<Mistake> next_quoted(size_t quote, Field& field) {
    size_t close = line_.find('"', quote + 1);
    while (close != std::string_view::npos && close + 1 < line_.size() && line_[close + 1] == '"') {
      close = line_.find('"', close + 2);  // "" is a quote inside the field
    }
    if (close == std::string_view::npos) {
      return Mistake{quote, "quoted field, expected its closing quote on the same line, found the end of the line"};
    }
    field = {line_.substr(quote + 1, close - quote - 1), quote + 1};
    const size_t after = std::min(line_.find_first_not_of(' ', close + 1), line_.size());
    if (after < line_.size() && line_[after] != ',') {
      return Mistake{after, "closing quote, expected a comma or the end of the line behind it, found " +
                                shown(line_.substr(after, 1))};
    }
    pos_ = after + 1;
    return std::nullopt;
  }

  std::string_view line_;
  size_t pos_ = 0;
};

Field trimmed(Field field) {
  const size_t first = std::min(field.text.find_first_not_of(' '), field.text.size());
  field.text.remove_prefix(first);
  field.offset += first;
  field.text.remove_suffix(field.text.size() - (field.text.find_last_not_of(' ') + 1));
  return field;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::optional<Mistake> parse_emotion(Field field, Rows& rows) {
  field = trimmed(field);
  if (field.text.size() != 1 || field.text[0] < '0' || field.text[0] > '6') {
    return Mistake{field.offset, "emotion, expected a whole number of 0 to 6, found " + shown(field.text)};
  }
  rows.labels.push_back(static_cast<uint8_t>(field.text[0] - '0'));
  return std::nullopt;
}

std::optional<Mistake> parse_usage(Field field, Rows& rows) {
  field = trimmed(field);
  for (const Usage usage : {Usage::kTraining, Usage::kPublicTest, Usage::kPrivateTest}) {
    if (field.text == usage_name(usage)) {
      rows.usage.push_back(usage);
      return std::nullopt;
    }
  }
  return Mistake{field.offset, "Usage, expected Training, PublicTest or PrivateTest, found " + shown(field.text)};
}

std::optional<Mistake> parse_picture(const Field& field, Rows& rows) {
  const size_t before = rows.pixels.size();
  rows.pixels.resize(before + kPixels);
  auto mistake = parse_pixels(field.text, std::span(rows.pixels).subspan(before));
  if (mistake) mistake->offset += field.offset;
  return mistake;
}

// What is not read must still be text.
std::optional<Mistake> check_skipped(const Field& field) {
  const size_t at = field.text.find_first_of(std::string_view("\0\r", 2));
  if (at == std::string_view::npos) return std::nullopt;
  return Mistake{field.offset + at, "field, expected text, found " + shown(field.text.substr(at, 1))};
}

std::optional<Mistake> parse_field(int column, const Field& field, const Columns& columns, Rows& rows) {
  if (column == columns.pixels) return parse_picture(field, rows);
  if (column == columns.emotion) return parse_emotion(field, rows);
  if (column == columns.usage) return parse_usage(field, rows);
  return check_skipped(field);
}

std::optional<Mistake> require(const char* name, int column, std::string_view line) {
  if (column >= 0) return std::nullopt;
  return Mistake{0, "header, expected a column named " + std::string(name) + ", found " + shown(line)};
}

}  // namespace

void Rows::clear() {
  pixels.clear();
  labels.clear();
  usage.clear();
}

std::string shown(std::string_view text) {
  constexpr size_t kMost = 24;
  static constexpr char kHex[] = "0123456789abcdef";
  if (text.empty()) return "nothing";
  std::string out = "\"";
  for (const char c : text.substr(0, kMost)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out + (text.size() > kMost ? "...\"" : "\"");
}

std::optional<Mistake> parse_header(std::string_view line, bool require_labels, Columns& columns) {
  columns = {};
  Fields fields(line);
  std::set<std::string> seen;
  while (!fields.at_end()) {
    Field field;
    if (auto mistake = fields.next(field)) return mistake;
    if (auto mistake = check_skipped(field)) return mistake;
    field = trimmed(field);
    const std::string name = lower(field.text);
    if (!name.empty() && !seen.insert(name).second) {
      return Mistake{field.offset, "header, expected each column once, found " + shown(field.text) + " again"};
    }
    if (name == "emotion") columns.emotion = columns.count;
    if (name == "pixels") columns.pixels = columns.count;
    if (name == "usage") columns.usage = columns.count;
    ++columns.count;
  }
  if (auto mistake = require("pixels", columns.pixels, line)) return mistake;
  if (require_labels) return require("emotion", columns.emotion, line);
  return std::nullopt;
}

std::optional<Mistake> parse_row(std::string_view line, const Columns& columns, Rows& rows) {
  Fields fields(line);
  for (int column = 0; column < columns.count; ++column) {
    if (fields.at_end()) {
      return Mistake{fields.position(), "row, expected " + std::to_string(columns.count) +
                                            " fields as in the header, found " + std::to_string(column)};
    }
    Field field;
    if (auto mistake = fields.next(field)) return mistake;
    if (auto mistake = parse_field(column, field, columns, rows)) return mistake;
  }
  if (!fields.at_end()) {
    return Mistake{fields.position(),
                   "row, expected " + std::to_string(columns.count) + " fields as in the header, found more"};
  }
  if (columns.usage < 0) rows.usage.push_back(Usage::kNone);
  return std::nullopt;
}

}  // namespace fer::csv
