#include "report/reliability.h"

#include <gtest/gtest.h>

#include "tests/report/small_report.h"

namespace fer::report {
namespace {

Calibration small_calibration() {
  return {.bins = {{0, 0.5, 4, 0.4, 0.25}, {0.5, 1, 0, 0, 0}, {0.5, 1, 1200, 0.8, 0.9}},
          .error = 0.1005,
          .best_temperature = 1.25,
          .best_loss = 0.7,
          .best_error = 0.02};
}

TEST(Reliability, ShowsTheBinsThatHaveAnswersAndTheError) {
  const std::string html = reliability_diagram(small_calibration());
  for (const char* part : {"confidence 0 to 50 %: 4 pictures, mean confidence 40.0 %, accuracy 25.0 %",
                           "confidence 50 to 100 %: 1,200 pictures, mean confidence 80.0 %, accuracy 90.0 %",
                           "Calibration error 0.1005", "1.250", "0.0200", "0.7000"}) {
    EXPECT_NE(html.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(html.find(": 0 pictures"), std::string::npos);
  expect_balanced(html);
  expect_self_contained(html);
}

TEST(Reliability, OfNoAnswersIsNothing) { EXPECT_EQ(reliability_diagram({}), ""); }

TEST(Reliability, StandsInBothPages) {
  EvaluationReport evaluation{"m", {}, small_evaluation(), {}};
  evaluation.evaluation.calibration = small_calibration();
  TrainingReport training = small_report();
  training.evaluation.calibration = small_calibration();
  for (const std::string& html : {evaluation_report_html(evaluation), training_report_html(training)}) {
    EXPECT_NE(html.find("Accuracy by confidence"), std::string::npos);
    expect_balanced(html);
  }
}

}  // namespace
}  // namespace fer::report
