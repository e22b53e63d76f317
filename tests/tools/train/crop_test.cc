// A network that is trained on crops: the programs know it without being told.
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class FerTrainCrop : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    const ToolResult r = run("fer-train faces.csv --network net.json --crop 40 --epochs 2 --batch-size 7 --out run");
    ASSERT_EQ(r.status, 0) << r.err;
  }

  double accuracy(const std::string& model, const std::string& data) const {
    const ToolResult r = run("fer-eval " + model + " " + data + " --split PublicTest --json");
    EXPECT_EQ(r.status, 0) << r.err;
    return nlohmann::json::parse(r.out)["accuracy"].get<double>();
  }
};

TEST_F(FerTrainCrop, IsKnownToEveryProgram) {
  const auto info = nlohmann::json::parse(run("fer-info run/best.safetensors --json").out);
  EXPECT_EQ(info["input"], nlohmann::json({40, 40, 1}));
  EXPECT_EQ(info["preprocessing"]["resize"], nlohmann::json({48, 48}));
  EXPECT_NE(run("fer-info run/best.safetensors").out.find("centre of 48x48, pixel * "), std::string::npos);

  const auto config = nlohmann::json::parse(read_text(path("run/config.json")));
  EXPECT_EQ(config["config"]["augmentation"]["crop"], nlohmann::json({40, 40}));

  const std::string history = read_text(path("run/history.csv"));
  const std::string last = history.substr(history.rfind('\n', history.size() - 2) + 1);
  std::istringstream line(last);
  std::vector<double> cells;
  for (std::string cell; std::getline(line, cell, ',');) cells.push_back(std::stod(cell));
  EXPECT_DOUBLE_EQ(accuracy("run/best.safetensors", "faces.csv"), cells.at(4)) << "the best epoch's validation";
  EXPECT_EQ(run("fer-predict run/best.safetensors faces.csv --csv answers.csv").status, 0);
}

TEST_F(FerTrainCrop, ResumesAndStartsFromItsModel) {
  const ToolResult again = run("fer-train --resume --out run --epochs 3");
  EXPECT_EQ(again.status, 0) << again.err;
  const ToolResult tuned = run("fer-train faces.csv --init run/best.safetensors --epochs 1 --out tuned");
  EXPECT_EQ(tuned.status, 0) << tuned.err;
  const auto info = nlohmann::json::parse(run("fer-info tuned/best.safetensors --json").out);
  EXPECT_EQ(info["preprocessing"]["resize"], nlohmann::json({48, 48}));
}

TEST_F(FerTrainCrop, RefusesWhatDoesNotFit) {
  const ToolResult large = run("fer-train faces.csv --network net.json --crop 49 --epochs 1 --out large");
  EXPECT_EQ(large.status, 1);
  expect_one_line_error(large, "fer-train", "crop: expected pictures of at least 49x49");
  EXPECT_FALSE(exists("large/config.json"));
  const ToolResult other = run("fer-train faces.csv --init run/best.safetensors --crop 44 --out other");
  EXPECT_EQ(other.status, 1);
  expect_one_line_error(other, "fer-train", "crop: expected 40x40, the input of the model's network, found 44x44");
  for (const std::string own : {"--resize 56", "--equalize", "--standardize picture"}) {
    const ToolResult r = run("fer-train faces.csv --init run/best.safetensors --out other " + own);
    EXPECT_EQ(r.status, 2);
    EXPECT_NE(r.err.find("does not go with --init, which brings its own"), std::string::npos) << r.err;
  }
  EXPECT_EQ(run("fer-train faces.csv --network net.json --crop 0 --out zero").status, 2);
  EXPECT_EQ(run("fer-train faces.csv --network net.json --crop 40x --out half").status, 2);
}

TEST_F(FerTrainCrop, GoesWithEveryOtherChange) {
  const std::string options =
      "--crop 40 --alternating-flip --random-resized-crop --crop-scale 0.8,1 --crop-ratio 0.75,1.25 --rotate 12 "
      "--brightness 0.2 --contrast 0.2 --jitter-probability 0.3 --erasing 0.25 --erasing-scale 0.02,0.15 "
      "--erasing-ratio 0.3,3.3 --erasing-fill random --mixup 0.1 --cutmix 0.45 --mixing-probability 0.5 "
      "--cutmix-probability 0.5 --no-mixing-epochs 1 ";
  const std::string command = "fer-train faces.csv --network net.json --epochs 2 --batch-size 7 " + options;
  const ToolResult one = run(command + "--out one --threads 1"), two = run(command + "--out two --threads 2");
  ASSERT_EQ(one.status, 0) << one.err;
  ASSERT_EQ(two.status, 0) << two.err;
  EXPECT_EQ(read_text(path("one/best.safetensors")), read_text(path("two/best.safetensors")));
  EXPECT_NE(read_text(path("one/report.html")).find("CutMix 0.45"), std::string::npos);
  EXPECT_NE(run("fer-train --help-all").out.find("--no-mixing-epochs N"), std::string::npos);
}

TEST_F(FerTrainCrop, ResizeSaysWhatItIsCutOutOf) {
  const ToolResult r =
      run("fer-train faces.csv --network net.json --resize 56x52 --crop 48x44 --epochs 1 --batch-size 7 --out larger");
  ASSERT_EQ(r.status, 0) << r.err;
  const auto info = nlohmann::json::parse(run("fer-info larger/best.safetensors --json").out);
  EXPECT_EQ(info["input"], nlohmann::json({48, 44, 1}));
  EXPECT_EQ(info["preprocessing"]["resize"], nlohmann::json({56, 52}));
}

}  // namespace
}  // namespace fer::test
