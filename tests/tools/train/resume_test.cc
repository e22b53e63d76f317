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
      std::istringstream cells(line);
      int column = 0;  // 6 and 7 are seconds and images_per_second
      for (std::string cell; std::getline(cells, cell, ','); ++column) {
        if (column != 6 && column != 7) text += cell + ",";
      }
      text += "\n";
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

// docker stop sends SIGTERM, a terminal that goes away SIGHUP.
TEST_F(FerTrainResume, OtherSignalsThatEndProgramsDoSo) {
  for (const std::string signal : {"TERM", "HUP"}) {
    std::filesystem::remove_all(path("cut"));
    const ToolResult r = run(
        while_running(kOptions + "--epochs 100000 --out cut --quiet", kUntilCheckpoint + "; kill -" + signal + " $p") +
        "; s=$?; exit $s");
    EXPECT_EQ(r.status, 1) << r.out << r.err;
    expect_one_line_error(r, "fer-train", "interrupted; fer-train --resume --out cut continues");
    EXPECT_EQ(run("fer-train --resume --out cut --quiet --epochs 2").status, 0);
  }
}

TEST_F(FerTrainResume, NohupKeepsARunFromSighup) {
  const ToolResult r = run(
      "trap '' HUP; " + while_running(kOptions + "--epochs 40 --out cut --quiet", kUntilCheckpoint + "; kill -HUP $p") +
      "; s=$?; exit $s");
  EXPECT_EQ(r.status, 0) << r.err;
  EXPECT_TRUE(exists("cut/report.html"));
}

// The signal comes while a line is being written to a pipe that is full.
TEST_F(FerTrainResume, ASignalDoesNotBreakTheLineThatIsWritten) {
  ASSERT_EQ(std::system(("mkfifo '" + path("pipe") + "'").c_str()), 0);
  const std::string line_count = "$(wc -l < cut/history.csv)";
  const ToolResult r = run("( sleep 100000 & echo $! > sleeper; wait ) < pipe & " + kOptions +
                           "--epochs 100000 --json --out cut > pipe & p=$!; "
                           // Full when no epoch is added any more.
                           "for i in $(seq 600); do [ -e cut/history.csv ] && break; sleep 0.1; done; "
                           "was=0; for i in $(seq 600); do now=" +
                           line_count +
                           "; [ $now -gt 100 ] && [ $now = $was ] && break; was=$now; "
                           "sleep 0.3; done; "
                           "kill -TERM $p; sleep 0.2; cat pipe > lines.txt & "
                           "wait $p; s=$?; kill $(cat sleeper); wait; exit $s");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-train", "interrupted; ");
  const auto epochs = json_lines(read_text(path("lines.txt")));
  ASSERT_GT(epochs.size(), 100u);
  for (size_t i = 0; i < epochs.size(); ++i) EXPECT_EQ(epochs[i]["epoch"], i + 1);
}

TEST_F(FerTrainResume, AFolderInWhichARunIsAtWorkIsRefused) {
  const ToolResult r =
      run(while_running(kOptions + "--epochs 100000 --out cut --quiet",
                        kUntilCheckpoint + "; fer-train --resume --out cut --quiet; echo status $?; echo process $p; "
                                           "kill -9 $p"));
  EXPECT_TRUE(r.out.starts_with("status 1\nprocess ")) << r.out;
  const std::string process = r.out.substr(9, r.out.find('\n', 9) - 9);
  EXPECT_NE(r.err.find("fer-train: cut: in use by " + process + " on "), std::string::npos) << r.err;
  // The kernel let go of what the killed one held.
  const ToolResult on = run("fer-train --resume --out cut --quiet --epochs 2");
  EXPECT_EQ(on.status, 0) << on.err;
}

// One stat() that fails is no reason to begin anew over a good checkpoint.
TEST_F(FerTrainResume, ACheckpointThatCannotBeLookedAtIsNotBegunAnew) {
  ASSERT_EQ(run(kOptions + "--epochs 1 --out cut --quiet").status, 0);
  std::filesystem::rename(path("cut/last.safetensors"), path("last.safetensors"));
  std::filesystem::create_symlink("last.safetensors", path("cut/last.safetensors"));  // leads to itself
  const std::string best = read_text(path("cut/best.safetensors"));
  const ToolResult r = run("fer-train --resume --out cut --epochs 2");
  EXPECT_EQ(r.status, 1) << r.out;
  expect_one_line_error(r, "fer-train", "cut/last.safetensors: cannot be looked at: ");
  std::filesystem::rename(path("last.safetensors"), path("cut/last.safetensors"));
  EXPECT_TRUE(best == read_text(path("cut/best.safetensors")));
  EXPECT_EQ(run("fer-train --resume --out cut --epochs 2 --quiet").status, 0);
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

// No option of this call is to blame.
TEST_F(FerTrainResume, ADamagedOptionInRunJsonIsTheFilesFault) {
  ASSERT_EQ(run(kOptions + "--epochs 1 --out cut --quiet").status, 0);
  const auto json = nlohmann::json::parse(read_text(path("cut/run.json")));
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"epochs", "1O"}, {"seed", ""}, {"precision", "fp33"}, {"no-such-option", "1"}, {"class-weights", "1,x"}}) {
    nlohmann::json damaged = json;
    damaged["options"][name] = value;
    write("cut/run.json", damaged.dump());
    const ToolResult r = run("fer-train --resume --out cut");
    EXPECT_EQ(r.status, 1) << name;
    expect_one_line_error(r, "fer-train", "cut/run.json: ");
    EXPECT_NE(r.err.find(name), std::string::npos) << r.err;
  }
  write("cut/run.json", json.dump());
  const ToolResult own = run("fer-train --resume --out cut --epochs 1O");
  EXPECT_EQ(own.status, 2);
  EXPECT_EQ(own.err.find("run.json"), std::string::npos) << own.err;
}

}  // namespace
}  // namespace fer::test
