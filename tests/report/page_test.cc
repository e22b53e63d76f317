#include "report/page.h"

#include <gtest/gtest.h>

#include "fer/version.h"
#include "tests/report/small_report.h"

namespace fer::report {
namespace {

TEST(Page, IsAWholeDocumentThatSaysWhatWroteIt) {
  const std::string html = page("a < b", "<p>text</p>\n");
  EXPECT_TRUE(html.starts_with("<!doctype html>\n<html lang=\"en\">"));
  EXPECT_NE(html.find("<title>a &lt; b</title>"), std::string::npos);
  EXPECT_NE(html.find("<p>text</p>"), std::string::npos);
  EXPECT_NE(html.find(std::string("fer ") + version()), std::string::npos);
  expect_self_contained(html);
  expect_balanced(html);
}

TEST(Page, ASectionOfNothingIsNothing) {
  EXPECT_EQ(section("Heading", ""), "");
  EXPECT_EQ(section("A & B", "text"), "<section><h2>A &amp; B</h2>\ntext</section>\n");
}

TEST(Page, AnEvaluationOfNoPicturesHasNoSections) {
  EXPECT_EQ(evaluation_sections({}, {}), "");
  EXPECT_NE(evaluation_sections(small_evaluation(), {}), "");
}

TEST(Page, TablesHaveARowForEachClass) {
  const std::string table = class_figures_table(small_evaluation());
  for (const char* name : {"angry", "&lt;happy&gt;", "sad"}) EXPECT_NE(table.find(name), std::string::npos) << name;
  expect_balanced(table);
  expect_balanced(confusion_table(small_evaluation()));
  expect_balanced(mistakes_gallery(small_evaluation(), two_pictures()));
}

}  // namespace
}  // namespace fer::report
