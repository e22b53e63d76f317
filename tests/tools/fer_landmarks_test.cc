// fer-landmarks: points of the faces in pictures, by dlib.
#include <sys/stat.h>

#include <cmath>
#include <map>

#include "fer/landmarks.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class FacePoints : public ToolTest {};

#if defined(FER_HAS_DLIB)
TEST_F(FacePoints, AreMadeOfPicturesByDlib) {
  ASSERT_EQ(run("make_shape_predictor 68.dat && make_shape_predictor 5.dat 5").status, 0);
  // Squares are no faces for the detector.
  const ToolResult none = run("fer-landmarks faces.csv --predictor 68.dat --out points.csv");
  EXPECT_EQ(none.status, 1);
  expect_one_line_error(none, "fer-landmarks", "faces.csv: no face found in any picture");
  EXPECT_FALSE(exists("points.csv"));
  const ToolResult r = run("fer-landmarks faces.csv --predictor 68.dat --whole-picture --upsample 0 --out points.csv");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(r.out, "70 of 70 pictures have a face: points.csv\n");
  const Dataset points = read_landmarks(path("points.csv"));
  EXPECT_EQ(points.size(), 70);
  EXPECT_EQ(points.labels[8], 1);
  EXPECT_EQ(points.usage[69], Usage::kPrivateTest);
  // The spiral of make_shape_predictor: its last point lies furthest out.
  const auto face = points.example(0);
  const auto distance = [&](int i) { return std::hypot(face[2 * i], face[2 * i + 1]); };
  EXPECT_GT(distance(67), 1.2);
  EXPECT_LT(distance(5), 0.6);
  ASSERT_EQ(run("fer-train points.csv --network seed000_landmark_cnn --epochs 1 --quiet --out run").status, 0);

  ASSERT_EQ(run("fer-data faces.csv --to-folder pics --no-duplicates && fer-landmarks pics --predictor 68.dat "
                "--whole-picture --upsample 0 --out folder.csv")
                .status,
            0);
  EXPECT_EQ(read_landmarks(path("folder.csv")).files.at(0), "pics/train/angry/00.png");
  // It has no use for fitted pictures.
  EXPECT_EQ(run("fer-landmarks pics --predictor 68.dat --out cached.csv --cache kept").status, 2);
  // From a picture to an answer in one step.
  const Dataset folder = read_landmarks(path("folder.csv"));
  std::map<std::string, nlohmann::json> answers;
  for (const auto& answer : json_lines(run("fer-predict run/best.safetensors folder.csv --json").out)) {
    answers[folder.files.at(answer["row"])] = answer["probabilities"];
  }
  const ToolResult pictures = run("fer-predict run/best.safetensors pics --predictor 68.dat --json");
  ASSERT_EQ(pictures.status, 0) << pictures.err;
  EXPECT_NE(pictures.err.find("00.png: no face found: the whole picture is taken for one\n"), std::string::npos);
  const auto found = json_lines(pictures.out);
  ASSERT_EQ(found.size(), answers.size());
  for (const auto& answer : found) EXPECT_EQ(answer["probabilities"], answers.at(answer["file"])) << answer["file"];
  const ToolResult without = run("fer-predict run/best.safetensors pics");
  EXPECT_EQ(without.status, 1);
  expect_one_line_error(without, "fer-predict", "the model takes 68 points of a face: --predictor");
  ASSERT_EQ(run("fer-train faces.csv --network net.json --epochs 1 --batch-size 7 --out small --quiet").status, 0);
  const ToolResult wrong = run("fer-predict small/best.safetensors pics --predictor 68.dat");
  EXPECT_EQ(wrong.status, 1);
  expect_one_line_error(wrong, "fer-predict", "--predictor: expected a model that takes landmarks");

  const ToolResult five = run("fer-landmarks faces.csv --predictor 5.dat --out x.csv");
  EXPECT_EQ(five.status, 1);
  expect_one_line_error(five, "fer-landmarks", "5.dat: expected a shape predictor of 68 points, found one of 5");
  ASSERT_EQ(mkfifo(path("pipe.dat").c_str(), 0600), 0);
  for (const char* bad : {"faces.csv", "missing.dat", ".", "pipe.dat"}) {
    const ToolResult other = run(std::string("fer-landmarks faces.csv --out x.csv --predictor ") + bad);
    EXPECT_EQ(other.status, 1);
    expect_one_line_error(other, "fer-landmarks", "cannot be read as dlib's shape predictor");
  }
  write("packed.dat", "BZh91AY&SY");
  expect_one_line_error(run("fer-landmarks faces.csv --out x.csv --predictor packed.dat"), "fer-landmarks",
                        "packed.dat: cannot be read as dlib's shape predictor: found a bzip2 archive: unpack it first");
  EXPECT_EQ(run("fer-landmarks faces.csv --out x.csv").status, 2);
}

TEST_F(FacePoints, AreFoundInSinglePicturesByAnyNumberOfThreads) {
  ASSERT_EQ(run("make_shape_predictor 68.dat && fer-data faces.csv --to-folder pics --no-duplicates").status, 0);
  const std::string rest = " --predictor 68.dat --whole-picture --upsample 0 --out ";
  const ToolResult one = run("fer-landmarks pics/train/angry/00.png" + rest + "one.csv");
  ASSERT_EQ(one.status, 0) << one.err;
  EXPECT_EQ(one.out, "1 of 1 pictures have a face: one.csv\n");
  const ToolResult some = run("fer-landmarks pics/train/angry/*.png" + rest + "some.csv --threads 3");
  ASSERT_EQ(some.status, 0) << some.err;
  const Dataset points = read_landmarks(path("some.csv"), false);
  EXPECT_EQ(points.files.at(0), "pics/train/angry/00.png");
  EXPECT_EQ(points.size(), 6);
  // The same row as among others, and as the picture has in its folder.
  EXPECT_EQ(read_text(path("some.csv")).rfind(read_text(path("one.csv")), 0), 0u);
  ASSERT_EQ(run("fer-landmarks pics" + rest + "folder1.csv --threads 1").status, 0);
  ASSERT_EQ(run("fer-landmarks pics" + rest + "folder3.csv --threads 3").status, 0);
  EXPECT_TRUE(read_text(path("folder1.csv")) == read_text(path("folder3.csv")));
  // Pictures and folders are not mixed; bad pictures are left out where that is asked for.
  EXPECT_EQ(run("fer-landmarks pics pics/train/angry/00.png" + rest + "x.csv").status, 2);
  write("bad.png", "\x89PNG\r\n\x1a\n and no more");
  const std::string with_bad = "fer-landmarks bad.png pics/train/angry/00.png" + rest + "x.csv";
  expect_one_line_error(run(with_bad), "fer-landmarks", "bad.png: ");
  const ToolResult left_out = run(with_bad + " --skip-bad");
  EXPECT_EQ(left_out.status, 0);
  EXPECT_EQ(left_out.out, "1 of 2 pictures have a face: x.csv\n");
}
#else
TEST_F(FacePoints, NeedDlibWhichIsSaid) {
  const ToolResult r = run("fer-landmarks faces.csv --predictor 68.dat --out points.csv");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-landmarks", "built without dlib: apt-get install libdlib-dev");
}
#endif

}  // namespace
}  // namespace fer::test
