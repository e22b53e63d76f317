// Faces in pictures: the boxes of each detector, what is refused, many threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <thread>
#include <vector>

#include "fer/error.h"
#include "fer/vision.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"
#include "tests/vision/pictures.h"

namespace fer {
namespace {

#define FER_NEEDS_CASCADES()                                                                    \
  if (!has_opencv()) GTEST_SKIP() << "without OpenCV: apt-get install libopencv-objdetect-dev"; \
  FER_NEEDS_FILE("/usr/share/opencv4/haarcascades/haarcascade_frontalface_alt.xml", "opencv-data")

TEST(FaceDetector, FindsAFaceOncePerCascade) {
  FER_NEEDS_CASCADES();
  FER_NEEDS_FILE(kAstronaut, "python3-skimage");
  const Image picture = read_image(kAstronaut);
  for (const char* name : {kDefaultCascade, "haarcascade_frontalface_alt", "frontalface_alt2"}) {
    const FaceDetector detector({.detector = name});
    EXPECT_EQ(detector.kind(), "cascade");
    EXPECT_TRUE(detector.path().starts_with("/usr/share/opencv4/haarcascades/haarcascade_frontalface_"));
    const std::vector<Face> faces = detector.find(picture);
    ASSERT_EQ(faces.size(), 1u) << name;
    // Between hairline and chin.
    EXPECT_NEAR(faces[0].box.left, 176, 3) << name;
    EXPECT_NEAR(faces[0].box.top, 66, 3) << name;
    EXPECT_NEAR(faces[0].box.width, 96, 3) << name;
    EXPECT_GE(faces[0].score, 5) << name;
    EXPECT_TRUE(faces[0].points.empty());
  }
  EXPECT_TRUE(FaceDetector({.smallest = 120}).find(picture).empty());
  EXPECT_TRUE(FaceDetector({.largest = 60}).find(picture).empty());
}

TEST(FaceDetector, OfDlibFindsAFaceWithoutAFile) {
  if (!has_dlib()) GTEST_SKIP() << "without dlib: apt-get install libdlib-dev";
  FER_NEEDS_FILE(kAstronaut, "python3-skimage");
  const FaceDetector detector({.detector = "dlib"});
  EXPECT_EQ(detector.kind(), "dlib");
  EXPECT_EQ(detector.path(), "");
  const std::vector<Face> faces = detector.find(read_image(kAstronaut));
  ASSERT_EQ(faces.size(), 1u);
  EXPECT_NEAR(faces[0].box.left + faces[0].box.width / 2, 224, 12);
  EXPECT_NEAR(faces[0].box.top + faces[0].box.height / 2, 114, 16);
}

TEST(FaceDetector, ServesManyThreadsAtOnce) {
  FER_NEEDS_CASCADES();
  FER_NEEDS_FILE(kAstronaut, "python3-skimage");
  const Image picture = resized(read_image(kAstronaut), 200, 200);
  const FaceDetector detector({.scale_factor = 1.1, .neighbours = 3});
  const std::vector<Face> alone = detector.find(picture);
  ASSERT_FALSE(alone.empty());
  std::vector<std::vector<Face>> found(4);
  std::vector<std::thread> threads;
  for (auto& faces : found) threads.emplace_back([&detector, &picture, &faces] { faces = detector.find(picture); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& faces : found) {
    ASSERT_EQ(faces.size(), alone.size());
    for (size_t i = 0; i < faces.size(); ++i) {
      EXPECT_EQ(faces[i].box, alone[i].box);
      EXPECT_EQ(faces[i].score, alone[i].score);
    }
  }
}

TEST(FaceDetector, RefusesOptionsOutOfTheirRange) {
  const auto refusal = [](const FaceDetectorOptions& options) {
    return message_of([&] { FaceDetector detector(options); });
  };
  expect_contains(refusal({.scale_factor = 1}), "scale_factor: expected a number above 1, at most 10, found 1");
  expect_contains(refusal({.neighbours = -1}), "neighbours: expected 0 to 10000, found -1");
  expect_contains(refusal({.smallest = -3}), "smallest: expected 0 to 100000000 pixels, found -3");
  expect_contains(refusal({.smallest = 9, .largest = 8}), "largest: expected 0 or at least `smallest`, found 8");
  expect_contains(refusal({.least_score = 2}), "least_score: expected 0 to 1, found 2");
  expect_contains(refusal({.upsample = 5}), "upsample: expected 0 to 4, found 5");
}

TEST(FaceDetector, SaysWhatAFileIsThatIsNoDetector) {
  const TemporaryFolder folder;
  const auto refusal = [](const std::string& path) {
    return message_of([&] { FaceDetector detector({.detector = path}); });
  };
  const std::string path = folder.path() + "/photo.png";
  std::ofstream(path) << encode_png(grey_picture(4, 4, 7));
  EXPECT_EQ(refusal(path), path + ": expected a cascade of OpenCV (XML) or YuNet (ONNX), found a PNG picture");
  expect_contains(refusal(folder.path() + "/none.xml"), "none.xml: ");
  expect_contains(
      refusal("frontalface_of_nobody"),
      "frontalface_of_nobody: no such file, and no cascade of this name in /usr/share/opencv4/haarcascades");
}

TEST(FaceDetector, RefusesAnImageThatIsNone) {
  if (!has_dlib()) GTEST_SKIP() << "without dlib: apt-get install libdlib-dev";
  const FaceDetector detector({.detector = "dlib"});
  EXPECT_EQ(message_of([&] {
              detector.find({2, 2, 1, {1, 2, 3}});
            }),
            "face detector: expected 4 bytes of pixels, found 3");
  expect_contains(message_of([&] { detector.find({}); }), "face detector: expected a grey or RGB picture");
  expect_contains(message_of([&] { detector.find({1, 1, 2, {1, 2}}); }), "found one of 1 x 1, 2 channels");
}

}  // namespace
}  // namespace fer
