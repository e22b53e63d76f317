#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "fer/report.h"
#include "tests/report/small_report.h"

namespace fer {
namespace {

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

TEST(EvaluationText, SaysHowSureTheAnswersMayBe) {
  Evaluation e = small_evaluation();
  e.calibration = {
      .bins = {{0.5, 1, 20, 0.8, 0.75}}, .error = 0.05, .best_temperature = 1.5, .best_loss = 0.7, .best_error = 0.01};
  EXPECT_TRUE(evaluation_text(e).starts_with(
      "pictures 20  loss 0.7500  accuracy 75.00 %  macro F1 0.7000\n"
      "calibration error 0.0500  best temperature 1.500: loss 0.7000, calibration error 0.0100\n\n"));
  const auto json = nlohmann::json::parse(evaluation_json(e))["calibration"];
  EXPECT_EQ(json["error"], 0.05);
  EXPECT_EQ(json["best_temperature"], 1.5);
  EXPECT_EQ(json["loss_at_best_temperature"], 0.7);
  EXPECT_EQ(json["error_at_best_temperature"], 0.01);
  EXPECT_EQ(json["bins"][0]["count"], 20);
  EXPECT_EQ(json["bins"][0]["accuracy"], 0.75);
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
