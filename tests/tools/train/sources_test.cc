// fer-train, fer-eval and fer-data on several sources.
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class SeveralSources : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    write("more.csv", csv_text(21, 0, 0, false));
    ASSERT_EQ(run("fer-data more.csv --to-folder pics --no-duplicates").status, 0);
  }
  const std::string kOptions = " --network net.json --batch-size 7 --epochs 2 ";
};

TEST_F(SeveralSources, TrainTogetherAndAreCounted) {
  const ToolResult r = run("fer-train faces.csv pics" + kOptions + "--out run");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("faces.csv + pics: train 63 (Training), validate 14 (PublicTest)"), std::string::npos) << r.out;
  EXPECT_NE(r.err.find("fer-train: faces.csv: 42 train, 14 validate\nfer-train: pics: 21 train, 0 validate\n"),
            std::string::npos)
      << r.err;
  EXPECT_NE(r.err.find("fer-train: pics: has no parts: all its 21 pictures are for training\n"), std::string::npos)
      << r.err;
  const std::string report = read_text(path("run/report.html"));
  EXPECT_NE(report.find("source pics"), std::string::npos);
  EXPECT_NE(report.find("42 train, 14 validate"), std::string::npos);
  // The run remembers its sources, from any folder.
  const ToolResult more = run("mkdir d && cd d && fer-train --resume --epochs 3 --quiet --out ../run");
  ASSERT_EQ(more.status, 0) << more.err;
  EXPECT_EQ(more.err, "");
  // What is evaluated may be of several sources too.
  const ToolResult eval = run("fer-eval run faces.csv pics --split PrivateTest --json");
  ASSERT_EQ(eval.status, 0) << eval.err;
  EXPECT_EQ(json_lines(eval.out).at(0)["count"], 14);
  EXPECT_EQ(json_lines(eval.out).at(0)["data"], "faces.csv + pics");
}

TEST_F(SeveralSources, WithWeightsAreMixedAndResumedExactly) {
  const std::string weighted =
      "fer-train faces.csv pics --network net.json --batch-size 7 --flip --source-weights 0.5,3 ";
  const ToolResult r = run(weighted + "--epochs 3 --json --out whole");
  ASSERT_EQ(r.status, 0) << r.err;
  ASSERT_EQ(run(weighted + "--epochs 2 --threads 1 --quiet --out cut").status, 0);
  const ToolResult resumed = run("fer-train --resume --epochs 3 --threads 2 --quiet --out cut");
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_TRUE(read_text(path("whole/best.safetensors")) == read_text(path("cut/best.safetensors")));
  EXPECT_EQ(nlohmann::json::parse(read_text(path("cut/config.json")))["config"]["source_weights"],
            nlohmann::json({0.5, 3.0}));
  // 21 of the 42 and 63 of the 21: 12 steps of 7.
  const ToolResult steps = run(weighted + "--epochs 1 --save-every 12 --quiet --out steps");
  ASSERT_EQ(steps.status, 0) << steps.err;
  EXPECT_TRUE(exists("steps/snapshots/step-000012.safetensors"));
  const ToolResult few = run("fer-train faces.csv pics" + kOptions + "--source-weights 2 --quiet --out x");
  expect_one_line_error(few, "fer-train", "source_weights: expected 2, one per source (faces.csv, pics), found 1");
  EXPECT_EQ(run("fer-train faces.csv pics" + kOptions + "--source-weights 2,0 --out x").status, 2);
  expect_one_line_error(run("fer-train --resume --source-weights 1,3 --quiet --out cut"), "fer-train",
                        "config.source_weights.0 was 0.5, now 1.0");
}

TEST_F(SeveralSources, MatchClassesByName) {
  write("named.csv", "emotion,pixels\ncontempt," + pixels_text(0, 0) + "\nhappiness," + pixels_text(3, 1) + "\n");
  const ToolResult r = run("fer-data faces.csv named.csv --json --no-duplicates");
  ASSERT_EQ(r.status, 0) << r.err;
  const auto json = json_lines(r.out).at(0);
  ASSERT_EQ(json["classes"].size(), 8u);
  EXPECT_EQ(json["classes"][7]["name"], "contempt");
  EXPECT_EQ(json["classes"][3]["total"], 11);
  ASSERT_EQ(json["sources"].size(), 2u);
  EXPECT_EQ(json["sources"][1]["pictures"], 2);
  EXPECT_EQ(json["sources"][0]["classes"][3]["total"], 10);
  EXPECT_DOUBLE_EQ(json["sources"][1]["classes"][7]["share"], 0.5);
  const ToolResult text = run("fer-data faces.csv named.csv --no-duplicates --chart c.png");
  EXPECT_NE(text.out.find("named.csv: 2 pictures of 48x48x1"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("faces.csv + named.csv: 72 pictures of 48x48x1"), std::string::npos) << text.out;
  EXPECT_TRUE(read_text(path("c.png")).starts_with("\x89PNG"));
  EXPECT_EQ(run("fer-data faces.csv --chart c.gif").status, 2);
}

}  // namespace
}  // namespace fer::test
