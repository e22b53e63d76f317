#include <gtest/gtest.h>

#include "fer/image.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

using FerReport = ToolTest;

TEST_F(FerReport, WritesTheFiguresOfARun) {
  train_small_model();
  const ToolResult r = run("fer-report run --figures figures");
  ASSERT_EQ(r.status, 0) << r.err;
  for (const std::string name :
       {"loss_by_epoch", "accuracy_by_epoch", "loss_by_step", "accuracy_by_step", "confusion_counts",
        "confusion_by_row", "predicted_against_true", "class_counts", "mistakes", "probabilities"}) {
    EXPECT_TRUE(read_text(path("figures/" + name + ".svg")).starts_with("<svg ")) << name;
    EXPECT_NE(read_text(path("figures/" + name + ".csv")).find('\n'), std::string::npos) << name;
  }
  EXPECT_EQ(read_image(path("figures/mistakes.png")).channels, 3);
  // 42 pictures in batches of 7.
  EXPECT_TRUE(read_text(path("figures/loss_by_step.csv")).starts_with("step,training,validation\n6,"));
  EXPECT_TRUE(read_text(path("figures/class_counts.csv")).starts_with("part,class,pictures,share\nTraining,angry,6,"));
}

TEST_F(FerReport, WithoutItsDataARunHasItsCurves) {
  train_small_model();
  std::filesystem::remove(path("faces.csv"));
  const ToolResult r = run("fer-report run");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.err.find("--data DATA"), std::string::npos) << r.err;
  EXPECT_TRUE(exists("run/figures/loss_by_epoch.svg"));
  EXPECT_FALSE(exists("run/figures/confusion_counts.svg"));
}

TEST_F(FerReport, SaysWhereAHistoryIsDamaged) {
  train_small_model();
  write("run/history.csv", "epoch,loss\n1,0.5\n2,half\n");
  const ToolResult r = run("fer-report run --figures figures");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-report", "run/history.csv, line 3, loss: expected a number, found 'half'");
  EXPECT_FALSE(exists("figures"));
  EXPECT_EQ(run("fer-report nothing").status, 1);
  EXPECT_EQ(run("fer-report").status, 2);
}

TEST_F(FerReport, FerEvalWritesFiguresToo) {
  train_small_model();
  const ToolResult r = run("fer-eval run/best.safetensors faces.csv --figures figures --row 60");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_TRUE(exists("figures/confusion_by_row.svg"));
  EXPECT_NE(read_text(path("figures/probabilities.svg")).find("row 60"), std::string::npos);
  const ToolResult row = run("fer-eval run/best.safetensors faces.csv --figures other --row 3");
  EXPECT_EQ(row.status, 1);
  expect_one_line_error(row, "fer-eval", "--row: expected one of the rows that are evaluated, found 3");
  EXPECT_EQ(run("fer-eval run/best.safetensors faces.csv --row 3").status, 2);
}

// Without the program that draws them, the figures are there but for their PNG, and one line says what is missing.
TEST_F(FerReport, SaysWhatIsMissingForPng) {
  train_small_model();
  const ToolResult r = run("PATH='" + fer::tools_dir() + "' fer-report run --figures figures");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.err.find("apt-get install librsvg2-bin"), std::string::npos) << r.err;
  EXPECT_FALSE(exists("figures/loss_by_epoch.png"));
  EXPECT_TRUE(exists("figures/loss_by_epoch.svg"));
}

TEST_F(FerReport, DrawsPngWhereTheProgramIsThere) {
  if (std::system("rsvg-convert --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "no rsvg-convert (librsvg2-bin)";
  train_small_model();
  ASSERT_EQ(run("fer-report run --figures figures").status, 0);
  const Image picture = read_image(path("figures/loss_by_epoch.png"));
  EXPECT_EQ(picture.width, 1800);  // 720 units, 2.5 times as large
}

}  // namespace
}  // namespace fer::test
