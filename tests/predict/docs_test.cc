// The programs in docs/ are the ones that are built and run.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/paths.h"

namespace fer {
namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(fer::source_dir() + "/docs/" + path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void expect_quoted(const std::string& page, const std::string& language, const std::string& program) {
  const std::string code = content_of("examples/" + program);
  ASSERT_FALSE(code.empty()) << program;
  EXPECT_NE(content_of(page).find("```" + language + "\n" + code + "```\n"), std::string::npos)
      << "docs/" << page << " does not quote docs/examples/" << program << " as it is";
}

TEST(Docs, QuoteTheTrainingExample) { expect_quoted("training.md", "cpp", "train.cc"); }
TEST(Docs, QuoteThePredictionExamples) {
  expect_quoted("inference.md", "cpp", "predict.cc");
  expect_quoted("inference.md", "c", "predict.c");
}

}  // namespace
}  // namespace fer
