// fer-cascade from pictures to a detector, as a user runs it.
#include "fer/cascade_samples.h"
#include "fer/file.h"
#include "fer/image.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

uint32_t noise(uint32_t& state) { return (state = state * 1664525U + 1013904223U) >> 24; }

// Blocks of random brightness, upon which bright crosses with a dark surrounding lie at `boxes`.
Image scene(int64_t height, int64_t width, uint32_t seed, const std::vector<Box>& boxes) {
  Image image{height, width, 1, std::vector<uint8_t>(static_cast<size_t>(height * width))};
  uint32_t state = seed;
  std::vector<uint32_t> blocks(4096);
  for (uint32_t& block : blocks) block = noise(state) * 3 / 4;
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      uint32_t value = blocks[static_cast<size_t>(y / 6 * 64 + x / 6) % 4096] + noise(state) / 8;
      for (const Box& b : boxes) {
        const int64_t dx = x - b.left, dy = y - b.top;
        if (dx < 0 || dy < 0 || dx >= b.width || dy >= b.height) continue;
        const bool on = dx * 5 / b.width == 2 || dy * 5 / b.height == 2;
        value = (on ? 190 : 30) + noise(state) / 6;
      }
      image.pixels[static_cast<size_t>(y * width + x)] = static_cast<uint8_t>(value);
    }
  }
  return image;
}

class FerCascade : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    std::string info, test, backgrounds;
    for (uint32_t i = 0; i < 8; ++i) {
      std::vector<Box> boxes;
      for (int64_t k = 0; k < 12; ++k) boxes.push_back({4 + k % 4 * 30, 3 + k / 4 * 28, 20 + k % 5, 20 + k % 5});
      add("p", i, boxes, 125, 95, info);
      add("t", i, {{20 + i, 11, 24, 24}, {70, 30 + i, 30, 30}}, 125, 95, test);
      std::string line;
      add("b", i, {}, 160, 120, line);
      backgrounds += line.substr(0, line.find(' ')) + "\n";
    }
    write("info.lst", info);
    write("test.lst", test);
    write("bg.txt", backgrounds);
  }

  void add(const std::string& kind, uint32_t i, const std::vector<Box>& boxes, int64_t width, int64_t height,
           std::string& list) const {
    const std::string folder = kind == "t" ? "pictures" : "more";
    make_folders(path(folder));
    const std::string name = folder + "/" + kind + std::to_string(i) + ".png";
    const uint32_t seed = i * 7919 + static_cast<uint32_t>(kind[0]) * 31;
    write_file(path(name), encode_png(scene(height, width, seed, boxes)));
    list += name + " " + std::to_string(boxes.size());
    for (const Box& b : boxes) {
      for (const int64_t side : {b.left, b.top, b.width, b.height}) list += " " + std::to_string(side);
    }
    list += "\n";
  }

  void train(const std::string& more = "") const {
    const ToolResult samples =
        run("fer-cascade samples --info info.lst --num 96 --width 12 --height 12 --vec p.vec --bg bg.txt");
    ASSERT_EQ(samples.status, 0) << samples.err;
    EXPECT_EQ(samples.out, "p.vec: 96 samples of 12x12\nbg.txt: 8 backgrounds\n");
    const ToolResult r =
        run("fer-cascade train -data out -vec p.vec -bg bg.txt -numPos 90 -numNeg 150 -numStages 5 -w 12 -h 12 "
            "-minHitRate 0.99 -maxFalseAlarmRate 0.4 " +
            more);
    ASSERT_EQ(r.status, 0) << r.err;
    EXPECT_NE(r.out.find("===== TRAINING 1-stage =====\n<BEGIN\nPOS count : consumed   90 : "), std::string::npos)
        << r.out;
    EXPECT_NE(r.out.find("|  N |    HR   |    FA   |"), std::string::npos);
    EXPECT_NE(r.out.find("out/cascade.xml: "), std::string::npos);
    EXPECT_EQ(r.err, "");
  }
};

TEST_F(FerCascade, TrainsDetectsAndEvaluates) {
  train();
  for (const char* file : {"out/params.xml", "out/stage0.xml", "out/cascade.xml"}) EXPECT_TRUE(exists(file)) << file;
  const ToolResult table =
      run("fer-cascade evaluate --cascade out/cascade.xml --info test.lst --svg c.svg --min-size 16");
  ASSERT_EQ(table.status, 0) << table.err;
  EXPECT_TRUE(table.out.starts_with("16 objects in 8 pictures\n")) << table.out;
  EXPECT_NE(read_text(path("c.svg")).find("false boxes per picture"), std::string::npos);
  const ToolResult figures = run("fer-cascade evaluate --cascade out/cascade.xml --info test.lst --json");
  const nlohmann::json json = nlohmann::json::parse(figures.out);
  EXPECT_EQ(json["objects"], 16);
  EXPECT_GE(json["points"][0]["hit_rate"], 0.5) << table.out;
  EXPECT_LE(json["points"][5]["false_boxes_per_picture"], 1) << table.out;
  const ToolResult boxes = run("fer-cascade detect --cascade out/cascade.xml --min-neighbours 1 pictures/t0.png");
  EXPECT_TRUE(boxes.out.starts_with("pictures/t0.png ")) << boxes.out;
  const ToolResult again =
      run("fer-cascade train --data out --vec p.vec --bg bg.txt --num-pos 90 --num-neg 150 --num-stages 5 "
          "--width 12 --height 12 --min-hit-rate 0.99 --max-false-alarm 0.4");
  EXPECT_NE(again.out.find("were in out already"), std::string::npos) << again.out;
}

TEST_F(FerCascade, AgreesWithOpenCvOnATrainedCascade) {
  train("-mode ALL -maxDepth 2");
  const std::string python = std::filesystem::exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
  const ToolResult r =
      run(python + " " + source_dir() + "/tests/cascade/opencv.py fer-cascade out/cascade.xml pictures");
  if (r.status == 77 || r.status == 127) GTEST_SKIP() << "no OpenCV for Python (python3-opencv)";
  EXPECT_EQ(r.status, 0) << r.out << r.err;
  std::printf("%s", r.out.c_str());
}

TEST_F(FerCascade, ShowsSamplesAndReadsCsv) {
  const ToolResult r =
      run("fer-cascade samples --data faces.csv --num 20 --width 20 --height 18 --vec f.vec --show sheet.png");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(r.out, "f.vec: 20 samples of 20x18\nsheet.png: 20 samples of 20x18\n");
  const Image sheet = read_image(path("sheet.png"));
  EXPECT_EQ(sheet.width, 5 * 21 + 1);
  EXPECT_EQ(sheet.height, 4 * 19 + 1);
  EXPECT_EQ(read_vec(path("f.vec"), 20, 18).count(), 20u);
}

TEST_F(FerCascade, SaysWhatIsWrong) {
  const auto expect = [&](const std::string& command, int status, const std::string& says) {
    const ToolResult r = run(command);
    EXPECT_EQ(r.status, status) << command;
    expect_one_line_error(r, "fer-cascade", says);
  };
  expect("fer-cascade", 2, "expected one of samples, train, detect, evaluate, found none");
  expect("fer-cascade dance", 2, "found dance");
  expect("fer-cascade samples --vec a.vec", 2, "expected --vec with --info, --data or --show");
  expect("fer-cascade samples --info info.lst --num 97 --vec a.vec", 1, "--num: expected 97 samples, found 96");
  EXPECT_FALSE(exists("a.vec"));
  write("bad.lst", "pictures/t0.png 1 100 0 40 10\n");
  expect("fer-cascade samples --info bad.lst --vec a.vec", 1, "bad.lst:1: ");
  expect("fer-cascade train --vec a.vec --bg bg.txt", 2, "found no --data");
  expect("fer-cascade train --data d --vec a.vec --bg bg.txt --mode some", 2, "mode");
  expect("fer-cascade detect --cascade info.lst pictures/t0.png", 1, "info.lst: expected a cascade as XML");
  expect("fer-cascade train -data d -vec a.vec -bg bg.txt -featureType LBP", 2, "feature-type");
  const ToolResult help = run("fer-cascade train --help");
  EXPECT_EQ(help.status, 0);
  EXPECT_NE(help.out.find("--num-pos"), std::string::npos);
}

}  // namespace
}  // namespace fer::test
