#include "fer/landmarks.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>

#include "data/csv_columns.h"
#include "data/csv_row.h"
#include "data/points_table.h"
#include "data/table_file.h"
#include "fer/error.h"

namespace fer {
namespace data {
namespace {

constexpr int64_t kNumbers = 2 * kLandmarkPoints;
constexpr double kLargest = 1e6;  // coordinates beyond it are no pixels of anything

// What a column of the file holds.
constexpr int kSkipped = -1, kEmotion = -2, kUsage = -3, kFile = -4;  // else the number of a coordinate

// "x12", "y_3": the coordinate's number where points are counted from 0, or nothing. Point 68 has numbers 136 and 137.
std::optional<int> coordinate_of(std::string_view name) {
  if (name.size() < 2 || (name[0] != 'x' && name[0] != 'y')) return std::nullopt;
  std::string_view digits = name.substr(1);
  if (digits[0] == '_') digits.remove_prefix(1);
  int point = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), point);
  const bool whole = error == std::errc() && stop == digits.data() + digits.size() && !digits.empty();
  if (!whole || point < 0 || point > kLandmarkPoints) return std::nullopt;
  return 2 * point + (name[0] == 'y' ? 1 : 0);
}

class LandmarksReader {
 public:
  LandmarksReader(const ByteSource& source, const std::string& name, const CsvOptions& options)
      : lines_(source, name), require_labels_(options.require_labels), rule_(options.label_names) {}

  Dataset run() {
    std::string_view line;
    if (!lines_.next(line)) throw_at(0, "file, expected a header such as emotion,x0,y0,...,x67,y67, found nothing");
    read_header(line);
    data_.height = kLandmarkPoints;
    data_.width = 2;
    data_.channels = 1;
    while (lines_.next(line)) read_row(line);
    if (data_.usage.empty()) throw_at(0, "rows, expected at least one below the header, found none");
    rule_.finish(labels_, data_);
    return std::move(data_);
  }

 private:
  [[noreturn]] void throw_at(size_t offset, std::string message) const { lines_.fail({offset, std::move(message)}); }

  void read_header(std::string_view line) {
    separator_ = csv::separator_of(line);
    std::set<int> coordinates;
    const auto take = [&](const std::string& name, const csv::Field& field) -> std::optional<csv::Mistake> {
      const int kind = kind_of(name);
      if (kind >= 0 && !coordinates.insert(kind).second) {
        return csv::Mistake{field.offset,
                            "header, expected each coordinate once, found " + csv::shown(field.text) + " again"};
      }
      columns_.push_back(kind);
      return std::nullopt;
    };
    if (const auto mistake = csv::each_column(line, separator_, take)) lines_.fail(*mistake);
    number_from_0(coordinates);
    if (require_labels_ && !has_column(kEmotion)) {
      throw_at(0, "header, expected a column named emotion, found none");
    }
    has_usage_ = has_column(kUsage);
  }

  bool has_column(int kind) const { return std::find(columns_.begin(), columns_.end(), kind) != columns_.end(); }

  static int kind_of(const std::string& name) {
    if (name == "emotion") return kEmotion;
    if (name == "usage") return kUsage;
    if (name == "file") return kFile;
    return coordinate_of(name).value_or(kSkipped);
  }

  // 0 to 67, or 1 to 68: then all move down by one.
  void number_from_0(const std::set<int>& coordinates) {
    const int first = coordinates.contains(0) ? 0 : 2;
    for (int64_t k = 0; k < kNumbers; ++k) {
      if (coordinates.contains(static_cast<int>(k) + first)) continue;
      throw_at(0, "header, expected columns x0, y0 to x67, y67 (or x1, y1 to x68, y68), found no " +
                      std::string(k % 2 == 0 ? "x" : "y") + std::to_string((k + first) / 2));
    }
    if (static_cast<int64_t>(coordinates.size()) > kNumbers) {
      throw_at(0, "header, expected 136 coordinates, found " + std::to_string(coordinates.size()));
    }
    for (int& column : columns_) column -= column >= 0 ? first : 0;
  }

  void read_row(std::string_view line) {
    std::array<float, kNumbers> points{};
    const auto take = [&](int column, const csv::Field& as_it_stands) -> std::optional<csv::Mistake> {
      if (auto mistake = csv::check_text(as_it_stands)) return mistake;
      const csv::Field field = csv::trimmed(as_it_stands);
      const int kind = columns_[static_cast<size_t>(column)];
      if (kind < 0) return read_word(kind, field);
      points[static_cast<size_t>(kind)] = read_coordinate(field);
      return std::nullopt;
    };
    if (const auto mistake = csv::each_field(line, separator_, static_cast<int>(columns_.size()), take))
      lines_.fail(*mistake);
    if (!has_usage_) data_.usage.push_back(Usage::kNone);
    if (!normalize_landmarks(points)) throw_at(0, "points, expected a face of different ones, found all in one place");
    data_.values.insert(data_.values.end(), points.begin(), points.end());
  }

  float read_coordinate(const csv::Field& field) const {
    double value = 0;
    const char* end = field.text.data() + field.text.size();
    const auto [stop, error] = std::from_chars(field.text.data(), end, value);
    if (error == std::errc() && stop == end && std::abs(value) <= kLargest) return static_cast<float>(value);
    throw_at(field.offset, "coordinate, expected a number of -1e6 to 1e6, found " + csv::shown(field.text));
  }

  std::optional<csv::Mistake> read_word(int kind, const csv::Field& field) {
    if (kind == kEmotion) {
      if (labels_.codes.empty()) rule_.decide(field);
      return rule_.parse(field, labels_);
    }
    if (kind == kUsage) return csv::parse_usage(field, data_.usage);
    if (kind == kFile) data_.files.emplace_back(field.text);
    return std::nullopt;
  }

  csv::Lines lines_;
  bool require_labels_, has_usage_ = false;
  char separator_ = ',';
  csv::LabelRule rule_;
  csv::Labels labels_;
  std::vector<int> columns_;
  Dataset data_;
};

}  // namespace

Dataset read_points(const ByteSource& source, const std::string& name, const CsvOptions& options) {
  return LandmarksReader(source, name, options).run();
}

}  // namespace data

bool normalize_landmarks(std::span<float> points) {
  const size_t pairs = points.size() / 2;
  const auto n = static_cast<double>(pairs);
  double mean[2] = {0, 0}, squares = 0;
  for (size_t i = 0; i < points.size(); ++i) mean[i % 2] += points[i] / n;
  for (size_t i = 0; i < points.size(); ++i) squares += (points[i] - mean[i % 2]) * (points[i] - mean[i % 2]);
  const double radius = std::sqrt(squares / n);
  if (!(radius > 1e-6)) return false;
  for (size_t i = 0; i < points.size(); ++i) points[i] = static_cast<float>((points[i] - mean[i % 2]) / radius);
  return true;
}

Dataset parse_landmarks(std::string_view text, const std::string& name, bool require_labels) {
  return data::read_points(data::MemorySource(text), name, {.require_labels = require_labels});
}

Dataset read_landmarks(const std::string& path, bool require_labels) {
  return data::read_points(*data::open_table(path), path, {.require_labels = require_labels});
}

bool holds_landmarks(const std::string& path) { return data::has_points(*data::open_table(path)); }

namespace data {

bool has_points(const ByteSource& source) {
  std::vector<char> buffer;
  std::string_view text = source.read(0, std::min<int64_t>(source.size(), data::csv::kMaxLineBytes), buffer);
  text = text.substr(0, text.find_first_of("\r\n"));
  csv::Fields fields(text, csv::separator_of(text));
  bool found = false;
  while (!fields.at_end()) {
    csv::Field field;
    if (fields.next(field)) return false;
    const std::string name = csv::lower(csv::trimmed(field).text);
    if (name == "pixels") return false;
    found = found || coordinate_of(name);
  }
  return found;
}

}  // namespace data

}  // namespace fer
