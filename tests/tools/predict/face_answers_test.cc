#include "fer/draw.h"
#include "fer/image.h"
#include "tests/tools/photos.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class FacesOfFerPredict : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    if (const std::string why = why_no_faces(); !why.empty()) GTEST_SKIP() << why;
    train_small_model();
    ASSERT_TRUE(write_astronaut(path("photo.png")));
    const Image nobody = {120, 160, 3, std::vector<uint8_t>(120 * 160 * 3, 90)};
    std::ofstream(path("nobody.png"), std::ios::binary) << encode_png(nobody);
  }
};

TEST_F(FacesOfFerPredict, EveryFaceHasItsBoxAndAllProbabilitiesAsLinesJsonAndCsv) {
  const ToolResult lines = run("fer-predict run/best.safetensors photo.png nobody.png --faces");
  ASSERT_EQ(lines.status, 0) << lines.err;
  EXPECT_EQ(lines.err, "");
  EXPECT_TRUE(lines.out.starts_with("photo.png: face 1 of 1 (left 176, top 66, 95x95): ")) << lines.out;
  for (const char* name : {"angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"}) {
    EXPECT_NE(lines.out.find(name), std::string::npos) << lines.out;
  }
  EXPECT_TRUE(lines.out.ends_with("\nnobody.png: no face found\n")) << lines.out;

  const ToolResult r = run("fer-predict run/best.safetensors photo.png nobody.png --faces --json --csv faces-out.csv");
  ASSERT_EQ(r.status, 0) << r.err;
  const auto answers = json_lines(r.out);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0]["file"], "photo.png");
  EXPECT_EQ(answers[0]["width"], 512);
  EXPECT_EQ(answers[0]["class_names"][3], "happy");
  ASSERT_EQ(answers[0]["faces"].size(), 1u);
  const nlohmann::json& face = answers[0]["faces"][0];
  EXPECT_EQ(face["box"].dump(), R"({"height":95,"left":176,"top":66,"width":95})");
  EXPECT_EQ(face["probabilities"].size(), 7u);
  EXPECT_EQ(face["probability"], face["probabilities"][face["index"].get<size_t>()]);
  EXPECT_EQ(answers[1]["faces"].size(), 0u);

  std::istringstream csv(read_text(path("faces-out.csv")));
  std::string header, row, more;
  std::getline(csv, header);
  EXPECT_EQ(header, "file,face,left,top,width,height,angry,disgust,fear,happy,sad,surprise,neutral");
  std::getline(csv, row);
  EXPECT_TRUE(row.starts_with("photo.png,1,176,66,95,95,")) << row;
  EXPECT_NEAR(std::stod(row.substr(row.rfind(',') + 1)), face["probabilities"][6].get<double>(), 1e-6);
  EXPECT_FALSE(std::getline(csv, more));
}

TEST_F(FacesOfFerPredict, TheFaceIsAskedAboutAsACropOfItIs) {
  const ToolResult faces = run("fer-predict run/best.safetensors photo.png --faces --json");
  ASSERT_EQ(faces.status, 0) << faces.err;
  const Image photo = read_image(path("photo.png"));
  std::ofstream(path("crop.png"), std::ios::binary) << encode_png(crop_face(photo, Box{176, 66, 95, 95}));
  const ToolResult crop = run("fer-predict run/best.safetensors crop.png --json");
  ASSERT_EQ(crop.status, 0) << crop.err;
  EXPECT_EQ(json_lines(faces.out)[0]["faces"][0]["probabilities"], json_lines(crop.out)[0]["probabilities"]);
}

TEST_F(FacesOfFerPredict, DrawsOnOnePictureOrIntoAFolder) {
  const ToolResult one = run("fer-predict run/best.safetensors photo.png --faces --annotate drawn.png");
  ASSERT_EQ(one.status, 0) << one.err;
  const Image before = read_image(path("photo.png")), after = read_image(path("drawn.png"));
  EXPECT_EQ(after.width, before.width);
  EXPECT_NE(after.pixels, before.pixels);
  EXPECT_TRUE(
      std::equal(before.pixels.begin() + 3 * 512 * 300, before.pixels.end(), after.pixels.begin() + 3 * 512 * 300));

  std::filesystem::create_directory(path("more"));
  std::filesystem::copy_file(path("photo.png"), path("more/photo.png"));
  const ToolResult several =
      run("fer-predict run/best.safetensors photo.png more nobody.png --faces --annotate out --emoji --json");
  ASSERT_EQ(several.status, 0) << several.err;
  const auto answers = json_lines(several.out);
  EXPECT_EQ(answers[0]["annotated"], "out/photo.png");
  EXPECT_EQ(answers[1]["annotated"], "out/photo-2.png");
  EXPECT_TRUE(exists("out/nobody.png"));
  EXPECT_EQ(read_text(path("out/photo.png")), read_text(path("out/photo-2.png")));
  EXPECT_NE(read_image(path("out/photo.png")).pixels, after.pixels);  // with an emoji
}

TEST_F(FacesOfFerPredict, NoFaceAnywhereIsAFailureThatIsSaidOncePerPicture) {
  const ToolResult r = run("fer-predict run/best.safetensors nobody.png --faces --annotate drawn.png");
  EXPECT_EQ(r.status, 1);
  EXPECT_EQ(r.out, "nobody.png: no face found\n");
  expect_one_line_error(r, "fer-predict", "no face was found in the picture");
  EXPECT_TRUE(exists("drawn.png"));
}

TEST_F(FacesOfFerPredict, WhatDoesNotFitIsRefused) {
  const auto refused = [&](const std::string& arguments, int status, const std::string& says) {
    const ToolResult r = run("fer-predict run/best.safetensors " + arguments);
    EXPECT_EQ(r.status, status) << arguments;
    expect_one_line_error(r, "fer-predict", says);
  };
  refused("photo.png --annotate out.png", 2, "--annotate: expected with --faces");
  refused("photo.png --neighbours 3", 2, "--neighbours: expected with --faces");
  refused("photo.png --faces --emoji", 2, "--emoji: expected with --annotate");
  refused("photo.png nobody.png --faces --annotate out.png", 2, "expected a folder for 2 pictures");
  refused("faces.csv --faces", 1, "expected pictures for --faces");
  refused("photo.png --faces --detector nothing.xml", 1, "nothing.xml");
  refused("photo.png --faces --annotate out --emoji=nowhere", 1, "nowhere: expected a folder");
  EXPECT_FALSE(exists("out.png"));
}

TEST_F(FacesOfFerPredict, APhotoWithoutTheOptionIsNotedOnce) {
  const ToolResult r = run("fer-predict run/best.safetensors photo.png photo.png nobody.png");
  ASSERT_EQ(r.status, 0) << r.err;
  expect_one_line_error(r, "fer-predict", "photo.png is 512 pixels wide and 512 high");
  EXPECT_NE(r.err.find("--faces"), std::string::npos);
}

}  // namespace
}  // namespace fer::test
