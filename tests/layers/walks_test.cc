// The walks in docs/design.md: lists of files that exist, and that go down the floors and do not come back up.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include "tests/support/paths.h"

namespace {

namespace fs = std::filesystem;

// The rooms in the order of the page's table, from the ground up, and the tools on top.
std::vector<std::string> rooms_of(const fs::path& page) {
  static const std::regex kRow("^\\| `([a-z]+)` \\|.*");
  std::vector<std::string> rooms;
  std::ifstream in(page);
  std::smatch match;
  for (std::string line; std::getline(in, line);) {
    if (std::regex_match(line, match, kRow)) rooms.push_back(match[1]);
  }
  rooms.emplace_back("tools");
  return rooms;
}

// "1. `libfer/train/run/fit_loop.cc`: what happens there", one walk after another.
std::vector<std::vector<std::string>> walks_of(const fs::path& page) {
  static const std::regex kStep("^([0-9]+)\\. `([a-z_0-9/]+\\.cc)`.*");
  std::vector<std::vector<std::string>> walks;
  std::ifstream in(page);
  std::smatch match;
  for (std::string line; std::getline(in, line);) {
    if (!std::regex_match(line, match, kStep)) continue;
    if (match[1] == "1") walks.emplace_back();
    walks.back().push_back(match[2]);
  }
  return walks;
}

size_t floor_of(const std::string& file, const std::vector<std::string>& rooms) {
  const std::string path = file.starts_with("libfer/") ? file.substr(7) : file;
  const std::string room = path.substr(0, path.find('/'));
  const auto found = std::find(rooms.begin(), rooms.end(), room);
  EXPECT_NE(found, rooms.end()) << file;
  return static_cast<size_t>(found - rooms.begin());
}

TEST(Walks, GoDownThroughFilesThatExist) {
  const fs::path root = fer::source_dir(), page = root / "docs/design.md";
  const std::vector<std::string> rooms = rooms_of(page);
  ASSERT_EQ(rooms.size(), 15u);
  const auto walks = walks_of(page);
  EXPECT_EQ(walks.size(), 3u);
  for (const auto& walk : walks) {
    EXPECT_GE(walk.size(), 4u);
    for (size_t i = 0; i < walk.size(); ++i) {
      EXPECT_TRUE(fs::is_regular_file(root / walk[i])) << walk[i];
      if (i == 0) continue;
      EXPECT_LE(floor_of(walk[i], rooms), floor_of(walk[i - 1], rooms)) << walk[i - 1] << ", then " << walk[i];
    }
  }
}

}  // namespace
