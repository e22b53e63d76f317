#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class FerEval : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    train_small_model();
  }
};

TEST_F(FerEval, EvaluatesPrivateTestByDefault) {
  const ToolResult r = run("fer-eval run/best.safetensors faces.csv");
  ASSERT_EQ(r.status, 0) << r.err;
  for (const char* part : {"PrivateTest of faces.csv", "pictures 14", "precision", "recall", "confusion", "surprise"}) {
    EXPECT_NE(r.out.find(part), std::string::npos) << part << "\n" << r.out;
  }
}

TEST_F(FerEval, WithoutPrivateTestEvaluatesPublicTest) {
  write("no_private.csv", csv_text(42, 14, 0, true));
  const ToolResult r = run("fer-eval run/best.safetensors no_private.csv");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_TRUE(r.out.starts_with("run/best.safetensors on PublicTest of")) << r.out;
  write("all.csv", csv_text(14, 0, 0, true));
  EXPECT_TRUE(run("fer-eval run/best.safetensors all.csv").out.starts_with("run/best.safetensors on all rows of"));
}

TEST_F(FerEval, JsonIsOneObjectWithEveryFigure) {
  const ToolResult r = run("fer-eval run/best.safetensors faces.csv --split Training --json");
  ASSERT_EQ(r.status, 0) << r.err;
  const auto lines = json_lines(r.out);
  ASSERT_EQ(lines.size(), 1u);
  const auto& json = lines[0];
  EXPECT_EQ(json["model"], "run/best.safetensors");
  EXPECT_EQ(json["data"], "faces.csv");
  EXPECT_EQ(json["split"], "Training");
  EXPECT_EQ(json["count"], 42);
  EXPECT_EQ(json["classes"].size(), 7u);
  EXPECT_EQ(json["classes"][2]["name"], "fear");
  EXPECT_EQ(json["classes"][2]["support"], 6);
  EXPECT_EQ(json["confusion"].size(), 7u);
  int64_t right = 0, all = 0;
  for (size_t i = 0; i < 7; ++i) {
    for (size_t k = 0; k < 7; ++k) all += json["confusion"][i][k].get<int64_t>();
    right += json["confusion"][i][i].get<int64_t>();
  }
  EXPECT_EQ(all, 42);
  EXPECT_NEAR(json["accuracy"].get<double>(), static_cast<double>(right) / 42, 1e-12);
}

TEST_F(FerEval, AgreesWithTheLastEpochsValidation) {
  const auto history = read_text(path("run/history.csv"));
  std::istringstream line(history.substr(history.find('\n') + 1));
  std::vector<double> cells;
  for (std::string cell; std::getline(line, cell, ',');) cells.push_back(std::stod(cell));
  const auto json = nlohmann::json::parse(run("fer-eval run/best.safetensors faces.csv --split PublicTest --json").out);
  EXPECT_DOUBLE_EQ(json["accuracy"].get<double>(), cells.at(4));
  EXPECT_NEAR(json["loss"].get<double>(), cells.at(3), 1e-5 * cells.at(3));
}

TEST_F(FerEval, SplitAllTakesEveryRow) {
  EXPECT_EQ(nlohmann::json::parse(run("fer-eval run/best.safetensors faces.csv --split all --json").out)["count"], 70);
  write("plain.csv", csv_text(21, 0, 0, false));
  EXPECT_EQ(nlohmann::json::parse(run("fer-eval run/best.safetensors plain.csv --json").out)["count"], 21);
}

TEST_F(FerEval, NeitherBatchSizeNorThreadsMatter) {
  const std::string command = "fer-eval run/best.safetensors faces.csv --split all --json ";
  const std::string expected = run(command).out;
  EXPECT_EQ(run(command + "--batch-size 1 --threads 1").out, expected);
  EXPECT_EQ(run(command + "--batch-size 1000 --threads 2").out, expected);
  EXPECT_NE(run(command + "--flip").out, expected);
}

TEST_F(FerEval, WritesAReport) {
  const ToolResult r = run("fer-eval run/best.safetensors faces.csv --report page.html");
  ASSERT_EQ(r.status, 0) << r.err;
  const std::string page = read_text(path("page.html"));
  EXPECT_NE(page.find("best.safetensors on PrivateTest of faces.csv"), std::string::npos);
  EXPECT_NE(page.find("Confusion matrix"), std::string::npos);
  EXPECT_FALSE(exists("page.html.tmp"));
}

TEST_F(FerEval, RefusesWhatItCannotEvaluate) {
  write("plain.csv", csv_text(21, 0, 0, false));
  write("unlabelled.csv", "pixels\n" + pixels_text(0, 0) + "\n");
  write("broken.safetensors", "not a model");
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"run/best.safetensors plain.csv --split PrivateTest", "--split all"},
      {"run/best.safetensors unlabelled.csv", "unlabelled.csv"},
      {"run/best.safetensors missing.csv", "missing.csv"},
      {"missing.safetensors faces.csv", "missing.safetensors"},
      {"broken.safetensors faces.csv", "broken.safetensors"},
      {"run/best.safetensors faces.csv --report no/such/folder.html", "no/such/folder.html"}};
  for (const auto& [arguments, says] : cases) {
    const ToolResult r = run("fer-eval " + arguments);
    EXPECT_EQ(r.status, 1) << arguments;
    expect_one_line_error(r, "fer-eval", says);
  }
}

TEST_F(FerEval, CallsOtherFilesByTheirNames) {
  write("pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n");
  write("page.csv", "<!DOCTYPE html><html></html>");
  write("packed.csv", "\x1f\x8b\x08");
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"pointer faces.csv", "pointer: expected a model (.safetensors), found a Git LFS pointer"},
      {"faces.csv faces.csv", "faces.csv: expected a model (.safetensors), found CSV text: models come before data"},
      {"run faces.csv", "run: expected a model (.safetensors), found a directory: the model of a run is"},
      {"run/best.safetensors page.csv", "page.csv: expected a CSV file, found a web page: download the file itself"},
      {"run/best.safetensors packed.csv", "packed.csv: expected a CSV file, found a gzip archive: unpack it first"},
      {"run/best.safetensors pointer", "pointer: expected a CSV file, found a Git LFS pointer"},
      {"run/best.safetensors run/best.safetensors", "best.safetensors: expected a CSV file, found a safetensors file"}};
  for (const auto& [arguments, says] : cases) {
    const ToolResult r = run("fer-eval " + arguments);
    EXPECT_EQ(r.status, 1) << arguments;
    expect_one_line_error(r, "fer-eval", says);
  }
}

TEST_F(FerEval, ExitsWithTwoOnASplitThatDoesNotExist) {
  const ToolResult r = run("fer-eval run/best.safetensors faces.csv --split Test");
  EXPECT_EQ(r.status, 2);
  expect_one_line_error(r, "fer-eval", "Training, PublicTest, PrivateTest, all");
}

}  // namespace
}  // namespace fer::test
