#include "data/csv_header.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

#include "data/csv_columns.h"
#include "data/pixel_field.h"

namespace fer::data::csv {
namespace {

constexpr int64_t kSmallestSide = 8;
constexpr size_t kFewestPixels = kSmallestSide * kSmallestSide;
constexpr std::array kLabelNames = {"emotion", "label", "labels", "class", "expression", "target", "y"};
constexpr std::array kPixelsNames = {"pixels", "pixel_values", "pixel values", "pixel"};
constexpr std::array kUsageNames = {"usage", "split"};

std::vector<Field> fields_of(std::string_view line, char separator) {
  std::vector<Field> fields;
  Fields walk(line, separator);
  while (!walk.at_end()) {
    Field field;
    if (walk.next(field)) break;
    fields.push_back(trimmed(field));
  }
  return fields;
}

int64_t side_of(int64_t area) {
  const auto side = static_cast<int64_t>(std::llround(std::sqrt(static_cast<double>(area))));
  return side * side == area && side >= kSmallestSide ? side : 0;
}

// Pictures are square, grey or in colour.
bool set_size(int64_t values, Columns& columns) {
  const int64_t grey = side_of(values), colour = values % 3 == 0 ? side_of(values / 3) : 0;
  columns.channels = grey > 0 ? 1 : 3;
  columns.height = columns.width = grey > 0 ? grey : colour;
  return grey > 0 || colour > 0;
}

Mistake no_size(int64_t found) {
  return {0, "header, expected a column for each pixel of a square picture (2304 for 48x48, 6912 in colour), found " +
                 std::to_string(found)};
}

// Where the first name of the list is among the columns, or -1.
template <class Names>
int find_first(const std::map<std::string, int>& places, const Names& names, std::string* found = nullptr) {
  for (const char* name : names) {
    const auto at = places.find(name);
    if (at == places.end()) continue;
    if (found != nullptr) *found = name;
    return at->second;
  }
  return -1;
}

// "pixel12" is 12 of "pixel", "3x7" is 3, 7 of "x".
struct Numbered {
  std::string family;
  std::pair<int, int> number;
};

std::optional<Numbered> numbered(std::string_view name) {
  const auto digits_from = [&](size_t begin) {
    return std::min(name.find_first_not_of("0123456789", begin), name.size());
  };
  const auto number = [&](size_t begin, size_t end) {
    int value = 0;
    const auto [stop, error] = std::from_chars(name.data() + begin, name.data() + end, value);
    return error == std::errc() && stop == name.data() + end ? value : -1;
  };
  const size_t first = digits_from(0);
  if (first > 0 && first < name.size() && name[first] == 'x') {
    const int row = number(0, first), column = number(first + 1, name.size());
    if (row >= 0 && column >= 0) return Numbered{"x", {row, column}};
  }
  const size_t begin = name.find_last_not_of("0123456789") + 1;  // 0 where all are digits
  const int value = number(begin, name.size());
  if (value < 0) return std::nullopt;
  return Numbered{std::string(name.substr(0, begin)), {0, value}};
}

// The columns of the largest family of numbered ones are pixels.
std::optional<Mistake> find_pixel_columns(const std::vector<std::string>& names, Columns& columns) {
  std::map<std::string, std::vector<int>> families;
  for (size_t i = 0; i < names.size(); ++i) {
    if (const auto found = numbered(names[i])) families[found->family].push_back(static_cast<int>(i));
  }
  const std::vector<int>* largest = nullptr;
  for (const auto& [family, members] : families) {
    if (largest == nullptr || members.size() > largest->size()) largest = &members;
  }
  if (largest == nullptr || largest->size() < kFewestPixels) return std::nullopt;
  if (!set_size(static_cast<int64_t>(largest->size()), columns)) return no_size(static_cast<int64_t>(largest->size()));
  columns.pixel_of.assign(names.size(), -1);
  for (size_t i = 0; i < largest->size(); ++i) {
    const std::string& name = names[(*largest)[i]];
    if (i > 0 && numbered(name)->number <= numbered(names[(*largest)[i - 1]])->number) {
      return Mistake{0, "header, expected the columns of pixels in rising order, found " + shown(name) + " behind " +
                            shown(names[(*largest)[i - 1]])};
    }
    columns.pixel_of[(*largest)[i]] = static_cast<int>(i);
  }
  return std::nullopt;
}

bool is_pixel(const Field& field) {
  uint8_t value = 0;
  return parse_pixel(field.text, value);
}

// A row of a wide table: only numbers of a pixel between the outer two fields, and not the columns' own numbers.
bool is_wide_row(const std::vector<Field>& fields) {
  if (fields.size() <= kFewestPixels) return false;
  if (!std::all_of(fields.begin() + 1, fields.end() - 1, is_pixel)) return false;
  for (size_t i = 2; i + 1 < fields.size(); ++i) {
    uint8_t before = 0, value = 0;
    parse_pixel(fields[i - 1].text, before);
    parse_pixel(fields[i].text, value);
    if (value != before + 1) return true;
  }
  return false;
}

void use_label_column(int at, Columns& columns) {
  columns.emotion = at;
  columns.label_undecided = false;
  columns.pixel_of.assign(static_cast<size_t>(columns.count), -1);
  for (int i = 0, pixel = 0; i < columns.count; ++i) {
    if (i != at) columns.pixel_of[i] = pixel++;
  }
}

std::optional<Mistake> read_without_header(const std::vector<Field>& fields, const CsvOptions& options,
                                           Columns& columns) {
  columns.has_header = false;
  columns.count = static_cast<int>(fields.size());
  columns.label_name = "label";
  const auto values = static_cast<int64_t>(fields.size());
  if (!options.require_labels && options.label_column.empty() && set_size(values, columns)) {
    use_label_column(-1, columns);
    return std::nullopt;
  }
  if (!set_size(values - 1, columns)) return no_size(values - 1);
  columns.label_undecided = true;
  columns.pixel_of.assign(fields.size(), -1);
  if (options.label_column == "first") use_label_column(0, columns);
  if (options.label_column == "last") use_label_column(columns.count - 1, columns);
  if (!options.label_column.empty() && columns.label_undecided) {
    return Mistake{
        0, "file without a header, expected --label-column first or last, found " + shown(options.label_column)};
  }
  return std::nullopt;
}

// The label's column of a wide table may have any name where it is the only one beside the pixels.
int only_other_column(const Columns& columns) {
  int other = -1;
  for (int i = 0; i < columns.count; ++i) {
    if (columns.pixel_of[i] >= 0 || i == columns.usage) continue;
    if (other >= 0) return -1;
    other = i;
  }
  return other;
}

std::optional<Mistake> find_label(const std::map<std::string, int>& places, std::string_view line,
                                  const CsvOptions& options, Columns& columns) {
  const std::string wanted = lower(options.label_column);
  if (!wanted.empty()) {
    const auto found = places.find(wanted);
    if (found != places.end()) columns.emotion = found->second;
    if (columns.emotion < 0 && wanted == "first") columns.emotion = 0;
    if (columns.emotion < 0 && wanted == "last") columns.emotion = columns.count - 1;
    if (columns.emotion < 0 || columns.emotion == columns.pixels ||
        (columns.wide() && columns.pixel_of[columns.emotion] >= 0)) {
      return Mistake{0, "header, expected a column of labels named " + options.label_column +
                            " (--label-column), found " + shown(line)};
    }
    columns.label_name = wanted;
    return std::nullopt;
  }
  columns.emotion = find_first(places, kLabelNames, &columns.label_name);
  if (columns.emotion < 0 && columns.wide()) columns.emotion = only_other_column(columns);
  if (columns.emotion >= 0 || !options.require_labels) return std::nullopt;
  return Mistake{0, "header, expected a column named emotion, found " + shown(line)};
}

}  // namespace

std::optional<Mistake> parse_header(std::string_view line, const CsvOptions& options, Columns& columns) {
  columns = {};
  columns.separator = separator_of(line);
  if (const std::vector<Field> fields = fields_of(line, columns.separator); is_wide_row(fields)) {
    return read_without_header(fields, options, columns);
  }
  std::vector<std::string> names;
  std::map<std::string, int> places;
  const auto take = [&](const std::string& name, const Field&) -> std::optional<Mistake> {
    places.emplace(name, columns.count++);
    names.push_back(name);
    return std::nullopt;
  };
  if (auto mistake = each_column(line, columns.separator, take)) return mistake;
  std::string usage_name;
  columns.usage = find_first(places, kUsageNames, &usage_name);
  columns.split_words = usage_name == "split";
  columns.pixels = find_first(places, kPixelsNames);
  if (columns.pixels < 0) {
    if (auto mistake = find_pixel_columns(names, columns)) return mistake;
    if (!columns.wide()) return Mistake{0, "header, expected a column named pixels, found " + shown(line)};
  }
  return find_label(places, line, options, columns);
}

std::optional<Mistake> decide_label_column(std::span<const std::string> rows, Columns& columns) {
  bool first = true, last = true;
  for (const std::string& row : rows) {
    const std::vector<Field> fields = fields_of(row, columns.separator);
    const auto is_label = [](const Field& field) {
      uint8_t value = 0;
      return !parse_pixel(field.text, value) || value <= 7;
    };
    if (fields.size() != static_cast<size_t>(columns.count)) continue;
    first = first && is_label(fields.front());
    last = last && is_label(fields.back());
  }
  if (first == last) {
    return Mistake{0, std::string("file without a header, expected labels in the first or the last column, found ") +
                          (first ? "numbers of 0 to 7 in both" : "them in neither") +
                          ": --label-column first or --label-column last says which"};
  }
  use_label_column(first ? 0 : columns.count - 1, columns);
  return std::nullopt;
}

}  // namespace fer::data::csv
