// Landmarks: rows from pictures by dlib, and networks that take them.
#include <cmath>

#include "fer/landmarks.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class Landmarks : public ToolTest {
 protected:
  // 68 points of each of seven shapes, moved and scaled at random; the coordinates follow a header of choice.
  static std::string rows(int count, double scale, int first_point = 0, bool separate = false) {
    std::string text = "emotion,Usage";
    for (int i = 0; i < 136; ++i) {
      const int point = separate ? i % 68 : i / 2, axis = separate ? i / 68 : i % 2;
      text += std::string(",") + (axis == 0 ? "x" : "y") + std::to_string(point + first_point);
    }
    text += "\n";
    for (int row = 0; row < count; ++row) {
      text += std::to_string(row % 7) + (row % 5 == 3 ? ",PublicTest" : row % 5 == 4 ? ",PrivateTest" : ",Training");
      for (int i = 0; i < 136; ++i) {
        const int point = separate ? i % 68 : i / 2, axis = separate ? i / 68 : i % 2;
        const double angle = point * 0.0924, bend = 1 + 0.4 * std::sin((row % 7 + 1) * angle);
        const double at = bend * (axis == 0 ? std::cos(angle) : std::sin(angle));
        char number[32];
        std::snprintf(number, sizeof number, ",%.6g", scale * (at * (1 + 0.05 * (row % 4)) + row % 11));
        text += number;
      }
      text += "\n";
    }
    return text;
  }
};

TEST_F(Landmarks, TrainEvaluatePredictAtAnyScale) {
  write("points.csv", rows(140, 20));
  write("points.json", R"({"name": "points", "input": [68, 2, 1], "layers": [
    {"name": "flat", "type": "flatten"}, {"name": "hidden", "type": "dense", "units": 32, "activation": "relu"},
    {"name": "out", "type": "dense", "units": 7, "activation": "softmax"}]})");
  const ToolResult r =
      run("fer-train points.csv --network points.json --epochs 25 --patience 0 --batch-size 14 --learning-rate 0.01 "
          "--quiet --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  const auto figures = json_lines(run("fer-eval run/best.safetensors points.csv --json").out).at(0);
  EXPECT_EQ(figures["count"], 28);
  EXPECT_GT(figures["accuracy"], 0.9);
  // Another scale, another order of columns, points from 1: the same faces.
  write("large.csv", rows(140, 3000));
  write("other.csv", rows(140, 0.5, 1, true));
  const auto answers = json_lines(run("fer-predict run/best.safetensors points.csv --json").out);
  ASSERT_EQ(answers.size(), 140u);
  for (const char* file : {"large.csv", "other.csv"}) {
    const auto others = json_lines(run(std::string("fer-predict run/best.safetensors --json ") + file).out);
    ASSERT_EQ(others.size(), 140u);
    for (size_t i = 0; i < 140; ++i) EXPECT_EQ(others[i]["label"], answers[i]["label"]) << file << " " << i;
  }
  EXPECT_TRUE(exists("run/report.html"));
}

TEST_F(Landmarks, ThreadsAndResumeChangeNothing) {
  write("points.csv", rows(70, 20));
  const std::string command = "fer-train points.csv --network seed000_landmark_cnn --batch-size 10 --quiet ";
  ASSERT_EQ(run(command + "--epochs 2 --threads 1 --out one").status, 0);
  ASSERT_EQ(run(command + "--epochs 1 --threads 2 --out two").status, 0);
  ASSERT_EQ(run("fer-train --resume --epochs 2 --quiet --out two").status, 0);
  EXPECT_TRUE(read_text(path("one/best.safetensors")) == read_text(path("two/best.safetensors")));
}

TEST_F(Landmarks, AndPicturesAreKeptApart) {
  write("points.csv", rows(35, 20));
  const ToolResult pictures = run("fer-train faces.csv --network seed000_landmark_cnn --out run");
  EXPECT_EQ(pictures.status, 1);
  expect_one_line_error(pictures, "fer-train",
                        "data set: expected landmarks [68, 2, 1], the network's input, found pictures");
  const ToolResult points = run("fer-train points.csv --network net.json --out run");
  EXPECT_EQ(points.status, 1);
  expect_one_line_error(points, "fer-train",
                        "data set: expected pictures [48, 48, 1], the network's input, found landmarks");
  const ToolResult turned = run("fer-train points.csv --network seed000_landmark_cnn --rotate 5 --out run");
  EXPECT_EQ(turned.status, 1);
  expect_one_line_error(turned, "fer-train", "augmentation: expected pictures, found landmarks");
  EXPECT_FALSE(exists("run"));
}

TEST_F(Landmarks, MistakesAreNamedByLineAndColumn) {
  const std::string good = rows(3, 20);
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  const size_t second = good.find('\n', good.find('\n') + 1) + 1;
  std::string word = good, same = good.substr(0, second);
  word.replace(good.find(',', second + 11) + 1, 2, "nan");
  same += "1,Training";
  for (int i = 0; i < 136; ++i) same += ",7";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {word, "bad.csv:3:15: coordinate, expected a number of -1e6 to 1e6, found \"nan"},
      {same + "\n", "bad.csv:3:1: points, expected a face of different ones, found all in one place"},
      {good.substr(0, good.size() - 30), "bad.csv:4:"},
      {with(",y67", ""),
       "bad.csv:1:1: header, expected columns x0, y0 to x67, y67 (or x1, y1 to x68, y68), found no y67"},
      {with(",y67", ",y66"), "found \"y66\" again"},
      {with("emotion", "feeling"), "expected a column named emotion"},
      {with("\n0,", "\n9,"), "bad.csv:2:1: emotion, expected a whole number of 0 to 7, found \"9\""}};
  for (const auto& [text, message] : cases) {
    write("bad.csv", text);
    const ToolResult r = run("fer-train bad.csv --network seed000_landmark_cnn --out run");
    EXPECT_EQ(r.status, 1) << message;
    expect_one_line_error(r, "fer-train", message);
  }
}

}  // namespace
}  // namespace fer::test
