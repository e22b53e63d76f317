// YuNet by OpenCV, with a network of its form that finds one face in whatever it is shown (make_vision_fixtures.py).
#ifdef FER_HAS_OPENCV
#include <gtest/gtest.h>

#include <vector>

#include "fer/error.h"
#include "fer/face_points.h"
#include "fer/vision.h"
#include "tests/support/message.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"
#include "tests/vision/pictures.h"

namespace fer {
namespace {

std::string yunet_like() { return source_dir() + "/tests/fixtures/vision/yunet_like.onnx"; }

TEST(Yunet, GivesBoxScoreAndFivePoints) {
  const FaceDetector detector({.detector = yunet_like()});
  EXPECT_EQ(detector.kind(), "yunet");
  EXPECT_EQ(detector.path(), yunet_like());
  for (const int64_t channels : {1, 3}) {
    const std::vector<Face> faces = detector.find(with_channels(grey_picture(64, 64, 77), channels));
    ASSERT_EQ(faces.size(), 1u);
    EXPECT_EQ(faces[0].box, (Box{8, 8, 32, 32}));
    EXPECT_NEAR(faces[0].score, 0.95, 1e-5);
    ASSERT_EQ(faces[0].points.size(), 5u);
    const FaceAnchors at = face_anchors(faces[0].points);
    EXPECT_NEAR(at.left_eye.x, 17.6, 1e-4);
    EXPECT_NEAR(at.right_eye.x, 30.4, 1e-4);
    EXPECT_NEAR(at.left_eye.y, 20.8, 1e-4);
    EXPECT_NEAR(at.mouth.x, 24, 1e-4);
    EXPECT_NEAR(at.mouth.y, 33.6, 1e-4);
  }
}

TEST(Yunet, LeavesOutWhatIsLessSureOrOfAnotherSize) {
  const Image picture = grey_picture(64, 64, 77);
  EXPECT_EQ(FaceDetector({.detector = yunet_like(), .least_score = 0.94}).find(picture).size(), 1u);
  EXPECT_EQ(FaceDetector({.detector = yunet_like(), .least_score = 0.96}).find(picture).size(), 0u);
  EXPECT_EQ(FaceDetector({.detector = yunet_like(), .smallest = 33}).find(picture).size(), 0u);
  EXPECT_EQ(FaceDetector({.detector = yunet_like(), .largest = 31}).find(picture).size(), 0u);
}

TEST(Yunet, RefusesOtherModelsAndBrokenFilesWithoutAWord) {
  const TemporaryFolder folder;
  const std::string bytes = content_of(yunet_like());
  const auto refusal = [&](const std::string& name, const std::string& content) {
    put(folder / name, content);
    testing::internal::CaptureStderr();
    const std::string message = message_of([&] {
      const FaceDetector detector({.detector = folder / name});
      detector.find(grey_picture(64, 64, 77));
    });
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    return message;
  };
  expect_contains(refusal("cut.onnx", bytes.substr(0, 5000)), "cut.onnx: cannot be read as YuNet: ");
  expect_contains(refusal("noise.onnx", "no model at all"), "noise.onnx: ");
  expect_contains(refusal("empty.onnx", ""), "empty.onnx: ");
  expect_contains(refusal("yunet.bin", bytes), "yunet.bin: expected YuNet in a file whose name ends in .onnx");
  // A network with other outputs.
  const std::string other = content_of(source_dir() + "/tests/fixtures/onnx/plain_9.onnx");
  expect_contains(refusal("other.onnx", other), "other.onnx: ");
}

}  // namespace
}  // namespace fer
#endif
