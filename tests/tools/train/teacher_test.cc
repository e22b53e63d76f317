// fer-train --teacher, as a user types it.
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

using FerTrainTeacher = ToolTest;

const std::string kStudent = "fer-train faces.csv --network net.json --batch-size 7 --seed 9 ";

TEST_F(FerTrainTeacher, SaysWhatItAsksAndIsWrittenDown) {
  train_small_model();
  const ToolResult r = run(kStudent +
                           "--epochs 1 --out student --teacher run/best.safetensors --teacher-views flip "
                           "--teacher-weight 0.25 --teacher-temperature 2");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("\nteacher: run/best.safetensors: weight 0.25, temperature 2, views flip\n"), std::string::npos)
      << r.out;
  EXPECT_NE(r.out.find("\nteacher: 1 model asked about 42 pictures in "), std::string::npos) << r.out;
  const auto config = nlohmann::json::parse(read_text(path("student/config.json")))["config"];
  EXPECT_EQ(config["teacher"]["views"], "flip");
  EXPECT_EQ(config["teacher"]["weight"], 0.25);
  EXPECT_NE(read_text(path("student/report.html")).find("temperature 2, views flip"), std::string::npos);
  for (const char* flag : {"--quiet", "--json"}) {
    const ToolResult silent = run(kStudent + "--epochs 1 --out silent --teacher run/best.safetensors " + flag);
    ASSERT_EQ(silent.status, 0) << silent.err;
    EXPECT_EQ(silent.out.find("teacher"), std::string::npos) << silent.out;
    std::filesystem::remove_all(path("silent"));
  }
}

TEST_F(FerTrainTeacher, IsNotNeededToResumeFromAnyFolder) {
  train_small_model();
  std::filesystem::rename(path("run"), path("a, b"));
  const std::string student = kStudent + "--teacher 'a\\, b/best.safetensors,net.safetensors' ";
  std::filesystem::copy(path("a, b/best.safetensors"), path("net.safetensors"));
  ASSERT_EQ(run(student + "--epochs 3 --out whole").status, 0);
  ASSERT_EQ(run(student + "--epochs 1 --out cut").status, 0);
  std::filesystem::remove_all(path("a, b"));
  std::filesystem::remove(path("net.safetensors"));
  std::filesystem::create_directory(path("elsewhere"));
  const ToolResult r = run("cd elsewhere && fer-train --resume --out ../cut --epochs 3");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_TRUE(read_text(path("whole/best.safetensors")) == read_text(path("cut/best.safetensors")));
  const ToolResult other = run("fer-train --resume --out cut --epochs 4 --teacher other.safetensors");
  EXPECT_EQ(other.status, 1);
  expect_one_line_error(other, "fer-train", "teacher.models");
}

TEST_F(FerTrainTeacher, ThatDoesNotFitIsRefusedAndLeavesNothing) {
  train_small_model();
  ASSERT_EQ(run("fer-train faces.csv --network net.json --classes angry,sad,happy --epochs 1 --batch-size 7 --quiet "
                "--out three")
                .status,
            0);
  ToolResult r = run(kStudent + "--epochs 1 --out student --teacher three/best.safetensors");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-train", "three/best.safetensors: expected classes 7 (angry, disgust, ");
  r = run(kStudent + "--epochs 1 --out student --teacher missing.safetensors");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-train", "missing.safetensors");
  r = run(kStudent + "--epochs 1 --out student --teacher faces.csv");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-train", "faces.csv");
  r = run(kStudent + "--epochs 1 --out student --teacher run/best.safetensors --teacher-weight 2");
  EXPECT_EQ(r.status, 2);
  r = run(kStudent + "--epochs 1 --out student --teacher run/best.safetensors --loss squared_hinge");
  EXPECT_EQ(r.status, 1);
  EXPECT_FALSE(exists("student"));
}

TEST_F(FerTrainTeacher, IsAFieldOfANetworksSettings) {
  train_small_model();
  std::string text = kNetwork;
  const std::string layers = "\"layers\"";
  text.replace(text.find(layers), layers.size(),
               R"("training": {"epochs": 1, "batch_size": 7, "optimizer": {"name": "adam"}, "loss": "cross_entropy",
                  "teacher": {"models": ["run/best.safetensors"], "weight": 0.3}}, "layers")");
  write("taught.json", text);
  const ToolResult r = run("fer-train faces.csv --network taught.json --as-seed --out student");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("teacher: run/best.safetensors: weight 0.3, temperature 1, views none"), std::string::npos)
      << r.out;
}

}  // namespace
}  // namespace fer::test
