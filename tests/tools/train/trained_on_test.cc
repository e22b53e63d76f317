// fer-eval of pictures that the model was trained on.
#include "tools/train/trained_on.h"

#include <set>

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

TEST_F(TrainedOn, FerEvalTakesWhatWasHeldOutAndSaysSo) {
  const std::string says = "evaluated on the 6 of 60 pictures that its run held out of training (held-out random 10 %)";
  const ToolResult r = run("fer-eval run/best.safetensors train.csv");
  ASSERT_EQ(r.status, 0) << r.err;
  expect_one_line_error(r, "fer-eval", "run/best.safetensors: " + says);
  expect_one_line_error(run("fer-eval run/snapshots/step-000005.safetensors train.csv"), "fer-eval", says);
  expect_one_line_error(run("fer-eval run train.csv"), "fer-eval", "run/best.safetensors: " + says);
  // The same pictures by another name.
  expect_one_line_error(run("cp train.csv copy.csv && fer-eval run/best.safetensors copy.csv"), "fer-eval", says);
  // The model alone remembers it too, also when it was made smaller.
  expect_one_line_error(run("cp run/best.safetensors m.safetensors && fer-eval m.safetensors train.csv"), "fer-eval",
                        says);
  expect_one_line_error(
      run("fer-convert run/best.safetensors --storage bf16 --out h.safetensors && fer-eval h.safetensors train.csv"),
      "fer-eval", says);
}

TEST_F(TrainedOn, PicturesThatTheModelHasSeenAreCounted) {
  // Rows 50 to 59 are among the 60 of the run, of which some were held out.
  std::string csv = csv_text(70, 0, 0, false);
  write("more.csv", csv);
  const ToolResult r = run("fer-eval run more.csv --split held-out");
  EXPECT_EQ(r.status, 1) << "other pictures";
  const ToolResult usual = run("fer-eval run more.csv");
  EXPECT_NE(usual.err.find("more.csv: has no part to test with"), std::string::npos) << usual.err;
  // PrivateTest of faces.csv are rows 56 to 69.
  const ToolResult seen = run("fer-eval run faces.csv");
  EXPECT_EQ(seen.status, 0) << seen.err;
  EXPECT_NE(seen.err.find("run/best.safetensors: was trained on "), std::string::npos) << seen.err;
  EXPECT_NE(seen.err.find(" of these 14 pictures, or on others with the same pixels"), std::string::npos) << seen.err;
  write("run/parts.csv", "something\n");
  expect_one_line_error(run("fer-eval run faces.csv"), "fer-eval",
                        "run/parts.csv:1: expected part,row,checksum as fer-train writes them, found another line");
}

TEST_F(TrainedOn, ATestPartIsHeldOutBesideTheValidationPart) {
  const ToolResult r =
      run("fer-train train.csv --network net.json --epochs 1 --test-split 0.2 --validation-split 0.2 --out parts");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("train 36 (random 60 %), validate 12 (random 20 %), test 12 (random 20 % for testing)"),
            std::string::npos)
      << r.out;
  EXPECT_NE(r.out.find(" on random 20 % for testing, which nothing was chosen by\n"), std::string::npos) << r.out;
  const ToolResult eval = run("fer-eval parts train.csv --json");
  EXPECT_EQ(json_lines(eval.out).at(0)["count"], 12);
  EXPECT_EQ(json_lines(eval.out).at(0)["split"], "held-out random 20 % for testing");
  const ToolResult alone = run("cp parts/best.safetensors m.safetensors && fer-eval m.safetensors train.csv --json");
  EXPECT_EQ(json_lines(alone.out).at(0)["accuracy"], json_lines(eval.out).at(0)["accuracy"]);
  // What a model is calibrated by is not what it is judged by.
  const ToolResult calibrated = run("fer-calibrate parts/best.safetensors train.csv --out c.safetensors --json");
  EXPECT_NE(calibrated.err.find("(held-out random 20 %)"), std::string::npos) << calibrated.err;
  // A resumed run has the same parts.
  EXPECT_EQ(run("fer-train --resume --epochs 2 --quiet --out parts").status, 0);
}

TEST_F(TrainedOn, FoldsAreEachHeldOutOnce) {
  std::set<std::string> rows;
  for (const char* fold : {"1", "2", "3"}) {
    const std::string out = std::string("fold") + fold;
    const ToolResult r = run("fer-train train.csv --network net.json --epochs 1 --folds 3 --quiet --fold " +
                             std::string(fold) + " --out " + out);
    ASSERT_EQ(r.status, 0) << r.err;
    std::istringstream lines(read_text(path(out + "/parts.csv")));
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("validation,")) rows.insert(line);
    }
    const ToolResult eval = run("fer-eval " + out + " train.csv --json");
    EXPECT_EQ(json_lines(eval.out).at(0)["split"], "held-out fold " + std::string(fold) + " of 3");
  }
  EXPECT_EQ(rows.size(), 60u);
  EXPECT_EQ(run("fer-train train.csv --folds 3 --out x").status, 2);
  EXPECT_EQ(run("fer-train train.csv --folds 3 --fold 4 --out x").status, 2);
}

TEST_F(TrainedOn, AnyPartsAreTrainedOnAndEvaluated) {
  const ToolResult r =
      run("fer-train faces.csv --network net.json --epochs 1 --train Training+PublicTest --validation PrivateTest "
          "--out union");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("train 56 (Training+PublicTest), validate 14 (PrivateTest)"), std::string::npos) << r.out;
  const auto json = json_lines(run("fer-eval union faces.csv --split PublicTest+PrivateTest --json").out).at(0);
  EXPECT_EQ(json["count"], 28);
  EXPECT_EQ(json["split"], "PublicTest+PrivateTest");
  const ToolResult both = run("fer-train faces.csv --train Training+PublicTest --out x");
  EXPECT_EQ(both.status, 2);
  expect_one_line_error(both, "fer-train", "expected different parts, found PublicTest in both");
  expect_one_line_error(
      run("fer-train faces.csv --train Trainig --out x"), "fer-train",
      "--train: expected Training, PublicTest, PrivateTest or several parts with + between, found \"Trainig\"");
  EXPECT_EQ(run("fer-train --resume --epochs 2 --quiet --out union").status, 0);
}

// Of a run begun before parts were stratified, and before there was parts.csv.
TEST_F(TrainedOn, OlderRunsAreDividedAsTheyWere) {
  auto json = nlohmann::json::parse(read_text(path("run/run.json")));
  EXPECT_EQ(json["data"]["drawn"], "by class");
  json["data"].erase("drawn");
  write("run/run.json", json.dump());
  expect_one_line_error(run("fer-train --resume --epochs 2 --quiet --out run"), "fer-train", "was made by another run");
  const ToolResult r = run("rm run/parts.csv && fer-eval run train.csv --json");
  EXPECT_EQ(json_lines(r.out).at(0)["count"], 6);
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
      run("cp run/best.safetensors m.safetensors && fer-eval m.safetensors other.csv --split held-out"), "fer-eval",
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
  // (That this model is as good as guessing is another line.)
  const auto expect_first_line = [&](const std::string& data) {
    const ToolResult r = run("fer-eval run/best.safetensors " + data);
    EXPECT_TRUE(r.err.starts_with("fer-eval: " + data + says)) << r.err;
    EXPECT_EQ(r.status, 0);
  };
  write("other.csv", csv_text(20, 0, 0, false));
  expect_first_line("other.csv");
  write("run/run.json", "{damaged");
  expect_first_line("train.csv");
}

TEST_F(TrainedOn, AskedForOrWithAPartToTestWithThereIsNothingToSay) {
  EXPECT_EQ(run("fer-eval run/best.safetensors train.csv --split all").err, "");
  EXPECT_EQ(run("fer-eval run/best.safetensors faces.csv --split Training").err, "");
}

}  // namespace
}  // namespace fer::test
