#include <gtest/gtest.h>

#include <limits>

#include "fer/report.h"
#include "tests/report/small_report.h"

namespace fer {
namespace {

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

TEST(TrainingPage, ShowsTheLossAtItsBestTemperatureWhereItIsKnown) {
  TrainingReport report = small_report();
  EXPECT_EQ(training_report_html(report).find("best temperature"), std::string::npos) << "begun by the first version";
  report.epochs[1].val_calibrated_loss = 1.25;
  report.epochs[1].val_temperature = 1.5;
  EXPECT_NE(training_report_html(report).find("validation at its best temperature"), std::string::npos);
}

TEST(TrainingPage, ShowsHowFarTrainingPicturesAreKnownByHeart) {
  TrainingReport report = small_report();
  report.evaluation.accuracy = 0.5;
  report.on_training.count = 1234;
  report.on_training.accuracy = 0.75;
  report.on_training_name = "1,234 pictures of Training";
  const std::string html = training_report_html(report);
  for (const char* part : {"accuracy on 1,234 pictures of Training", "75.0 %", "points apart", ">25.0<"}) {
    EXPECT_NE(html.find(part), std::string::npos) << part;
  }
  expect_balanced(html);
}

TEST(TrainingPage, OfLastWeightsCallsNoEpochTheBest) {
  TrainingReport report = small_report();
  EXPECT_NE(training_report_html(report).find("best epoch"), std::string::npos);
  report.last_is_kept = true;
  const std::string html = training_report_html(report);
  EXPECT_EQ(html.find("best epoch"), std::string::npos);
  EXPECT_EQ(html.find("best: epoch"), std::string::npos);
  EXPECT_NE(html.find("last epoch"), std::string::npos);
  EXPECT_NE(html.find("Last weights on"), std::string::npos);
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

}  // namespace
}  // namespace fer
