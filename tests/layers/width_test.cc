// Pages are read in terminals and side by side: no line of them is longer than 120 columns.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/paths.h"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> pages_of_the_project() {
  const fs::path root = fer::source_dir();
  std::vector<fs::path> found = {root / "README.md", root / "CHANGELOG.md", root / "CONTRIBUTING.md"};
  for (const char* folder : {"bench", "data", "docs", "libfer", "tests", "tools"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.path().extension() == ".md") found.push_back(entry.path());
    }
  }
  return found;
}

// Of UTF-8: bytes that continue a letter do not count.
size_t columns(const std::string& line) {
  size_t count = 0;
  for (const char c : line) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

TEST(Pages, LinesFit120Columns) {
  const std::vector<fs::path> all = pages_of_the_project();
  EXPECT_GT(all.size(), 30u);
  for (const fs::path& page : all) {
    std::ifstream in(page);
    int number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      EXPECT_LE(columns(line), 120u) << page << ":" << number;
    }
  }
}

}  // namespace
