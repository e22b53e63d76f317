// The floors: an include points down, never up or beside (docs/design.md).
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/support/paths.h"

namespace {

namespace fs = std::filesystem;

const fs::path kLibrary = fs::path(fer::source_dir()) / "libfer";

// What each folder may include besides itself and the public headers.
const std::map<std::string, std::set<std::string>> kAllowed = {
    {"core", {}},
    {"kernels", {"core"}},
    {"network", {"core"}},
    {"engine", {"kernels", "network", "core"}},
    {"image", {"core"}},
    {"io", {"network", "core"}},
    {"onnx", {"io", "network", "core"}},
    {"keras", {"io", "network", "core"}},
    {"data", {"core"}},
    {"report", {"core"}},
    {"evaluate", {"data", "engine", "kernels", "network", "core"}},
    {"train", {"evaluate", "engine", "kernels", "network", "io", "data", "report", "core"}},
    {"predict", {"engine", "kernels", "network", "io", "core"}},
};

std::vector<std::string> quoted_includes(const fs::path& file) {
  static const std::regex kInclude("^\\s*#\\s*include\\s+\"([^\"]+)\"");
  std::vector<std::string> found;
  std::ifstream in(file);
  std::smatch match;
  for (std::string line; std::getline(in, line);) {
    if (std::regex_search(line, match, kInclude)) found.push_back(match[1]);
  }
  return found;
}

std::vector<std::string> angled_includes(const fs::path& file) {
  static const std::regex kInclude("^\\s*#\\s*include\\s+<([^>]+)>");
  std::vector<std::string> found;
  std::ifstream in(file);
  std::smatch match;
  for (std::string line; std::getline(in, line);) {
    if (std::regex_search(line, match, kInclude)) found.push_back(match[1]);
  }
  return found;
}

std::vector<fs::path> sources_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    if (extension == ".cc" || extension == ".h") files.push_back(entry.path());
  }
  return files;
}

TEST(Layers, PrivateIncludesPointDown) {
  for (const auto& [folder, allowed] : kAllowed) {
    const auto files = sources_in(kLibrary / folder);
    EXPECT_FALSE(files.empty()) << folder;
    for (const fs::path& file : files) {
      for (const std::string& include : quoted_includes(file)) {
        const std::string target = include.substr(0, include.find('/'));
        const bool fine = target == "fer" || include == "fer.h" || target == folder || allowed.contains(target);
        EXPECT_TRUE(fine) << fs::relative(file, kLibrary) << " includes " << include << ", which " << folder
                          << "/ may not";
      }
    }
  }
}

TEST(Layers, EveryFolderOfTheLibraryHasItsRule) {
  for (const auto& entry : fs::directory_iterator(kLibrary)) {
    const std::string name = entry.path().filename();
    if (!entry.is_directory() || name == "include" || name == "networks") continue;
    EXPECT_TRUE(kAllowed.contains(name)) << name;
  }
}

TEST(Layers, PublicHeadersIncludeOnlyTheStandardLibraryAndEachOther) {
  for (const fs::path& file : sources_in(kLibrary / "include")) {
    for (const std::string& include : quoted_includes(file)) {
      EXPECT_TRUE(include.starts_with("fer/")) << file << " includes " << include;
    }
    for (const std::string& include : angled_includes(file)) {
      // Standard C++ headers have neither a folder nor an ending; C's end in .h.
      const bool standard =
          include.find('/') == std::string::npos && (include.find('.') == std::string::npos || include.ends_with(".h"));
      EXPECT_TRUE(standard) << file << " includes " << include;
    }
  }
}

TEST(Layers, ToolsStandOnPublicHeadersAlone) {
  for (const fs::path& file : sources_in(fs::path(fer::source_dir()) / "tools")) {
    for (const std::string& include : quoted_includes(file)) {
      // The drawn faces stand apart from libfer: of its inside they use the random numbers alone.
      const bool own =
          include.starts_with("tools/") || (include == "core/random.h" && file.parent_path().filename() == "synth");
      EXPECT_TRUE(own || include.starts_with("fer/")) << file << " includes " << include;
    }
  }
}

}  // namespace
