#include "data/csv_row.h"

#include "data/csv_columns.h"
#include "data/pixel_field.h"

namespace fer::data::csv {
namespace {

std::optional<Mistake> parse_picture(const Field& field, Rows& rows) {
  const size_t before = rows.pixels.size();
  rows.pixels.resize(before + kPixels);
  auto mistake = parse_pixels(field.text, std::span(rows.pixels).subspan(before));
  if (mistake) mistake->offset += field.offset;
  return mistake;
}

std::optional<Mistake> parse_field(int column, const Field& field, const Columns& columns, Rows& rows) {
  if (column == columns.pixels) return parse_picture(field, rows);
  if (column == columns.emotion) return parse_emotion(field, rows.labels);
  if (column == columns.usage) return parse_usage(field, rows.usage);
  return check_text(field);
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

std::optional<Mistake> parse_emotion(Field field, std::vector<uint8_t>& labels) {
  field = trimmed(field);
  if (field.text.size() != 1 || field.text[0] < '0' || field.text[0] > '6') {
    return Mistake{field.offset, "emotion, expected a whole number of 0 to 6, found " + shown(field.text)};
  }
  labels.push_back(static_cast<uint8_t>(field.text[0] - '0'));
  return std::nullopt;
}

std::optional<Mistake> parse_usage(Field field, std::vector<Usage>& usages) {
  field = trimmed(field);
  for (const Usage usage : {Usage::kTraining, Usage::kPublicTest, Usage::kPrivateTest}) {
    if (field.text == usage_name(usage)) {
      usages.push_back(usage);
      return std::nullopt;
    }
  }
  return Mistake{field.offset, "Usage, expected Training, PublicTest or PrivateTest, found " + shown(field.text)};
}

std::optional<Mistake> parse_header(std::string_view line, bool require_labels, Columns& columns) {
  columns = {};
  const auto take = [&](const std::string& name, const Field&) -> std::optional<Mistake> {
    if (name == "emotion") columns.emotion = columns.count;
    if (name == "pixels") columns.pixels = columns.count;
    if (name == "usage") columns.usage = columns.count;
    ++columns.count;
    return std::nullopt;
  };
  if (auto mistake = each_column(line, take)) return mistake;
  if (auto mistake = require("pixels", columns.pixels, line)) return mistake;
  if (require_labels) return require("emotion", columns.emotion, line);
  return std::nullopt;
}

std::optional<Mistake> parse_row(std::string_view line, const Columns& columns, Rows& rows) {
  const auto take = [&](int column, const Field& field) { return parse_field(column, field, columns, rows); };
  if (auto mistake = each_field(line, columns.count, take)) return mistake;
  if (columns.usage < 0) rows.usage.push_back(Usage::kNone);
  return std::nullopt;
}

}  // namespace fer::data::csv
