// Interrupted runs, in the programs' terms: what a user types to go on, and that nothing is lost.
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

using FerTrainResume = ToolTest;

const std::string kOptions = "fer-train faces.csv --network net.json --batch-size 7 --seed 5 --patience 0 ";

// fer-train in the background; `then` gets its process id as $p.
std::string while_running(const std::string& command, const std::string& then) {
  return command + " & p=$!; " + then + "; wait $p";
}

// Waits until the run has a checkpoint.
const std::string kUntilCheckpoint = "for i in $(seq 1000); do [ -e cut/last.safetensors ] && break; sleep 0.01; done";

TEST_F(FerTrainResume, AKilledRunEndsInTheSameBytesAsAnUndisturbedOne) {
  ASSERT_EQ(run(kOptions + "--epochs 12 --out whole --quiet").status, 0);
  run(while_running(kOptions + "--epochs 12 --out cut --quiet --checkpoint-seconds 0",
                    kUntilCheckpoint + "; kill -9 $p"));
  const ToolResult r = run("fer-train --resume --out cut --quiet");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_TRUE(read_text(path("whole/best.safetensors")) == read_text(path("cut/best.safetensors")));
  const auto without_times = [](const std::string& csv) {
    std::string text;
    std::istringstream lines(csv);
    for (std::string line; std::getline(lines, line);) {
      for (int i = 0; i < 2; ++i) line.resize(line.rfind(','));
      text += line + "\n";
    }
    return text;
  };
  EXPECT_EQ(without_times(read_text(path("whole/history.csv"))), without_times(read_text(path("cut/history.csv"))));
}

TEST_F(FerTrainResume, CtrlCWritesACheckpointAndSaysHowToGoOn) {
  const ToolResult r = run(while_running(kOptions + "--epochs 100000 --out cut", kUntilCheckpoint + "; kill -INT $p") +
                           "; s=$?; exit $s");
  EXPECT_EQ(r.status, 1) << r.out << r.err;
  expect_one_line_error(r, "fer-train", "interrupted; fer-train --resume --out cut continues");
  const ToolResult on = run("fer-train --resume --out cut --json --epochs 2");
  EXPECT_EQ(on.status, 0) << on.err;
}

TEST_F(FerTrainResume, MoreEpochsGoOnFromTheLast) {
  ASSERT_EQ(run(kOptions + "--epochs 2 --out cut --quiet").status, 0);
  const ToolResult r = run("fer-train --resume --out cut --epochs 4 --json");
  ASSERT_EQ(r.status, 0) << r.err;
  const auto epochs = json_lines(r.out);
  ASSERT_EQ(epochs.size(), 2u);
  EXPECT_EQ(epochs[0]["epoch"], 3);
  EXPECT_EQ(epochs[1]["epoch"], 4);
  ASSERT_EQ(run(kOptions + "--epochs 4 --out whole --quiet").status, 0);
  EXPECT_TRUE(read_text(path("whole/best.safetensors")) == read_text(path("cut/best.safetensors")));
}

TEST_F(FerTrainResume, AFinishedRunFinishesAtOnce) {
  ASSERT_EQ(run(kOptions + "--epochs 2 --out cut --quiet").status, 0);
  const std::string before = read_text(path("cut/best.safetensors"));
  const ToolResult r = run("fer-train --resume --out cut --json");
  EXPECT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(r.out, "");
  EXPECT_TRUE(before == read_text(path("cut/best.safetensors")));
}

TEST_F(FerTrainResume, KeepsEveryCallInRunJson) {
  ASSERT_EQ(run(kOptions + "--epochs 1 --out cut --quiet").status, 0);
  ASSERT_EQ(run("fer-train --resume --out cut --epochs 2 --quiet").status, 0);
  const auto json = nlohmann::json::parse(read_text(path("cut/run.json")));
  ASSERT_EQ(json["calls"].size(), 2u);
  EXPECT_NE(json["calls"][0]["command"].get<std::string>().find("--network net.json"), std::string::npos);
  EXPECT_EQ(json["calls"][1]["command"], "fer-train --resume --out cut --epochs 2 --quiet");
  EXPECT_EQ(json["options"]["epochs"], "2");
  EXPECT_EQ(json["options"]["seed"], "5");
  EXPECT_EQ(json["data"]["train"]["pictures"], 42);
  EXPECT_EQ(json["data"]["crc32"].get<std::string>().size(), 8u);
}

TEST_F(FerTrainResume, GoesOnFromAnotherFolder) {
  ASSERT_EQ(run(kOptions + "--epochs 1 --out cut --quiet").status, 0);
  std::filesystem::create_directory(path("elsewhere"));
  const ToolResult r = run("cd elsewhere && fer-train --resume --out ../cut --epochs 2 --quiet");
  EXPECT_EQ(r.status, 0) << r.err;
}

TEST_F(FerTrainResume, RefusesOtherDataAndOtherSettings) {
  ASSERT_EQ(run(kOptions + "--epochs 1 --out cut --quiet").status, 0);
  const ToolResult seed = run("fer-train --resume --out cut --epochs 2 --seed 6");
  EXPECT_EQ(seed.status, 1);
  EXPECT_NE(seed.err.find("seed"), std::string::npos) << seed.err;
  write("faces.csv", csv_text(42, 14, 15, true) + "");
  std::string other = csv_text(42, 14, 14, true);
  other.replace(other.find(",") + 1, 2, "99");
  write("faces.csv", other);
  EXPECT_EQ(run("fer-train --resume --out cut --epochs 2").status, 1);
}

TEST_F(FerTrainResume, ARefusedResumeLeavesTheRunAsItWas) {
  ASSERT_EQ(run(kOptions + "--epochs 1 --out cut --quiet").status, 0);
  const std::string before = read_text(path("cut/run.json"));
  EXPECT_EQ(run("fer-train --resume --out cut --epochs 2 --seed 6").status, 1);
  EXPECT_EQ(read_text(path("cut/run.json")), before);
  const ToolResult r = run("fer-train --resume --out cut --epochs 2 --quiet");
  EXPECT_EQ(r.status, 0) << r.err;
}

TEST_F(FerTrainResume, RefusesAFolderWithoutARun) {
  const ToolResult r = run("fer-train --resume --out nowhere");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-train", "nowhere");
  EXPECT_FALSE(exists("nowhere"));
}

TEST_F(FerTrainResume, RefusesARunJsonThatIsNotOurs) {
  ASSERT_EQ(run(kOptions + "--epochs 1 --out cut --quiet").status, 0);
  for (const std::string text : {"", "[]", "{\"options\": 1}", "{\"options\": {}, \"data\": {\"path\": 3}}"}) {
    write("cut/run.json", text);
    const ToolResult r = run("fer-train --resume --out cut");
    EXPECT_EQ(r.status, 1) << text;
    expect_one_line_error(r, "fer-train", "cut/run.json");
  }
}

}  // namespace
}  // namespace fer::test
