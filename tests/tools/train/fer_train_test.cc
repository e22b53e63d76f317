#include <cmath>
#include <set>

#include "tests/support/sanitizers.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

using FerTrain = ToolTest;

const std::string kShort = "fer-train faces.csv --network net.json --batch-size 7 --out run ";

TEST_F(FerTrain, LeavesEverythingInTheRunsFolder) {
  const ToolResult r = run(kShort + "--epochs 2");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(r.err, "");
  for (const char* name :
       {"best.safetensors", "last.safetensors", "history.csv", "config.json", "run.json", "report.html"}) {
    EXPECT_TRUE(exists(std::string("run/") + name)) << name;
  }
  const std::string report = read_text(path("run/report.html"));
  for (const char* part : {"tiny on faces.csv", "Confusion matrix", "Best weights on PublicTest", "42 (Training)"}) {
    EXPECT_NE(report.find(part), std::string::npos) << part;
  }
}

TEST_F(FerTrain, PrintsABannerAndOnePlainLineAnEpochWhenNotATerminal) {
  const ToolResult r = run(kShort + "--epochs 2");
  EXPECT_NE(r.out.find("faces.csv: train 42 (Training), validate 14 (PublicTest)"), std::string::npos) << r.out;
  EXPECT_NE(r.out.find("\nEpoch 1/2  "), std::string::npos) << r.out;
  EXPECT_NE(r.out.find("\nEpoch 2/2  "), std::string::npos) << r.out;
  EXPECT_NE(r.out.find("val_accuracy"), std::string::npos);
  EXPECT_EQ(r.out.find('\r'), std::string::npos);
  EXPECT_EQ(r.out.find('\033'), std::string::npos);
}

TEST_F(FerTrain, JsonIsOneObjectAnEpochAndNothingElse) {
  const ToolResult r = run(kShort + "--epochs 3 --json");
  ASSERT_EQ(r.status, 0) << r.err;
  const auto epochs = json_lines(r.out);
  ASSERT_EQ(epochs.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(epochs[i]["epoch"], i + 1);
    EXPECT_EQ(epochs[i].size(), 10u);
    for (const char* key : {"images_per_second", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate",
                            "seconds", "val_calibrated_loss", "val_temperature"}) {
      EXPECT_TRUE(epochs[i][key].is_number()) << key;
    }
  }
  EXPECT_LT(epochs[2]["loss"], epochs[0]["loss"]);
}

TEST_F(FerTrain, SaysHowFarTrainingAndValidationAreApart) {
  const ToolResult r = run(kShort + "--epochs 3 --validate-every 2 --model last");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("last epoch 3: run/best.safetensors\naccuracy "), std::string::npos) << r.out;
  EXPECT_NE(r.out.find(" % on PublicTest, "), std::string::npos) << r.out;
  EXPECT_NE(r.out.find(" % on 14 pictures of Training (not augmented): "), std::string::npos) << r.out;
  EXPECT_EQ(r.out.find("  best\n"), std::string::npos) << r.out;
  const std::string report = read_text(path("run/report.html"));
  for (const char* part : {"points apart", "the last weights", "after every 2 epochs"}) {
    EXPECT_NE(report.find(part), std::string::npos) << part;
  }
}

TEST_F(FerTrain, QuietPrintsNothing) {
  const ToolResult r = run(kShort + "--epochs 1 --quiet");
  EXPECT_EQ(r.status, 0);
  EXPECT_EQ(r.out + r.err, "");
}

TEST_F(FerTrain, RefusesLabelsThatTheNetworkLacksAndLeavesNothing) {
  nlohmann::json network = nlohmann::json::parse(kNetwork);
  network["class_names"] = {"angry", "bored", "happy", "sad", "surprise", "neutral"};
  network["layers"].back()["units"] = 6;
  write("six.json", network.dump());
  const ToolResult r = run("fer-train faces.csv --network six.json --epochs 1 --out run");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-train", "--classes angry,disgust,fear,happy,sad,surprise chooses among them");
  EXPECT_FALSE(exists("run"));
}

TEST_F(FerTrain, ProfileTellsWhereAStepsTimeGoesAndWritesNothing) {
  const std::string command = "fer-train faces.csv --network net.json --batch-size 7 --steps 3 --profile";
  const ToolResult table = run(command);
  ASSERT_EQ(table.status, 0) << table.err;
  EXPECT_NE(table.out.find("accounted for: "), std::string::npos) << table.out;
  EXPECT_NE(table.out.find("(medians of 3 steps)"), std::string::npos) << table.out;
  EXPECT_FALSE(exists("runs"));

  const ToolResult r = run(command + " --json");
  ASSERT_EQ(r.status, 0) << r.err;
  const auto profile = json_lines(r.out).at(0);
  EXPECT_EQ(profile["batch_size"], 7);
  std::set<std::string> seen;
  double sum = 0;
  for (const auto& row : profile["rows"]) {
    seen.insert(row["type"].get<std::string>() + " " + row["pass"].get<std::string>());
    sum += row["seconds"].get<double>();
  }
  for (const char* part : {"conv2d forward", "conv2d backward, weights", "dense forward", "dense backward, data",
                           " batch", " loss", " optimizer", " moments"}) {
    EXPECT_TRUE(seen.count(part)) << part << " in " << r.out;
  }
  const auto whole = json_lines(run(command + " --accumulate 2 --average 0.9 --json").out).at(0);
  EXPECT_EQ(whole["batch_size"], 7);
  EXPECT_EQ(whole["pictures_per_step"], 14);
  std::set<std::string> passes;
  for (const auto& row : whole["rows"]) passes.insert(row["pass"].get<std::string>());
  EXPECT_TRUE(passes.contains("accumulate") && passes.contains("average")) << whole;
  EXPECT_DOUBLE_EQ(profile["accounted_seconds"], sum);
  EXPECT_EQ(run(command + " --resume").status, 2);
}

TEST_F(FerTrain, TheNumberOfThreadsDoesNotChangeTheWeights) {
  ASSERT_EQ(run("fer-train faces.csv --network net.json --epochs 1 --quiet --out one --threads 1").status, 0);
  ASSERT_EQ(run("fer-train faces.csv --network net.json --epochs 1 --quiet --out two --threads 2").status, 0);
  EXPECT_TRUE(read_text(path("one/best.safetensors")) == read_text(path("two/best.safetensors")));
}

TEST_F(FerTrain, ReadsKagglesTrainCsvWithoutBeingTold) {
  write("train.csv", csv_text(60, 0, 0, false));
  const ToolResult r = run("fer-train train.csv --network net.json --epochs 1 --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_TRUE(r.err.starts_with("fer-train: train.csv: no Usage column: validating on a random 10 % of the rows\n"))
      << r.err;
  EXPECT_NE(r.err.find("fer-train: train.csv: random 10 % has no picture of "), std::string::npos) << r.err;
  EXPECT_NE(r.out.find("train 54 (random 90 %), validate 6 (random 10 %)"), std::string::npos) << r.out;
  const ToolResult official = run("fer-train train.csv --network net.json --split official --out other");
  EXPECT_EQ(official.status, 1);
  expect_one_line_error(official, "fer-train", "--split random");
}

TEST_F(FerTrain, TrainsWithoutValidation) {
  const ToolResult r = run(kShort + "--epochs 2 --validation-split 0 --json");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_TRUE(json_lines(r.out).at(0)["val_loss"].is_null());
  EXPECT_NE(read_text(path("run/report.html")).find("training accuracy"), std::string::npos);
}

TEST_F(FerTrain, LimitStepsAndWeightsArrive) {
  const ToolResult r = run(kShort + "--epochs 1 --limit 14 --steps 1 --class-weights balanced");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("train 14 (Training), validate 14 (PublicTest)"), std::string::npos) << r.out;
  EXPECT_NE(read_text(path("run/report.html")).find("balanced"), std::string::npos);
}

TEST_F(FerTrain, RefusesWeightsOfZeroForEveryClass) {
  const ToolResult r = run("fer-train faces.csv --network net.json --class-weights 0,0,0,0,0,0,0 --out run");
  EXPECT_EQ(r.status, 2);
  expect_one_line_error(r, "fer-train", "--class-weights: expected at least one number above 0");
  EXPECT_FALSE(exists("run"));
}

TEST_F(FerTrain, StartsFromAModel) {
  train_small_model();
  const ToolResult r = run("fer-train faces.csv --init run/best.safetensors --epochs 1 --out tuned --json");
  ASSERT_EQ(r.status, 0) << r.err;
  const auto first = json_lines(run("fer-train faces.csv --network net.json --epochs 1 --out fresh --json").out);
  EXPECT_LT(json_lines(r.out).at(0)["loss"], first.at(0)["loss"]);
  const ToolResult nowhere = run("fer-train faces.csv --init run/best.safetensors");
  EXPECT_EQ(nowhere.status, 2);
}

TEST_F(FerTrain, WritesToRunsAndTheNetworksNameByDefault) {
  ASSERT_EQ(run("fer-train faces.csv --network net.json --epochs 1 --quiet").status, 0);
  EXPECT_TRUE(exists("runs/net/best.safetensors"));
}

TEST_F(FerTrain, RefusesAFolderThatHoldsARun) {
  train_small_model();
  const std::string before = read_text(path("run/last.safetensors"));
  const ToolResult r = run(kShort + "--epochs 1");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-train", "--resume continues it");
  EXPECT_TRUE(before == read_text(path("run/last.safetensors")));
}

TEST_F(FerTrain, NamesFileLineAndColumnOfABadPixel) {
  std::string text = csv_text(3, 2, 2, true);
  text.replace(text.find("0,") + 2, 2, "x7");
  write("bad.csv", text);
  const ToolResult r = run("fer-train bad.csv --network net.json --out bad");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-train", "bad.csv");
  EXPECT_NE(r.err.find('2'), std::string::npos) << r.err;
  EXPECT_FALSE(exists("bad"));
}

TEST_F(FerTrain, SaysAtTheStartHowLongAnEpochTakes) {
  const ToolResult r = run(kShort + "--epochs 2");
  EXPECT_NE(r.out.find("\nepoch 1 of 2: 6 steps, about 1 s\nEpoch 1/2  "), std::string::npos) << r.out;
  EXPECT_EQ(r.out.find("epoch 2 of 2"), std::string::npos) << r.out;
}

TEST_F(FerTrain, SaysOnceThatALastBatchHasOnePicture) {
  const std::string command = "fer-train faces.csv --network net.json --batch-size 41 --epochs 3 --out ";
  const ToolResult r = run(command + "run");
  ASSERT_EQ(r.status, 0) << r.err;
  expect_one_line_error(r, "fer-train", "42 training pictures in batches of 41 leave one over");
  EXPECT_EQ(run(command + "quiet --quiet").err, "");
}

#ifndef FER_TEST_ASAN  // whose own memory is beyond any limit
TEST_F(FerTrain, LeavesNothingBehindWhenMemoryIsTooSmall) {
  // For moments and gradients; for the buffers of a step.
  for (const char* kibibytes : {"260000", "380000"}) {
    const ToolResult r = run(std::string("ulimit -v ") + kibibytes +
                             "; fer-train faces.csv --network seed000_resnet50_48 --batch-size 42 --epochs 1 "
                             "--threads 1 --quiet --out new/run");
    EXPECT_EQ(r.status, 1);
    expect_one_line_error(r, "fer-train", "memory");
    EXPECT_FALSE(exists("new"));
  }
}
#endif

// Killed before there is a checkpoint: there is nothing that another command would write over.
TEST_F(FerTrain, BeginsAnewWhereNothingWasReached) {
  std::filesystem::create_directory(path("run"));
  write("run/run.json", R"({"options": {}, "data": {"path": "faces.csv"}, "calls": []})");
  write("run/config.json", "{}");
  const ToolResult r = run(kShort + "--epochs 1");
  EXPECT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(nlohmann::json::parse(read_text(path("run/run.json")))["calls"].size(), 1u);
}

TEST_F(FerTrain, LeavesNoFolderBehindWhenItCannotBegin) {
  EXPECT_EQ(run("fer-train missing.csv --network net.json --out a").status, 1);
  EXPECT_EQ(run("fer-train faces.csv --network nothing --out a").status, 1);
  EXPECT_EQ(run("fer-train faces.csv --network net.json --out a --class-weights 1,2").status, 2);
  EXPECT_EQ(run("fer-train faces.csv --network net.json --out a --epochs 0").status, 2);
  EXPECT_FALSE(exists("a"));
}

TEST_F(FerTrain, RefusesBf16WhereTheCpuHasNone) {
  const ToolResult r = run("FER_TARGET=scalar fer-train faces.csv --network net.json --precision bf16 --out a");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-train", "precision bf16");
  EXPECT_EQ(run("fer-train faces.csv --network net.json --precision fp16 --out a").status, 2);
  EXPECT_FALSE(exists("a"));
}

TEST_F(FerTrain, ALossThatIsNoNumberStopsTheRunAndSaysWhere) {
  const ToolResult r = run(kShort + "--epochs 3 --optimizer sgd --learning-rate 1e30");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-train", "epoch 1");
}

}  // namespace
}  // namespace fer::test
