// The programs that the pages quote are the files they name: "`docs/examples/NAME`:" and then the text itself.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

#include "tests/support/paths.h"

namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST(Quotes, AreTheFilesThatTheyName) {
  static const std::regex kQuote("`(docs/examples/[a-z_]+\\.[a-z]+)`[^`\n]*:\n\n```[a-z]+\n");
  const fs::path root = fer::source_dir();
  int quotes = 0;
  for (const auto& entry : fs::directory_iterator(root / "docs")) {
    if (entry.path().extension() != ".md") continue;
    const std::string page = read(entry.path());
    for (std::sregex_iterator i(page.begin(), page.end(), kQuote), end; i != end; ++i) {
      const size_t begin = static_cast<size_t>(i->position() + i->length());
      EXPECT_EQ(page.substr(begin, page.find("```\n", begin) - begin), read(root / (*i)[1].str()))
          << entry.path() << " quotes " << (*i)[1];
      ++quotes;
    }
  }
  EXPECT_EQ(quotes, 4);
}

}  // namespace
