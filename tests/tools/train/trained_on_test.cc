// fer-eval of pictures that the model was trained on.
#include "tools/train/trained_on.h"

#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class TrainedOn : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    write("train.csv", csv_text(60, 0, 0, false));
    const ToolResult r =
        run("fer-train train.csv --network net.json --epochs 1 --batch-size 7 --save-every 5 --out run --quiet");
    ASSERT_EQ(r.status, 0) << r.err;
  }
};

TEST_F(TrainedOn, FerEvalSaysThatItIsNoTest) {
  const std::string says = "was trained on 54 of these 60 pictures, so this accuracy is no test";
  const ToolResult r = run("fer-eval run/best.safetensors train.csv");
  ASSERT_EQ(r.status, 0) << r.err;
  expect_one_line_error(r, "fer-eval", "run/best.safetensors: " + says);
  expect_one_line_error(run("fer-eval run/snapshots/step-000005.safetensors train.csv"), "fer-eval", says);
  // The same pictures by another name.
  expect_one_line_error(run("cp train.csv copy.csv && fer-eval run/best.safetensors copy.csv"), "fer-eval", says);
}

TEST_F(TrainedOn, WhatTheRunHeldOutIsEvaluated) {
  const ToolResult r = run("fer-eval run/best.safetensors train.csv --split held-out --json");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(r.err, "");
  const auto found = json_lines(r.out).at(0);
  EXPECT_EQ(found["count"], 6);
  EXPECT_EQ(found["split"], "held-out random 10 %");
  // As the run itself judged them.
  const ToolResult history = run("tail -n 1 run/history.csv");
  std::vector<std::string> cells;
  std::istringstream line(history.out);
  for (std::string cell; std::getline(line, cell, ',');) cells.push_back(cell);
  EXPECT_NEAR(found["accuracy"].get<double>(), std::stod(cells.at(4)), 1e-9) << history.out;
  // The same pictures by another name; two models of one run.
  EXPECT_EQ(run("cp train.csv copy.csv && fer-eval run/best.safetensors run/best.safetensors copy.csv --split held-out "
                "--json")
                .status,
            0);
}

TEST_F(TrainedOn, HeldOutPicturesAreThoseOfTheRunAlone) {
  write("other.csv", csv_text(20, 0, 0, false));
  expect_one_line_error(run("fer-eval run/best.safetensors other.csv --split held-out"), "fer-eval",
                        "other.csv: expected the pictures that the run in ");
  expect_one_line_error(
      run("cp run/best.safetensors m.safetensors && fer-eval m.safetensors train.csv --split held-out"), "fer-eval",
      "run.json: not there");
  write("run/run.json", "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n");
  expect_one_line_error(run("fer-eval run/best.safetensors train.csv --split held-out"), "fer-eval",
                        "run.json: expected the description of a run that fer-train writes, found a Git LFS pointer");
  write("run/run.json", "[1]");
  expect_one_line_error(run("fer-eval run/best.safetensors train.csv --split held-out"), "fer-eval",
                        "found other or damaged JSON");
}

TEST_F(TrainedOn, WhereNothingIsKnownFerEvalSaysWhatItCounts) {
  const std::string says = ": has no part to test with, so all its pictures count";
  expect_one_line_error(run("cp run/best.safetensors m.safetensors && fer-eval m.safetensors train.csv"), "fer-eval",
                        "train.csv" + says);
  write("other.csv", csv_text(20, 0, 0, false));
  expect_one_line_error(run("fer-eval run/best.safetensors other.csv"), "fer-eval", "other.csv" + says);
  write("run/run.json", "{damaged");
  expect_one_line_error(run("fer-eval run/best.safetensors train.csv"), "fer-eval", "train.csv" + says);
}

TEST_F(TrainedOn, AskedForOrWithAPartToTestWithThereIsNothingToSay) {
  EXPECT_EQ(run("fer-eval run/best.safetensors train.csv --split all").err, "");
  EXPECT_EQ(run("fer-eval run/best.safetensors faces.csv").err, "");
}

}  // namespace
}  // namespace fer::test
