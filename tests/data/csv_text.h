// Text of fer2013 CSV files for tests.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "data/fer_csv.h"
#include "fer/error.h"

namespace fer::test {

using data::parse_fer_csv;

// `count` pixels that differ from row to row, in one, two and three digits.
inline std::string pixel_text(int seed, int count = 48 * 48) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    if (i > 0) text += ' ';
    text += std::to_string((seed * 31 + i * 7 + i / 5) % 256);
  }
  return text;
}

// What pixel_text(seed) says.
inline uint8_t pixel_value(int seed, int i) { return static_cast<uint8_t>((seed * 31 + i * 7 + i / 5) % 256); }

inline const char* usage_of(int row) { return usage_name(static_cast<Usage>(row % 3)); }

// Row `row` of fer2013.csv's form, without a line end.
inline std::string row_text(int row) { return std::to_string(row % 7) + "," + pixel_text(row) + "," + usage_of(row); }

inline std::string csv_text(int rows) {
  std::string text = "emotion,pixels,Usage\n";
  for (int row = 0; row < rows; ++row) text += row_text(row) + "\n";
  return text;
}

// The message that parsing `text` ends in; "" if it does not.
inline std::string message_of(std::string_view text, bool require_labels = true) {
  try {
    parse_fer_csv(text, "f.csv", require_labels);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

inline std::string read_message_of(const std::string& path) {
  try {
    read_fer_csv(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// The picture of a row is that of pixel_text(seed).
inline void expect_row(const Dataset& data, int64_t at, int seed) {
  const auto picture = data.picture(at);
  for (int i = 0; i < 48 * 48; ++i)
    ASSERT_EQ(picture[static_cast<size_t>(i)], pixel_value(seed, i)) << "row " << at << " pixel " << i;
}

// A folder that is removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = std::filesystem::temp_directory_path() / "fer_data_test_XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string file(const std::string& name) const { return path_ / name; }
  std::string write(const std::string& name, std::string_view text) const {
    std::ofstream(file(name), std::ios::binary) << text;
    return file(name);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace fer::test
