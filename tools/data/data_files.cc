#include "tools/data/data_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "fer/classes.h"
#include "fer/error.h"
#include "fer/file.h"
#include "fer/image.h"
#include "tools/cli/cli.h"
#include "tools/cli/pictures.h"

namespace fer::cli {
namespace {

// The rows that take part, in the order in which they are written.
std::vector<int64_t> csv_order(const Dataset& data) {
  std::vector<int64_t> rows = all_rows(data);
  if (data.files.empty()) return rows;
  std::set<std::string> names;
  for (const int64_t row : rows) names.insert(base_name(data.files[row]));
  if (names.size() != rows.size()) return rows;
  std::sort(rows.begin(), rows.end(),
            [&](int64_t a, int64_t b) { return base_name(data.files[a]) < base_name(data.files[b]); });
  return rows;
}

void append_row(const Dataset& data, int64_t row, const std::vector<size_t>& numbers, bool usage, std::string& text) {
  if (!data.labels.empty()) text += fmt::format("{},", numbers[data.labels[row]]);
  const Image image = row_image(data, row);
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    if (i > 0) text += ' ';
    fmt::format_to(std::back_inserter(text), "{}", image.pixels[i]);
  }
  if (usage) text += fmt::format(",{}", usage_name(data.usage[row]));
  text += '\n';
}

const char* folder_of(Usage usage) {
  switch (usage) {
    case Usage::kTraining:
      return "train/";
    case Usage::kPublicTest:
      return "val/";
    case Usage::kPrivateTest:
      return "test/";
    case Usage::kNone:
      break;
  }
  return "";
}

void write_pictures(const Dataset& data, FolderWriter& folder) {
  const auto digits = fmt::formatted_size("{}", std::max<int64_t>(data.size() - 1, 0));
  for (const int64_t row : all_rows(data)) {
    std::string place = folder_of(data.usage[row]);
    if (!data.labels.empty()) place += data.class_names[data.labels[row]] + "/";
    folder.write(fmt::format("{}{:0{}}.png", place, row, digits), encode_png(row_image(data, row)));
  }
}

}  // namespace

std::vector<size_t> fer2013_numbers(const std::vector<std::string>& class_names, const std::string& path) {
  const std::vector<std::string>& known = fer2013_class_names();
  std::vector<size_t> numbers;
  for (const std::string& name : class_names) {
    const auto found = std::find(known.begin(), known.end(), canonical_class_name(name));
    if (found == known.end()) {
      throw Error(fmt::format("{}: expected classes of fer2013 ({}), which have numbers there, found {}", path,
                              fmt::join(known, ", "), name));
    }
    numbers.push_back(static_cast<size_t>(found - known.begin()));
  }
  return numbers;
}

void write_csv(const Dataset& data, const std::string& path) {
  if (data.has_values() || data.height != 48 || data.width != 48 || data.channels != 1) {
    throw Error(fmt::format("{}: expected grey pictures of 48x48, found {}", path,
                            data.has_values() ? "landmarks"
                                              : fmt::format("pictures of {}x{}x{} (height, width, channels)",
                                                            data.height, data.width, data.channels)));
  }
  const std::vector<size_t> numbers = fer2013_numbers(data.class_names, path);
  const bool usage = has_usage(data);
  write_file(path, [&](const FileSink& sink) {
    std::string text = fmt::format("{}pixels{}\n", data.labels.empty() ? "" : "emotion,", usage ? ",Usage" : "");
    for (const int64_t row : csv_order(data)) {
      append_row(data, row, numbers, usage, text);
      if (text.size() < (1 << 20)) continue;
      sink(text);
      text.clear();
    }
    sink(text);
  });
}

std::vector<std::string> write_folder(const Dataset& data, const std::string& path) {
  if (data.has_values()) throw Error(path + ": expected pictures, found landmarks");
  for (const std::string& name : data.class_names) {
    const bool good = !name.empty() && name[0] != '.' && name.find('/') == std::string::npos;
    if (!good) throw Error(fmt::format("{}: class \"{}\" cannot be the name of a folder", path, name));
  }
  FolderWriter folder(path);
  write_pictures(data, folder);
  folder.finish();
  return folder.leftovers();
}

}  // namespace fer::cli
