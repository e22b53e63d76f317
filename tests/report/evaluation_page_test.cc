#include <gtest/gtest.h>

#include "fer/report.h"
#include "tests/report/small_report.h"

namespace fer {
namespace {

TEST(EvaluationPage, ShowsFiguresAndNeedsNothingFromElsewhere) {
  const EvaluationReport report{
      "model on PrivateTest", {{"model", "a.safetensors"}}, small_evaluation(), two_pictures()};
  const std::string html = evaluation_report_html(report);
  for (const char* part :
       {"75.0 %", "0.7500", "0.8421", "88.9 %", "a.safetensors", "angry taken for &lt;happy&gt;: 2"}) {
    EXPECT_NE(html.find(part), std::string::npos) << part;
  }
  expect_self_contained(html);
  expect_balanced(html);
}

TEST(EvaluationPage, AClassWithoutPicturesDividesByNothing) {
  EvaluationReport report{"m", {}, small_evaluation(), {}};
  report.evaluation.confusion[1] = {0, 0, 0};
  report.evaluation.classes[1].support = 0;
  const std::string html = evaluation_report_html(report);
  EXPECT_EQ(html.find("nan"), std::string::npos);
  EXPECT_EQ(html.find("inf"), std::string::npos);
}

}  // namespace
}  // namespace fer
