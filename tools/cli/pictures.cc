#include "tools/cli/pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "fer/error.h"
#include "fer/file.h"
#include "tools/cli/cli.h"

namespace fer::cli {

namespace {

// Draws landmarks as dots: x from left to right, y from top to bottom.
Image drawn_points(std::span<const float> points) {
  constexpr int64_t kSize = 96, kMiddle = kSize / 2;
  constexpr float kScale = 22;  // pixels per unit: two and a half units reach the edge
  Image image = {kSize, kSize, 1, std::vector<uint8_t>(kSize * kSize, 255)};
  for (size_t i = 0; i + 1 < points.size(); i += 2) {
    const auto x = static_cast<int64_t>(std::clamp(kMiddle + kScale * points[i], 0.0f, kSize - 2.0f));
    const auto y = static_cast<int64_t>(std::clamp(kMiddle + kScale * points[i + 1], 0.0f, kSize - 2.0f));
    for (const int64_t at : {y * kSize + x, y * kSize + x + 1, (y + 1) * kSize + x, (y + 1) * kSize + x + 1}) {
      image.pixels[static_cast<size_t>(at)] = 0;
    }
  }
  return image;
}

bool is_dangling_link(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code failure;
  return fs::is_symlink(fs::symlink_status(path, failure)) &&
         fs::status(path, failure).type() == fs::file_type::not_found;
}

}  // namespace

std::optional<Image> read_picture(const std::string& program, const std::string& file, bool skip_bad) {
  constexpr size_t kMaxFileBytes = size_t{1} << 30;
  if (skip_bad && is_dangling_link(file)) {
    note(fmt::format("{}: left out: {}: is a link that leads nowhere", program, file));
    return std::nullopt;
  }
  const std::string bytes = read_file(file, kMaxFileBytes, "a PNG, JPEG, PGM, PPM or WebP picture");
  try {
    return decode_image({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, file);
  } catch (const Error& error) {
    if (!skip_bad) throw;
    note(fmt::format("{}: left out: {}", program, error.what()));
    return std::nullopt;
  }
}

bool begins_as_picture(const std::string& path) {
  if (path_kind(path) != PathKind::kFile) return false;
  const std::string kind = file_kind_text(fer::read_beginning(path, 4096));
  return kind.find(" picture") != std::string::npos;
}

Image row_image(const Dataset& data, int64_t row) {
  if (data.has_values()) return drawn_points(data.example(row));
  Image image = {data.height, data.width, data.channels,
                 std::vector<uint8_t>(static_cast<size_t>(data.picture_bytes()))};
  copy_picture(data, row, image.pixels);
  return image;
}

std::vector<ReportPicture> worst_pictures(const Dataset& data, const Evaluation& evaluation) {
  std::vector<ReportPicture> pictures;
  for (const Mistake& mistake : evaluation.worst) {
    Image image = row_image(data, mistake.row);
    std::string caption = data.files.empty() ? fmt::format("row {}", mistake.row)
                                             : base_name(data.files[static_cast<size_t>(mistake.row)]);
    pictures.push_back({image.height, image.width, image.channels, std::move(image.pixels), std::move(caption)});
  }
  return pictures;
}

std::vector<Usage> parse_usages(const std::string& option, const std::string& text, const std::string& others) {
  constexpr Usage kUsages[] = {Usage::kTraining, Usage::kPublicTest, Usage::kPrivateTest};
  std::vector<Usage> usages;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('+', begin), text.size());
    const std::string name = text.substr(begin, end - begin);
    const auto* const found =
        std::find_if(std::begin(kUsages), std::end(kUsages), [&](Usage u) { return name == usage_name(u); });
    if (found == std::end(kUsages)) {
      throw UsageError(fmt::format(
          "--{}: expected Training, PublicTest, PrivateTest{} or several parts with + between, found \"{}\"", option,
          others, text));
    }
    if (std::find(usages.begin(), usages.end(), *found) != usages.end()) {
      throw UsageError(fmt::format("--{}: expected each part once, found {} again", option, name));
    }
    usages.push_back(*found);
    begin = end + 1;
  }
  return usages;
}

std::string usages_name(const std::vector<Usage>& usages) {
  std::string text;
  for (const Usage usage : usages) {
    if (!text.empty()) text += '+';
    text += usage_name(usage);
  }
  return usages.empty() ? "none" : text;
}

std::vector<int64_t> rows_with_usages(const Dataset& data, const std::vector<Usage>& usages) {
  std::vector<int64_t> rows;
  for (const int64_t row : all_rows(data)) {
    const Usage usage = data.usage[static_cast<size_t>(row)];
    if (std::find(usages.begin(), usages.end(), usage) != usages.end()) rows.push_back(row);
  }
  return rows;
}

std::vector<int64_t> all_rows(const Dataset& data) {
  std::vector<int64_t> rows;
  for (int64_t row = 0; row < data.size(); ++row) {
    if (data.takes_part(row)) rows.push_back(row);
  }
  return rows;
}

bool has_usage(const Dataset& data) {
  return std::any_of(data.usage.begin(), data.usage.end(), [](Usage u) { return u != Usage::kNone; });
}

NamedRows rows_of_split(const Dataset& data, const std::string& split, const std::string& path) {
  if (split.empty()) {
    for (const Usage usage : {Usage::kPrivateTest, Usage::kPublicTest}) {
      std::vector<int64_t> rows = rows_with_usage(data, usage);
      if (!rows.empty()) return {usage_name(usage), std::move(rows)};
    }
    return {kAllRows, all_rows(data)};
  }
  if (split == "all") return {kAllRows, all_rows(data)};
  const std::vector<Usage> usages = parse_usages("split", split);
  for (const Usage usage : usages) {
    if (!rows_with_usage(data, usage).empty()) continue;
    throw Error(fmt::format("{}: no row with Usage {}{}", path, usage_name(usage),
                            has_usage(data) ? "" : " (the file has no Usage column; --split all takes every row)"));
  }
  return {usages_name(usages), rows_with_usages(data, usages)};
}

}  // namespace fer::cli
