// run.json: how a run was called, so that --resume needs no options.
#include "tools/train/run_files.h"

#include "tests/support/message.h"
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
  EXPECT_EQ(json["data"]["limit"], "evenly from all classes of any data");
  EXPECT_EQ(cli::stored_call(path("few")).limit_rule, cli::LimitRule::kEvenly);
  json["data"]["limit"] = "evenly from all classes";
  write("few/run.json", json.dump());
  EXPECT_EQ(cli::stored_call(path("few")).limit_rule, cli::LimitRule::kEvenlyInFolders) << "before tables had it";
  json["data"].erase("limit");
  write("few/run.json", json.dump());
  EXPECT_EQ(cli::stored_call(path("few")).limit_rule, cli::LimitRule::kFirst) << "begun by the first version";
}

TEST_F(RunFiles, HoldResultsOnceThereIsAModel) {
  std::filesystem::create_directory(path("run"));
  EXPECT_FALSE(cli::holds_run(path("run")));
  write("run/run.json", "{}");
  EXPECT_TRUE(cli::holds_run(path("run")));
  EXPECT_FALSE(cli::holds_results(path("run")));
  for (const char* name : {"last.safetensors", "best.safetensors", "early_stopping.safetensors"}) {
    write(std::string("run/") + name, "x");
    EXPECT_TRUE(cli::holds_results(path("run"))) << name;
    std::filesystem::remove(path(std::string("run/") + name));
  }
  EXPECT_FALSE(cli::holds_results(path("nowhere")));
}

// "Not there" and "could not look" are two answers.
TEST_F(RunFiles, ThatCannotBeLookedAtAreAnError) {
  std::filesystem::create_directory(path("run"));
  std::filesystem::create_symlink("last.safetensors", path("run/last.safetensors"));
  const std::string expected = path("run/last.safetensors") + ": cannot be looked at: ";
  expect_contains(message_of([&] { cli::holds_run(path("run")); }), expected);
  expect_contains(message_of([&] { cli::holds_results(path("run")); }), expected);
}

const History kHistory = {.epochs = {{.epoch = 1, .loss = 2, .accuracy = 0.25, .val_loss = 1.75, .val_accuracy = 0.3},
                                     {.epoch = 2, .loss = 1.5, .accuracy = 0.5, .val_loss = 1.5, .val_accuracy = 0.45}},
                          .best_epoch = 2};

// The report is of the run in memory: no file has to be read back for it.
TEST_F(RunFiles, TheReportNeedsNoOtherFile) {
  std::filesystem::create_directory(path("run"));
  std::filesystem::create_directory(path("run/history.csv"));  // cannot be read
  cli::ReportFacts facts;
  facts.folder = path("run");
  facts.title = "tiny on faces.csv";
  cli::write_report(facts, kHistory, {});
  const std::string page = read_text(path("run/report.html"));
  expect_contains(page, "tiny on faces.csv");
  expect_contains(page, "validation loss");
  expect_contains(page, "1.5");
}

}  // namespace
}  // namespace fer::test
