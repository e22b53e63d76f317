// 68 points of a real face by dlib and the predictor of Debian's package libdlib-data.
#include <gtest/gtest.h>

#include <vector>

#include "fer/error.h"
#include "fer/face_points.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"
#include "tests/vision/pictures.h"

namespace fer {
namespace {

const char* const kPredictor = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";

TEST(FacePointFinder, FindsEyesAndMouthOfAFace) {
  if (!has_dlib()) GTEST_SKIP() << "without dlib: apt-get install libdlib-dev";
  FER_NEEDS_FILE(kPredictor, "libdlib-data");
  FER_NEEDS_FILE(kAstronaut, "python3-skimage");
  const Image picture = read_image(kAstronaut);
  const FacePointFinder finder(kPredictor);
  const std::vector<Face> faces = FaceDetector({.detector = "dlib"}).find(picture);
  ASSERT_EQ(faces.size(), 1u);
  const std::vector<Point> points = finder.find(picture, faces[0].box);
  ASSERT_EQ(points.size(), 68u);
  const FaceAnchors at = face_anchors(points);
  // Where a person sees them.
  EXPECT_NEAR(at.left_eye.x, 205, 4);
  EXPECT_NEAR(at.left_eye.y, 105, 6);
  EXPECT_NEAR(at.right_eye.x, 245, 4);
  EXPECT_NEAR(at.mouth.y, 141, 6);
  // Found again in the aligned picture, they are where the template has them.
  const Image aligned = aligned_face(picture, points, 200);
  const AlignmentTemplate wanted;
  const FaceAnchors again = face_anchors(finder.find(aligned, Box{20, 30, 160, 160}));
  EXPECT_NEAR(again.left_eye.x / 200, wanted.left_eye.x, 0.04);
  EXPECT_NEAR(again.left_eye.y / 200, wanted.left_eye.y, 0.04);
  EXPECT_NEAR(again.right_eye.x / 200, wanted.right_eye.x, 0.04);
  EXPECT_NEAR(again.mouth.y / 200, wanted.mouth.y, 0.04);
  expect_contains(message_of([&] { finder.find(picture, Box{}); }), "points of a face: expected a box with pixels");
}

TEST(FacePointFinder, RefusesOtherFiles) {
  if (!has_dlib()) GTEST_SKIP() << "without dlib: apt-get install libdlib-dev";
  const TemporaryFolder folder;
  const std::string path = folder / "points.dat";
  const auto refusal = [&] { return message_of([&] { FacePointFinder finder(path); }); };
  expect_contains(refusal(), "points.dat: cannot be read as dlib's shape predictor: ");
  put(path, "\x01\x02\x03");
  expect_contains(refusal(), "points.dat: cannot be read as dlib's shape predictor: ");
}

}  // namespace
}  // namespace fer
