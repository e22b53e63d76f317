// What fer-train says when a run ends.
#include "tools/train/train_run.h"

#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

using TrainRun = ToolTest;

const std::string kStopped =
    "fer-train faces.csv --network net.json --batch-size 7 --out run --epochs 9 --patience 1 --min-delta 100 ";

TEST_F(TrainRun, EarlyStoppingNamesTheFigureThatItWentBy) {
  const ToolResult r = run(kStopped + "--stop-monitor val_accuracy");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("\nstopped early: no improvement of val_accuracy any more\n"), std::string::npos) << r.out;
}

TEST_F(TrainRun, EarlyStoppingWithoutValidationWentByTheTrainingFigure) {
  const ToolResult r = run(kStopped + "--validation-split 0");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("\nstopped early: no improvement of loss any more\n"), std::string::npos) << r.out;
}

// Every picture was of the one class at 100 %, with a loss of 0, and nothing was said.
TEST_F(TrainRun, OneClassIsRefused) {
  const ToolResult one = run("fer-train faces.csv --network net.json --classes happy --epochs 1 --out run");
  EXPECT_EQ(one.status, 1) << one.out;
  EXPECT_NE(
      one.err.find("network: expected two outputs or more, one per class, found 1: training needs pictures of two "
                   "classes\n"),
      std::string::npos)
      << one.err;
  EXPECT_FALSE(exists("run"));
  nlohmann::json network = nlohmann::json::parse(kNetwork);
  network["layers"].back()["units"] = 1;
  network.erase("class_names");
  write("one.json", network.dump());
  const ToolResult outputs = run("fer-train faces.csv --network one.json --epochs 1 --out run");
  EXPECT_EQ(outputs.status, 1) << outputs.out;
  expect_one_line_error(outputs, "fer-train",
                        "but network tiny has 1 output, which tells no classes apart: give its last "
                        "layer 7 units, one per class");
}

// It trained, put run.json into /, and only then found that there is no folder.
TEST_F(TrainRun, AFolderWithoutANameIsRefused) {
  for (const char* command :
       {"fer-train faces.csv --network net.json --epochs 1 --out ''", "fer-train --resume --out ''"}) {
    const ToolResult r = run(command);
    EXPECT_EQ(r.status, 2) << r.out;
    expect_one_line_error(r, "fer-train", "--out: expected the name of a folder, found an empty one");
  }
  EXPECT_EQ(run("fer-train '' --network net.json --out run").status, 2);
  EXPECT_FALSE(exists("run"));
}

// SIGPIPE ended it at its first line, without a checkpoint.
TEST_F(TrainRun, GoesOnWithoutAReaderOfItsOutput) {
  const ToolResult r =
      run("( fer-train faces.csv --network net.json --epochs 3 --batch-size 7 --out run; echo $? > status ) | true");
  EXPECT_EQ(r.status, 0);
  EXPECT_NE(r.err.find("cannot write to standard output"), std::string::npos) << r.err;
  EXPECT_EQ(read_text(path("status")), "1\n") << "what was printed is lost";
  EXPECT_NE(read_text(path("run/history.csv")).find("\n3,"), std::string::npos) << "all epochs were trained";
  EXPECT_TRUE(exists("run/report.html"));
}

// "fer-train 0.1.0: , 3,435 parameters", it said.
TEST_F(TrainRun, ANetworkWithoutANameIsSaidToHaveNone) {
  nlohmann::json network = nlohmann::json::parse(kNetwork);
  network.erase("name");
  write("unnamed.json", network.dump());
  const ToolResult r = run("fer-train faces.csv --network unnamed.json --epochs 1 --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find(": (unnamed), "), std::string::npos) << r.out;
  EXPECT_NE(read_text(path("run/report.html")).find("(unnamed) on faces.csv"), std::string::npos);
}

}  // namespace
}  // namespace fer::test
