// --cache of the programs.
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class Cache : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    ASSERT_EQ(run("fer-data faces.csv --to-folder pics --no-duplicates").status, 0);
  }
  const std::string kTrain = "fer-train pics --network net.json --batch-size 7 --flip --rotate 10 ";
};

TEST_F(Cache, ChangesNoBitAndIsRememberedByTheRun) {
  ASSERT_EQ(run(kTrain + "--epochs 2 --quiet --out plain").status, 0);
  const ToolResult made = run(kTrain + "--epochs 1 --cache kept --out run");
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_NE(made.err.find(".pixels: the cache of pics is made\n"), std::string::npos) << made.err;
  const auto options = nlohmann::json::parse(read_text(path("run/run.json")))["options"];
  EXPECT_EQ(options["cache"], path("kept"));
  const ToolResult used = run("mkdir d && cd d && fer-train --resume --epochs 2 --threads 2 --out ../run");
  ASSERT_EQ(used.status, 0) << used.err;
  EXPECT_NE(used.err.find("/pics is used\n"), std::string::npos) << used.err;
  EXPECT_FALSE(exists("d/kept"));
  EXPECT_TRUE(read_text(path("run/best.safetensors")) == read_text(path("plain/best.safetensors")));
  const ToolResult eval = run("fer-eval run pics --cache kept --split PrivateTest --json");
  EXPECT_NE(eval.err.find("fer-eval: kept/pics-48x48x1-"), std::string::npos) << eval.err;
  EXPECT_EQ(eval.out, run("fer-eval run pics --split PrivateTest --json").out);
}

TEST_F(Cache, SaysWhereItIsOfNoUse) {
  const ToolResult table = run("fer-data faces.csv --cache kept");
  ASSERT_EQ(table.status, 0) << table.err;
  EXPECT_EQ(table.err, "fer-data: faces.csv: --cache is for folders: the pictures of a table are in memory\n");
  EXPECT_FALSE(exists("kept"));
  EXPECT_EQ(run("fer-data pics --cache ''").status, 2);
  expect_one_line_error(run("fer-data pics --cache pics/train"), "fer-data",
                        "pics/train: expected a folder for the cache that is not within the data");
}

}  // namespace
}  // namespace fer::test
