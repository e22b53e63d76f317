#include "data/csv_fields.h"

#include <algorithm>
#include <iterator>

#include "fer/error.h"

namespace fer::data::csv {

namespace {

const char* in_words(char separator) {
  switch (separator) {
    case ';':
      return "a semicolon";
    case '\t':
      return "a tab";
    default:
      return "a comma";
  }
}

}  // namespace

char separator_of(std::string_view first_line) {
  constexpr std::string_view kSeparators = ",;\t";
  size_t counts[kSeparators.size()] = {};
  bool quoted = false;
  for (const char c : first_line) {
    if (c == '"') quoted = !quoted;
    const size_t at = kSeparators.find(c);
    if (!quoted && at != std::string_view::npos) ++counts[at];
  }
  return kSeparators[static_cast<size_t>(std::max_element(std::begin(counts), std::end(counts)) - std::begin(counts))];
}

std::optional<Mistake> Fields::next(Field& field) {
  const size_t first = std::min(line_.find_first_not_of(' ', pos_), line_.size());
  if (first < line_.size() && line_[first] == '"') return next_quoted(first, field);
  const size_t end_of_field = std::min(line_.find(separator_, pos_), line_.size());
  field = {line_.substr(pos_, end_of_field - pos_), pos_};
  pos_ = end_of_field + 1;
  return std::nullopt;
}

std::optional<Mistake> Fields::next_quoted(size_t quote, Field& field) {
  size_t close = line_.find('"', quote + 1);
  while (close != std::string_view::npos && close + 1 < line_.size() && line_[close + 1] == '"') {
    close = line_.find('"', close + 2);  // "" is a quote inside the field
  }
  if (close == std::string_view::npos) {
    return Mistake{quote, "quoted field, expected its closing quote on the same line, found the end of the line"};
  }
  field = {line_.substr(quote + 1, close - quote - 1), quote + 1};
  const size_t after = std::min(line_.find_first_not_of(' ', close + 1), line_.size());
  if (after < line_.size() && line_[after] != separator_) {
    return Mistake{after, std::string("closing quote, expected ") + in_words(separator_) +
                              " or the end of the line behind it, found " + shown(line_.substr(after, 1))};
  }
  pos_ = after + 1;
  return std::nullopt;
}

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

std::optional<Mistake> check_text(const Field& field) {
  const size_t at = field.text.find_first_of(std::string_view("\0\r", 2));
  if (at == std::string_view::npos) return std::nullopt;
  return Mistake{field.offset + at, "field, expected text, found " + shown(field.text.substr(at, 1))};
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

bool Lines::take(std::string_view& line) {
  constexpr int64_t kChunk = 1 << 18;
  size_t newline = window_.find('\n');
  if (newline == std::string_view::npos && read_ < source_.size()) {
    // What is left moves to the front of a window as long as any line may be.
    const int64_t begin = read_ - static_cast<int64_t>(window_.size());
    const int64_t end = std::min(source_.size(), begin + kChunk);
    window_ = source_.read(begin, end, buffer_);
    read_ = end;
    newline = window_.find('\n');
  }
  if (window_.empty()) return false;
  ++number_;
  mark_ = number_ == 1 && window_.starts_with("\xef\xbb\xbf") ? 3 : 0;
  const size_t end = std::min(newline, window_.size());
  if (end > kMaxLineBytes) {
    mark_ = 0;
    fail({kMaxLineBytes, "line, expected at most " + std::to_string(kMaxLineBytes) + " bytes, found more"});
  }
  line = window_.substr(mark_, end - mark_);
  if (line.ends_with('\r')) line.remove_suffix(1);
  window_.remove_prefix(std::min(end + 1, window_.size()));
  return true;
}

bool Lines::next(std::string_view& line) {
  if (!take(line)) return false;
  if (!line.empty() || number_ == 1) return true;
  // Empty lines are fine at the end only.
  const int64_t empty = number_;
  while (take(line)) {
    if (line.empty()) continue;
    number_ = empty;
    fail({0, "row, expected fields, found an empty line"});
  }
  return false;
}

void Lines::fail(const Mistake& mistake) const {
  throw Error(name_ + ":" + std::to_string(number_) + ":" + std::to_string(mark_ + mistake.offset + 1) + ": " +
              mistake.message);
}

}  // namespace fer::data::csv
