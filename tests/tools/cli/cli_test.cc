#include "tools/cli/cli.h"

#include <gtest/gtest.h>

namespace fer::cli {
namespace {

Arguments parsed(const std::vector<std::string>& words) {
  return parse({"fer-x", "DATA", "", [](cxxopts::Options& options) { declare_threads(options); }, nullptr}, words);
}

template <class F>
std::string usage_message(const F& f) {
  try {
    f();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ExpectOneOperand, SaysWhatItFound) {
  EXPECT_EQ(usage_message([] { expect_one_operand(parsed({"a.csv"}), "DATA"); }), "no error");
  EXPECT_EQ(usage_message([] { expect_one_operand(parsed({}), "DATA"); }), "expected one DATA, found none");
  EXPECT_EQ(usage_message([] {
              expect_one_operand(parsed({"a.csv", "b c.csv"}), "DATA");
            }),
            "expected one DATA, found 2: a.csv 'b c.csv'");
}

TEST(ExpectOneOperand, AnEmptyNameIsAMistake) {
  EXPECT_EQ(usage_message([] { (void)parsed({"a.csv", ""}); }), "expected names of files, found an empty one");
}

TEST(ListedNames, HaveNoBlanksAroundThem) {
  EXPECT_EQ(listed_names("x", "angry, disgust ,\tvery sad"),
            (std::vector<std::string>{"angry", "disgust", "very sad"}));
  EXPECT_EQ(listed_names("x", "one"), (std::vector<std::string>{"one"}));
  for (const char* bad : {"", "a,,b", "a,", ",a", "a, ,b"}) {
    EXPECT_EQ(usage_message([&] { listed_names("class-names", bad); }),
              "--class-names: expected names with commas between, found \"" + std::string(bad) + "\"");
  }
}

TEST(Arguments, CheckNumbersWholly) {
  EXPECT_EQ(parsed({"--threads", "3"}).integer("threads", 0, 8), 3);
  for (const std::string bad : {"", "3x", " 3", "1.5", "9", "-1"}) {
    EXPECT_EQ(usage_message([&] { (void)parsed({"--threads=" + bad}).integer("threads", 0, 8); }),
              "--threads: expected a whole number from 0 to 8, found \"" + bad + "\"");
  }
}

TEST(Arguments, QuoteTheCommandForAShell) {
  EXPECT_EQ(parsed({"--threads", "3", "it's"}).command(), "fer-x --threads 3 'it'\\''s'");
}

TEST(Grouped, HasACommaEveryThreeDigits) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(28709), "28,709");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
}

TEST(Paths, HaveALastPartAndAnExtension) {
  EXPECT_EQ(base_name("a/b.CSV"), "b.CSV");
  EXPECT_EQ(base_name("a/"), "a/");
  EXPECT_EQ(extension("a/b.CSV"), ".csv");
  EXPECT_EQ(extension("a.d/b"), "");
}

TEST(OneLine, ReplacesWhatIsNoUtf8) { EXPECT_EQ(one_line({{"f", "\xff"}}), "{\"f\":\"\xef\xbf\xbd\"}"); }

}  // namespace
}  // namespace fer::cli
