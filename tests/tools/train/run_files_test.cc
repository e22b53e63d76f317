// run.json: how a run was called, so that --resume needs no options.
#include "tools/train/run_files.h"

#include <cmath>

#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

using RunFiles = ToolTest;

TEST_F(RunFiles, ARunResumesWhoseFilesHaveNamesThatAreNoUtf8) {
  ASSERT_EQ(run("mv faces.csv $(printf 'f\\374.csv') && mv net.json $(printf 'n\\374.json')").status, 0);
  const ToolResult begun =
      run("fer-train $(printf 'f\\374.csv') --network $(printf 'n\\374.json') --epochs 1 --batch-size 7 --quiet "
          "--out $(printf 'r\\374n')");
  ASSERT_EQ(begun.status, 0) << begun.err;
  const ToolResult r = run("fer-train --resume --out $(printf 'r\\374n') --epochs 2 --json");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(json_lines(r.out).size(), 1u);
  const auto json = nlohmann::json::parse(read_text(path("r\xfcn/run.json")));
  EXPECT_TRUE(json["data"]["path"]["bytes"].get<std::string>().ends_with("66fc2e637376"));
  EXPECT_EQ(json["options"]["epochs"], "2");
}

TEST_F(RunFiles, LimitOfAFolderIsWrittenDown) {
  train_small_model();
  EXPECT_FALSE(nlohmann::json::parse(read_text(path("run/run.json")))["data"].contains("limit"));
  ASSERT_EQ(run("fer-train faces.csv --network net.json --epochs 1 --limit 14 --quiet --out few").status, 0);
  auto json = nlohmann::json::parse(read_text(path("few/run.json")));
  EXPECT_EQ(json["data"]["limit"], "evenly from all classes");
  EXPECT_TRUE(cli::stored_call(path("few")).even_limit);
  json["data"].erase("limit");
  write("few/run.json", json.dump());
  EXPECT_FALSE(cli::stored_call(path("few")).even_limit) << "begun by the first version";
}

TEST(BestEpochOf, IsTheFirstOfTheBestByTheMonitorsFigure) {
  const std::vector<EpochResult> epochs = {
      {.epoch = 1, .loss = 3, .accuracy = 0.9, .val_loss = 2, .val_accuracy = 0.5},
      {.epoch = 2, .loss = 2, .accuracy = 0.8, .val_loss = 1, .val_accuracy = 0.6},
      {.epoch = 3, .loss = 1, .accuracy = 0.7, .val_loss = 1, .val_accuracy = 0.7}};
  EXPECT_EQ(cli::best_epoch_of(epochs, "val_loss"), 2);
  EXPECT_EQ(cli::best_epoch_of(epochs, "val_accuracy"), 3);
  EXPECT_EQ(cli::best_epoch_of(epochs, "loss"), 3);
  EXPECT_EQ(cli::best_epoch_of(epochs, "accuracy"), 1);
  EXPECT_EQ(cli::best_epoch_of({}, "loss"), 0);
  std::vector<EpochResult> without = epochs;
  for (EpochResult& e : without) e.val_loss = e.val_accuracy = NAN;
  EXPECT_EQ(cli::best_epoch_of(without, "val_loss"), 3);
  EXPECT_EQ(cli::best_epoch_of(without, "val_accuracy"), 1);
}

}  // namespace
}  // namespace fer::test
