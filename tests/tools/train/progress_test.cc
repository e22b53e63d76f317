#include "tools/train/progress.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace fer::cli {
namespace {

StepProgress halfway() {
  return {.epoch = 3,
          .epochs = 100,
          .step = 225,
          .steps = 450,
          .images = 14400,
          .loss = 1.23456,
          .accuracy = 0.53214,
          .learning_rate = 1e-3,
          .seconds = 28,
          .images_per_second = 512.4};
}

EpochResult third_epoch() {
  return {.epoch = 3,
          .loss = 1.23456,
          .accuracy = 0.53214,
          .val_loss = 1.1,
          .val_accuracy = 0.58,
          .learning_rate = 9e-4,
          .seconds = 64.2,
          .images_per_second = 512.4};
}

TEST(BarLine, ShowsBarCountSpeedTimeLeftAndFigures) {
  EXPECT_EQ(
      bar_line(halfway(), 120),
      "Epoch   3/100 [==============>...............] 225/450  512 img/s  ETA 0:29  loss 1.2346  accuracy 0.5321");
}

TEST(BarLine, NeverExceedsTheWidth) {
  for (int width = 0; width < 200; ++width) {
    EXPECT_LE(static_cast<int>(bar_line(halfway(), width).size()), width) << bar_line(halfway(), width);
  }
}

TEST(BarLine, DropsTheSpeedFirstAndTheTimeLeftLast) {
  const std::string without_speed = bar_line(halfway(), 72);
  EXPECT_EQ(without_speed.find("img/s"), std::string::npos) << without_speed;
  EXPECT_NE(without_speed.find("accuracy"), std::string::npos) << without_speed;
  const std::string narrow = bar_line(halfway(), 44);
  EXPECT_EQ(narrow.find("accuracy"), std::string::npos) << narrow;
  EXPECT_NE(narrow.find("ETA 0:29"), std::string::npos) << narrow;
}

TEST(BarLine, IsFullAndSaysValidatingAfterTheLastStep) {
  StepProgress p = halfway();
  p.step = p.steps;
  const std::string line = bar_line(p, 120);
  EXPECT_NE(line.find("[==============================] 450/450"), std::string::npos) << line;
  EXPECT_NE(line.find("validating"), std::string::npos) << line;
}

TEST(StartLine, SaysHowManyStepsAndHowLong) {
  StepProgress p = halfway();
  p.epoch = 1;
  p.epochs = 30;
  EXPECT_EQ(start_line(p, 1, 50), "epoch 1 of 30: 450 steps, about 50 s");
  EXPECT_EQ(start_line(p, 1, 0.01), "epoch 1 of 30: 450 steps, about 1 s");
  EXPECT_EQ(start_line(p, 1, 754), "epoch 1 of 30: 450 steps, about 13 min");
  EXPECT_EQ(start_line(p, 1, 3600 * 5), "epoch 1 of 30: 450 steps, about 5 h");
  EXPECT_EQ(start_line(p, 326, 28), "epoch 1 of 30: 125 of 450 steps are left, about 28 s");
  p.steps = 1;
  EXPECT_EQ(start_line(p, 1, 3), "epoch 1 of 30: 1 step, about 3 s");
}

TEST(TeacherLine, SaysWhatWasAskedAndWhatItAnswered) {
  EXPECT_EQ(
      teacher_line({.models = 2, .pictures = 28709, .seconds = 35.4, .label_probability = 0.7123}),
      "teacher: 2 models asked about 28,709 pictures in 35.4 s; they give a picture's own class 0.712 on average");
  EXPECT_EQ(teacher_line({.models = 1, .pictures = 7, .seconds = 0.01234, .label_probability = 1}),
            "teacher: 1 model asked about 7 pictures in 0.0123 s; it gives a picture's own class 1.000 on average");
}

class StartOfProgress : public ::testing::Test {
 protected:
  static StepProgress at(int64_t step, double seconds) {
    StepProgress p = halfway();
    p.epoch = 1;
    p.step = step;
    p.seconds = seconds;
    return p;
  }
  static std::string printed(ProgressForm form, const std::vector<StepProgress>& steps) {
    ::testing::internal::CaptureStdout();
    Progress progress(form, 100);
    for (const StepProgress& p : steps) progress.step(p);
    return ::testing::internal::GetCapturedStdout();
  }
};

// The first step is slower than the others.
TEST_F(StartOfProgress, IsSaidOnceAfterThreeSteps) {
  EXPECT_EQ(printed(ProgressForm::kLines, {at(1, 1), at(2, 1.125)}), "");
  EXPECT_EQ(printed(ProgressForm::kLines, {at(1, 1), at(2, 1.125), at(3, 1.25), at(4, 1.375)}),
            "epoch 1 of 100: 450 steps, about 57 s\n");
}

TEST_F(StartOfProgress, IsSaidSoonerWhereStepsAreLong) {
  EXPECT_EQ(printed(ProgressForm::kLines, {at(1, 10)}), "epoch 1 of 100: 450 steps, about 75 min\n");
}

TEST_F(StartOfProgress, OfAResumedEpochSaysWhatIsLeft) {
  EXPECT_EQ(printed(ProgressForm::kLines, {at(326, 90), at(327, 90.5), at(328, 91)}),
            "epoch 1 of 100: 125 of 450 steps are left, about 35 s\n");
}

TEST_F(StartOfProgress, IsNoJsonAndNotQuiet) {
  EXPECT_EQ(printed(ProgressForm::kJson, {at(1, 1), at(2, 2), at(3, 3)}), "");
  EXPECT_EQ(printed(ProgressForm::kNone, {at(1, 1), at(2, 2), at(3, 3)}), "");
}

TEST(EpochLine, IsOnePlainLine) {
  EXPECT_EQ(epoch_line(third_epoch(), 100),
            "Epoch   3/100  1:05  512 img/s  loss 1.2346  accuracy 0.5321  val_loss 1.1000  val_accuracy 0.5800  "
            "lr 0.0009");
}

TEST(EpochLine, ShowsTheLossAtItsBestTemperature) {
  EpochResult e = third_epoch();
  e.val_calibrated_loss = 0.98765;
  e.val_temperature = 1.234567;
  EXPECT_NE(epoch_line(e, 100).find("  val_loss 1.1000 (0.9877 at 1.23)  val_accuracy 0.5800  "), std::string::npos)
      << epoch_line(e, 100);
}

TEST(EpochLine, LeavesOutValidationWhereThereIsNone) {
  EpochResult e = third_epoch();
  e.val_loss = e.val_accuracy = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(epoch_line(e, 9), "Epoch 3/9  1:05  512 img/s  loss 1.2346  accuracy 0.5321  lr 0.0009");
}

TEST(EpochJson, HasTheTenKeysAndNullForWhatIsMissing) {
  EpochResult e = third_epoch();
  e.val_loss = std::numeric_limits<double>::quiet_NaN();
  const auto json = nlohmann::json::parse(epoch_json(e));
  EXPECT_EQ(json.size(), 10u);
  EXPECT_EQ(json["epoch"], 3);
  EXPECT_EQ(json["learning_rate"], 9e-4);
  EXPECT_EQ(json["images_per_second"], 512.4);
  EXPECT_EQ(json["seconds"], 64.2);
  EXPECT_TRUE(json["val_loss"].is_null());
}

}  // namespace
}  // namespace fer::cli
