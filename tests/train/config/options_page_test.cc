// The tables of options in docs/training.md are the list's. After a change of the list:
//   FER_WRITE_PAGES=1 build-release/tests/train_test --gtest_filter='OptionsPage.*'
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

#include "fer/train_options.h"
#include "tests/support/paths.h"
#include "tests/train/small_run.h"

namespace fer {
namespace {

constexpr const char* kBegin = "<!-- made of the list of options by tests/train/config/options_page_test.cc -->\n";
constexpr const char* kEnd = "<!-- end of the list -->\n";

std::string row_of(const TrainOption& option) {
  const std::string spelling = option.name.empty()       ? ""
                               : option.argument.empty() ? fmt::format("`--{}`", option.name)
                                                         : fmt::format("`--{} {}`", option.name, option.argument);
  const std::string field = option.field.empty() ? "several" : fmt::format("`{}`", option.field);
  // The cells are short of "a number of" and ", or none": at most 120 columns.
  std::string values = std::regex_replace(option.expected, std::regex("^a number (of )?|, or none$"), "");
  if (values == "a number") values = "any number";
  const std::string with = option.with.empty() ? "" : fmt::format(" ({})", fmt::join(option.with, ", "));
  return fmt::format("| {} | {} | {} | {}{} |\n", spelling, field, option.usual, values, with);
}

std::string tables() {
  std::string text, group;
  for (const TrainOption& option : train_options()) {
    if (option.group != group) {
      group = option.group;
      text += fmt::format("\n**{}**\n\n| option | field | default | values |\n|---|---|---|---|\n", group);
    }
    text += row_of(option);
  }
  return text + "\n";
}

TEST(OptionsPage, HasTheListsNamesDefaultsAndRanges) {
  const std::string path = std::string(source_dir()) + "/docs/training.md";
  std::string page = content_of(path);
  const size_t begin = page.find(kBegin), end = page.find(kEnd);
  ASSERT_NE(begin, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  const size_t first = begin + std::string(kBegin).size();
  if (std::getenv("FER_WRITE_PAGES") != nullptr) {
    page.replace(first, end - first, tables());
    std::ofstream(path, std::ios::binary) << page;
    return;
  }
  EXPECT_EQ(page.substr(first, end - first), tables()) << "how to write it anew: at the top of this test";
}

TEST(OptionsPage, HasNoLineThatIsTooLong) {
  std::istringstream lines(tables());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 120u) << line;
}

}  // namespace
}  // namespace fer
