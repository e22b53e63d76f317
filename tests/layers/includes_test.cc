// What public headers and programs may include. (The floors within the library: floors.py.)
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

const fs::path kLibrary = fs::path(fer::source_dir()) / "libfer";

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

// Else a shared libfer would not show what the header declares.
TEST(Layers, PublicHeadersDeclareInTheNamespaceThatIsShown) {
  for (const fs::path& file : sources_in(kLibrary / "include" / "fer")) {
    std::ifstream in(file);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    EXPECT_EQ(text.find("\nnamespace fer {"), std::string::npos) << file << ": expected namespace FER_PUBLIC fer";
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
