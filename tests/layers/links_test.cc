// What the Markdown pages link to exists.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

#include "tests/support/paths.h"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> pages() {
  const fs::path root = fer::source_dir();
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(root)) {
    if (entry.path().extension() == ".md") found.push_back(entry.path());
  }
  for (const char* folder : {"bench", "data", "docs", "libfer", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.path().extension() == ".md") found.push_back(entry.path());
    }
  }
  return found;
}

TEST(Links, LeadToFilesThatExist) {
  static const std::regex kLink("\\]\\(([^)# ]+)(#[^)]*)?\\)");
  int links = 0;
  for (const fs::path& page : pages()) {
    std::ifstream in(page);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    for (std::sregex_iterator i(text.begin(), text.end(), kLink), end; i != end; ++i) {
      const std::string target = (*i)[1];
      if (target.starts_with("http")) continue;
      ++links;
      EXPECT_TRUE(fs::exists(page.parent_path() / target)) << page << " links to " << target;
    }
  }
  EXPECT_GT(links, 5);
}

}  // namespace
