#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <regex>

#include "fer/report.h"

namespace fer {
namespace {

// Three classes, 20 pictures, 15 of them right.
Evaluation small_evaluation() {
  Evaluation e;
  e.count = 20;
  e.loss = 0.75;
  e.accuracy = 0.75;
  e.macro_f1 = 0.7;
  e.confusion = {{8, 2, 0}, {1, 4, 0}, {0, 2, 3}};
  e.classes = {{"angry", 10, 0.8889, 0.8, 0.8421}, {"<happy>", 5, 0.5, 0.8, 0.6154}, {"sad", 5, 1, 0.6, 0.75}};
  e.worst = {{7, 0, 1, 0.99}, {3, 2, 1, 0.9}};
  return e;
}

std::vector<ReportPicture> two_pictures() {
  return {{2, 2, 1, {0, 50, 100, 200}, "row 7"}, {2, 2, 1, {1, 2, 3, 4}, "row 3"}};
}

TrainingReport small_report() {
  TrainingReport r;
  r.title = "net on data.csv";
  r.settings = {{"batch size", "64"}, {"command", "fer-train --out '<script>'"}};
  r.epochs = {{1, 2, 0.2, 1.9, 0.3, 1e-3, 10, 100}, {2, 1, 0.5, 1.2, 0.55, 1e-3, 10, 110}};
  r.best_epoch = 2;
  r.class_names = {"angry", "<happy>", "sad"};
  r.class_counts = {{"Training", {1000, 20, 3}}, {"PublicTest", {10, 5, 5}}};
  r.evaluation = small_evaluation();
  r.evaluation_name = "PublicTest";
  r.worst = two_pictures();
  return r;
}

// Elements that have an end tag are all closed, in order.
void expect_balanced(const std::string& html) {
  static const std::regex tag("<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>");
  std::vector<std::string> open;
  for (std::sregex_iterator it(html.begin(), html.end(), tag), end; it != end; ++it) {
    const std::string name = (*it)[2], rest = (*it)[3];
    if (name == "meta" || name == "img" || name == "br" || (!rest.empty() && rest.back() == '/')) continue;
    if ((*it)[1].length() == 0) {
      open.push_back(name);
    } else {
      ASSERT_FALSE(open.empty()) << name;
      ASSERT_EQ(open.back(), name);
      open.pop_back();
    }
  }
  EXPECT_TRUE(open.empty());
}

void expect_self_contained(const std::string& html) {
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_EQ(html.find("<link"), std::string::npos);
  EXPECT_EQ(html.find("http"), std::string::npos);
  EXPECT_EQ(html.find("url("), std::string::npos);
}

TEST(TrainingPage, ARateThatEndsNearZeroIsDrawnOnALinearAxis) {
  TrainingReport report = small_report();
  report.epochs[1].learning_rate = 1e-5;
  EXPECT_NE(training_report_html(report).find(">1e-4<"), std::string::npos);
  report.epochs[1].learning_rate = 3e-9;
  EXPECT_EQ(training_report_html(report).find(">1e-9<"), std::string::npos);
}

TEST(TrainingPage, ShowsCurvesCountsConfusionAndMistakes) {
  const std::string html = training_report_html(small_report());
  for (const char* part : {"<title>net on data.csv</title>", ">Loss<", ">Accuracy<", ">Learning rate<", "best: epoch 2",
                           "55.0 %", "Pictures by class", "1,000", "Confusion matrix", "By class", "Worst mistakes",
                           "data:image/png;base64,", "row 7", "batch size"}) {
    EXPECT_NE(html.find(part), std::string::npos) << part;
  }
}

TEST(TrainingPage, NeedsNothingFromElsewhereAndClosesItsTags) {
  const std::string html = training_report_html(small_report());
  expect_self_contained(html);
  expect_balanced(html);
}

TEST(TrainingPage, EscapesNamesAndSettings) {
  const std::string html = training_report_html(small_report());
  EXPECT_EQ(html.find("<happy>"), std::string::npos);
  EXPECT_NE(html.find("&lt;happy&gt;"), std::string::npos);
  EXPECT_NE(html.find("&#39;&lt;script&gt;&#39;"), std::string::npos);
}

TEST(TrainingPage, LeavesOutWhatARunWithoutValidationHasNot) {
  TrainingReport report = small_report();
  for (EpochFigures& e : report.epochs) e.val_loss = e.val_accuracy = std::numeric_limits<double>::quiet_NaN();
  report.evaluation = {};
  report.worst.clear();
  const std::string html = training_report_html(report);
  EXPECT_EQ(html.find("nan"), std::string::npos);
  EXPECT_EQ(html.find("class=\"key validation\""), std::string::npos);
  EXPECT_EQ(html.find("Confusion matrix"), std::string::npos);
  EXPECT_NE(html.find("training accuracy"), std::string::npos);
  expect_balanced(html);
}

TEST(TrainingPage, CanBeDrawnBeforeTheFirstEpochEnds) {
  TrainingReport report = small_report();
  report.epochs.clear();
  report.best_epoch = 0;
  report.evaluation = {};
  report.worst.clear();
  const std::string html = training_report_html(report);
  EXPECT_NE(html.find("No epoch has ended yet."), std::string::npos);
  expect_balanced(html);
}

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

TEST(EvaluationText, LinesUpEveryClassUnderItsHeading) {
  EXPECT_EQ(evaluation_text(small_evaluation()),
            "pictures 20  loss 0.7500  accuracy 75.00 %  macro F1 0.7000\n"
            "\n"
            "class    precision  recall      F1  pictures\n"
            "angry       0.8889  0.8000  0.8421        10\n"
            "<happy>     0.5000  0.8000  0.6154         5\n"
            "sad         1.0000  0.6000  0.7500         5\n"
            "\n"
            "confusion (rows: label, columns: predicted)\n"
            "         angry  <happy>  sad\n"
            "angry        8        2    0\n"
            "<happy>      1        4    0\n"
            "sad          0        2    3\n");
}

TEST(EvaluationJson, HoldsEveryFigure) {
  const auto json = nlohmann::json::parse(evaluation_json(small_evaluation()));
  EXPECT_EQ(json["count"], 20);
  EXPECT_EQ(json["accuracy"], 0.75);
  EXPECT_EQ(json["macro_f1"], 0.7);
  EXPECT_EQ(json["classes"][1]["name"], "<happy>");
  EXPECT_EQ(json["classes"][0]["f1"], 0.8421);
  EXPECT_EQ(json["classes"][0]["support"], 10);
  EXPECT_EQ(json["confusion"][2], (std::vector<int64_t>{0, 2, 3}));
  EXPECT_EQ(json["worst"][0]["row"], 7);
  EXPECT_EQ(json["worst"][1]["predicted"], 1);
}

TEST(EvaluationJson, IsOneLineOfJsonWhateverTheNamesAndFigures) {
  Evaluation e = small_evaluation();
  e.classes[0].name = "\xff\n\"quoted\"";
  e.loss = std::numeric_limits<double>::infinity();
  const std::string text = evaluation_json(e);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const auto json = nlohmann::json::parse(text);
  EXPECT_TRUE(json["loss"].is_null());
}

}  // namespace
}  // namespace fer
