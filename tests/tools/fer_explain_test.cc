#include <gtest/gtest.h>

#include <sstream>

#include "fer/image.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

using FerExplain = ToolTest;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST_F(FerExplain, WritesTheMapAsAPictureAndAsNumbers) {
  train_small_model();
  const ToolResult r = run("fer-explain run/best.safetensors faces.csv --row 3 --out why.png --csv why.csv --json");
  ASSERT_EQ(r.status, 0) << r.err;
  const auto json = json_lines(r.out).at(0);
  EXPECT_EQ(json["row"], 3);
  EXPECT_EQ(json["method"], "Grad-CAM of norm");
  EXPECT_EQ(json["map"].size(), 48u);
  EXPECT_EQ(json["map"][0].size(), 48u);
  EXPECT_EQ(json["probabilities"].size(), 7u);
  EXPECT_FLOAT_EQ(json["probability"], json["probabilities"][json["index"].get<size_t>()]);
  const std::vector<std::string> lines = lines_of(read_text(path("why.csv")));
  ASSERT_EQ(lines.size(), 48u);
  EXPECT_EQ(std::count(lines[0].begin(), lines[0].end(), ','), 47);
  const Image picture = read_image(path("why.png"));
  EXPECT_EQ(picture.channels, 3);
  EXPECT_GT(picture.width, 2 * 288);
}

TEST_F(FerExplain, ExplainsTheClassThatIsAskedFor) {
  train_small_model();
  for (const std::string name : {"happy", "Happiness"}) {
    const ToolResult r = run("fer-explain run/best.safetensors faces.csv --method occlusion --class " + name);
    ASSERT_EQ(r.status, 0) << r.err;
    EXPECT_NE(r.out.find("faces.csv row 0: happy "), std::string::npos) << r.out;
    EXPECT_NE(r.out.find("occlusion is strongest"), std::string::npos) << r.out;
  }
  const ToolResult r = run("fer-explain run/best.safetensors faces.csv --class glad");
  EXPECT_EQ(r.status, 2);
  expect_one_line_error(r, "fer-explain", "expected one of the model's classes (angry, ");
}

TEST_F(FerExplain, DrawsKernelsAndMaps) {
  train_small_model();
  ASSERT_EQ(run("fer-explain run/best.safetensors --kernels kernels.png").status, 0);
  EXPECT_EQ(read_image(path("kernels.png")).channels, 3);
  ASSERT_EQ(run("fer-explain run/best.safetensors faces.csv --maps maps.png --layer pool").status, 0);
  EXPECT_EQ(read_image(path("maps.png")).channels, 3);
  const ToolResult flat = run("fer-explain run/best.safetensors faces.csv --maps no.png --layer flat");
  EXPECT_EQ(flat.status, 1);
  expect_one_line_error(flat, "fer-explain", "layer flat: expected an output with rows and columns");
  EXPECT_FALSE(exists("no.png"));
  const ToolResult missing = run("fer-explain run/best.safetensors faces.csv --maps no.png");
  EXPECT_EQ(missing.status, 2);
  expect_one_line_error(missing, "fer-explain", "expected --layer NAME");
  const ToolResult unknown = run("fer-explain run/best.safetensors faces.csv --layer nothing");
  EXPECT_EQ(unknown.status, 1);
  expect_one_line_error(unknown, "fer-explain", "'nothing'");
}

TEST_F(FerExplain, ShowsTheBestAndTheWorstOfAClass) {
  train_small_model();
  const ToolResult r = run(
      "fer-explain run/best.safetensors faces.csv --examples sad --count 2 --split all --out s.png --csv s.csv --json");
  ASSERT_EQ(r.status, 0) << r.err;
  const auto rows = json_lines(r.out);
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0]["kind"], "best");
  EXPECT_GE(rows[0]["probability"].get<double>(), rows[1]["probability"].get<double>());
  EXPECT_EQ(rows[2]["kind"], "worst");
  EXPECT_LE(rows[2]["probability"].get<double>(), rows[3]["probability"].get<double>());
  for (const auto& row : rows) EXPECT_EQ(row["row"].get<int>() % 7, 4);  // the label of sad
  EXPECT_EQ(lines_of(read_text(path("s.csv"))).size(), 5u);
  EXPECT_EQ(read_image(path("s.png")).channels, 3);
}

TEST_F(FerExplain, RefusesWhatItCannotExplain) {
  train_small_model();
  EXPECT_EQ(run("fer-explain run/best.safetensors").status, 2);
  const ToolResult row = run("fer-explain run/best.safetensors faces.csv --row 70");
  EXPECT_EQ(row.status, 1);
  expect_one_line_error(row, "fer-explain", "expected a row of 0 to 69, found 70");
  write("text.png", "hello");
  EXPECT_EQ(run("fer-explain run/best.safetensors text.png").status, 1);
  const ToolResult square = run("fer-explain run/best.safetensors faces.csv --method occlusion --square 49");
  EXPECT_EQ(square.status, 1);
  expect_one_line_error(square, "fer-explain", "occlusion: expected a square of 1 to 48 pixels");
}

}  // namespace
}  // namespace fer::test
