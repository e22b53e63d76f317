#include "data/csv_row.h"

#include "data/csv_columns.h"
#include "data/pixel_field.h"
#include "data/split_names.h"

namespace fer::data::csv {
namespace {

std::optional<Mistake> parse_picture(const Field& field, Rows& rows) {
  const size_t before = rows.pixels.size();
  rows.pixels.resize(before + kPixels);
  auto mistake = parse_pixels(field.text, std::span(rows.pixels).subspan(before));
  if (mistake) mistake->offset += field.offset;
  return mistake;
}

std::optional<Mistake> parse_pixel_column(int pixel, const Field& field, std::span<uint8_t> picture) {
  if (parse_pixel(trimmed(field).text, picture[static_cast<size_t>(pixel)])) return std::nullopt;
  return Mistake{trimmed(field).offset, "pixel " + std::to_string(pixel + 1) +
                                            ", expected a whole number of 0 to 255, found " +
                                            shown(trimmed(field).text)};
}

std::optional<Mistake> parse_field(int column, const Field& field, const Columns& columns, const LabelRule& rule,
                                   Rows& rows, std::span<uint8_t> picture) {
  if (columns.wide() && columns.pixel_of[column] >= 0)
    return parse_pixel_column(columns.pixel_of[column], field, picture);
  if (column == columns.pixels) return parse_picture(field, rows);
  if (column == columns.emotion) return rule.parse(field, rows.labels);
  if (column == columns.usage) return parse_usage(field, rows.usage, columns.split_words);
  return check_text(field);
}

}  // namespace

void Rows::clear() {
  pixels.clear();
  labels.clear();
  usage.clear();
}

std::optional<Mistake> parse_usage(Field field, std::vector<Usage>& usages, bool split_words) {
  field = trimmed(field);
  for (const Usage usage : {Usage::kTraining, Usage::kPublicTest, Usage::kPrivateTest}) {
    if (field.text == usage_name(usage)) {
      usages.push_back(usage);
      return std::nullopt;
    }
  }
  if (split_words) {
    if (const std::optional<Usage> usage = split_of(std::string(field.text))) {
      usages.push_back(*usage);
      return std::nullopt;
    }
    return Mistake{field.offset, "split, expected train, val or test, found " + shown(field.text)};
  }
  return Mistake{field.offset, "Usage, expected Training, PublicTest or PrivateTest, found " + shown(field.text)};
}

std::optional<Mistake> parse_row(std::string_view line, const Columns& columns, const LabelRule& rule, Rows& rows) {
  const size_t before = rows.pixels.size();
  if (columns.wide()) rows.pixels.resize(before + static_cast<size_t>(columns.picture_bytes()));
  // (Of a wide table nothing else makes the vector grow, so the span stays.)
  const std::span<uint8_t> picture = std::span(rows.pixels).subspan(before);
  const auto take = [&](int column, const Field& field) {
    return parse_field(column, field, columns, rule, rows, picture);
  };
  if (auto mistake = each_field(line, columns.separator, columns.count, take)) return mistake;
  if (columns.usage < 0) rows.usage.push_back(Usage::kNone);
  return std::nullopt;
}

}  // namespace fer::data::csv
