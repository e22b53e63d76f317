// fer-align: faces cut out of files and folders, and what becomes of pictures without one.
#include <gtest/gtest.h>

#include "fer/face_points.h"
#include "fer/image.h"
#include "fer/vision.h"
#include "tests/tools/tool_run.h"
#include "tests/vision/pictures.h"

namespace fer::test {
namespace {

class Align : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    if (!has_opencv()) GTEST_SKIP() << "without OpenCV: apt-get install libopencv-objdetect-dev";
    FER_NEEDS_FILE("/usr/share/opencv4/haarcascades/haarcascade_frontalface_default.xml", "opencv-data");
    FER_NEEDS_FILE(kAstronaut, "python3-skimage");
    // Small, so that the search is quick.
    const Image face = crop_face(read_image(kAstronaut), Box{126, 16, 200, 200}, {.margins = {}});
    std::filesystem::create_directories(path("in/happy"));
    std::filesystem::create_directories(path("in/none"));
    write("in/happy/face.png", encode_png(face));
    write("in/none/wall.png", encode_png(grey_picture(60, 90, 128)));
  }
  Image picture(const std::string& name) const { return read_image(path(name)); }
};

TEST_F(Align, CutsTheFaceOutOfAFile) {
  const ToolResult r = run("fer-align in/happy/face.png face.png --size 64");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(r.out, "1 of 1 pictures have a face: face.png\n");
  EXPECT_EQ(r.err, "");
  const Image face = picture("face.png");
  EXPECT_EQ(face.height, 64);
  EXPECT_EQ(face.width, 64);
  EXPECT_EQ(face.channels, 3);
  // The library's own crop, resized.
  const Image whole = picture("in/happy/face.png");
  const std::vector<Face> faces = FaceDetector().find(whole);
  ASSERT_EQ(faces.size(), 1u);
  EXPECT_EQ(face.pixels, resized(crop_face(whole, faces[0]), 64, 64).pixels);
  // Into a folder that is there, by its own name.
  ASSERT_EQ(run("mkdir there && fer-align in/happy/face.png there --margin 0.1,0.2,0.1,0.2 --json").status, 0);
  EXPECT_EQ(picture("there/face.png").pixels,
            resized(crop_face(whole, faces[0], {.margins = {0.1, 0.2, 0.1, 0.2}}), 48, 48).pixels);
}

TEST_F(Align, CountsPicturesWithoutAFaceAndDoesWithThemWhatIsAsked) {
  const ToolResult drop = run("fer-align in dropped");
  ASSERT_EQ(drop.status, 0) << drop.err;
  EXPECT_EQ(drop.out, "1 of 2 pictures have a face: dropped\nPictures without a face, left out: 1\n");
  EXPECT_TRUE(exists("dropped/happy/face.png"));
  EXPECT_FALSE(exists("dropped/none"));
  const ToolResult keep = run("fer-align in kept --no-face keep --threads 1");
  EXPECT_EQ(keep.out, "1 of 2 pictures have a face: kept\nPictures without a face, kept as they are: 1\n");
  EXPECT_EQ(picture("kept/none/wall.png").width, 90);
  const ToolResult whole = run("fer-align in whole --no-face whole --threads 3");
  EXPECT_EQ(whole.out, "1 of 2 pictures have a face: whole\nPictures without a face, taken whole: 1\n");
  EXPECT_EQ(picture("whole/none/wall.png").width, 48);
  for (const char* folder : {"kept/", "whole/"}) {
    EXPECT_TRUE(read_text(path(std::string(folder) + "happy/face.png")) == read_text(path("dropped/happy/face.png")));
  }
}

TEST_F(Align, FindsAFaceThatFillsItsPictureOnceItIsEnlarged) {
  const Image face = resized(crop_face(picture("in/happy/face.png"), Box{50, 50, 95, 95}, {.margins = {}}), 48, 48);
  write("small.png", encode_png(face));
  EXPECT_EQ(run("fer-align small.png none.png").status, 1);
  const ToolResult r = run("fer-align small.png found.png --enlarge 2 --json");
  ASSERT_EQ(r.status, 0) << r.err;
  const auto line = json_lines(r.out).at(0);
  EXPECT_EQ(line["faces"], 1);
  EXPECT_EQ(line["written"], "found.png");
  EXPECT_NEAR(line["box"][0].get<double>(), 0, 4);
  EXPECT_NEAR(line["box"][1].get<double>(), 0, 4);
  EXPECT_NEAR(line["box"][2].get<double>(), 48, 6);
}

TEST_F(Align, KeepsPicturesApartThatDifferInTheirEnding) {
  write("in/happy/face.pgm", "P5 4 4 255 0123456789abcdef");
  write("in/happy/bad.jpg", "no picture");
  const ToolResult bad = run("fer-align in both --no-face whole");
  EXPECT_EQ(bad.status, 1);
  expect_one_line_error(bad, "fer-align", "in/happy/bad.jpg: ");
  EXPECT_FALSE(exists("both"));
  const ToolResult r = run("fer-align in both --no-face whole --skip-bad");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("Pictures that could not be read, left out: 1\n"), std::string::npos) << r.out;
  EXPECT_TRUE(exists("both/happy/face.png.png"));
  EXPECT_TRUE(exists("both/happy/face.pgm.png"));
}

TEST_F(Align, RefusesInOneLineAndWritesNothing) {
  const ToolResult none = run("fer-align in/none/wall.png out.png");
  EXPECT_EQ(none.status, 1);
  expect_one_line_error(none, "fer-align", "in/none/wall.png: no face found");
  expect_one_line_error(run("fer-align in/none out"), "fer-align", "in/none: no face found in any picture");
  expect_one_line_error(run("fer-align in in"), "fer-align", "in: is there already");
  expect_one_line_error(run("fer-align faces.csv out"), "fer-align", "faces.csv: ");
  expect_one_line_error(run("fer-align in out --detector net.json"), "fer-align",
                        "net.json: expected a cascade of OpenCV (XML) or YuNet (ONNX), found JSON");
  for (const char* wrong : {"in", "in out --no-face maybe", "in out --margin 1,2", "in out --size 0", "in out more"}) {
    EXPECT_EQ(run(std::string("fer-align ") + wrong).status, 2) << wrong;
  }
  EXPECT_FALSE(exists("out"));
  EXPECT_FALSE(exists("out.png"));
}

TEST_F(Align, TurnsFacesByTheirPoints) {
  const std::string predictor = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";
  if (!has_dlib()) GTEST_SKIP() << "without dlib: apt-get install libdlib-dev";
  FER_NEEDS_FILE(predictor, "libdlib-data");
  const ToolResult r = run("fer-align in/happy/face.png aligned.png --size 192 --landmarks " + predictor);
  ASSERT_EQ(r.status, 0) << r.err;
  const FaceAnchors at = face_anchors(FacePointFinder(predictor).find(picture("aligned.png"), Box{20, 30, 155, 155}));
  const AlignmentTemplate wanted;
  EXPECT_NEAR(at.left_eye.x / 192, wanted.left_eye.x, 0.04);
  EXPECT_NEAR(at.right_eye.x / 192, wanted.right_eye.x, 0.04);
  EXPECT_NEAR(at.left_eye.y / 192, wanted.left_eye.y, 0.04);
  EXPECT_NEAR(at.mouth.y / 192, wanted.mouth.y, 0.04);
}

}  // namespace
}  // namespace fer::test
