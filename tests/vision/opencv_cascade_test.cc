// Cascades by OpenCV: the same boxes as its own detectMultiScale, and each form that goes around.
#ifdef FER_HAS_OPENCV
#include <gtest/gtest.h>

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>
#include <tuple>
#include <vector>

#include "fer/error.h"
#include "fer/vision.h"
#include "tests/support/temporary_folder.h"
#include "tests/vision/cascade_text.h"
#include "tests/vision/pictures.h"

namespace fer {
namespace {

const char* const kCascades = "/usr/share/opencv4/haarcascades";

using Boxes = std::vector<std::tuple<int64_t, int64_t, int64_t, int64_t, double>>;

Boxes sorted(Boxes boxes) {
  std::sort(boxes.begin(), boxes.end());
  return boxes;
}

Boxes opencv_boxes(const std::string& path, const Image& picture, const FaceDetectorOptions& options) {
  const cv::Mat given(static_cast<int>(picture.height), static_cast<int>(picture.width),
                      picture.channels == 1 ? CV_8UC1 : CV_8UC3, const_cast<uint8_t*>(picture.pixels.data()));
  cv::Mat grey = given;
  if (picture.channels == 3) cv::cvtColor(given, grey, cv::COLOR_RGB2GRAY);
  cv::CascadeClassifier classifier(path);
  std::vector<cv::Rect> found;
  std::vector<int> joined;
  const auto smallest = static_cast<int>(options.smallest), largest = static_cast<int>(options.largest);
  classifier.detectMultiScale(grey, found, joined, options.scale_factor, options.neighbours, 0, {smallest, smallest},
                              {largest, largest});
  Boxes boxes;
  for (size_t i = 0; i < found.size(); ++i) {
    boxes.emplace_back(found[i].x, found[i].y, found[i].width, found[i].height, joined[i]);
  }
  return sorted(boxes);
}

Boxes our_boxes(const Image& picture, const FaceDetectorOptions& options) {
  Boxes boxes;
  for (const Face& face : FaceDetector(options).find(picture)) {
    boxes.emplace_back(face.box.left, face.box.top, face.box.width, face.box.height, face.score);
  }
  return sorted(boxes);
}

void expect_opencv_boxes(const std::string& path, const Image& picture, FaceDetectorOptions options, bool some) {
  options.detector = path;
  const Boxes ours = our_boxes(picture, options);
  EXPECT_EQ(ours, opencv_boxes(path, picture, options)) << path;
  EXPECT_TRUE(!some || !ours.empty()) << path;
}

TEST(OpencvCascade, GivesTheBoxesOfDetectMultiScale) {
  FER_NEEDS_FILE(std::string(kCascades) + "/haarcascade_eye.xml", "opencv-data");
  FER_NEEDS_FILE(kAstronaut, "python3-skimage");
  const Image astronaut = read_image(kAstronaut);
  const Image face = crop_face(astronaut, Box{126, 16, 200, 200}, {.margins = {}});
  for (const char* name : {"frontalface_default", "frontalface_alt", "frontalface_alt_tree", "profileface"}) {
    const std::string path = std::string(kCascades) + "/haarcascade_" + name + ".xml";
    expect_opencv_boxes(path, face, {}, name[0] == 'f' && name[std::string(name).size() - 1] != 'e');
    expect_opencv_boxes(path, face, {.scale_factor = 1.1, .neighbours = 0}, true);
    expect_opencv_boxes(path, with_channels(face, 1), {.scale_factor = 1.2, .neighbours = 1, .smallest = 70}, false);
    expect_opencv_boxes(path, face, {.scale_factor = 1.2, .neighbours = 1, .largest = 110}, false);
  }
  expect_opencv_boxes(std::string(kCascades) + "/haarcascade_frontalface_default.xml", astronaut, {}, true);
  expect_opencv_boxes("/usr/share/opencv4/lbpcascades/lbpcascade_frontalface_improved.xml", astronaut, {}, false);
}

TEST(OpencvCascade, IsReadInEveryFormWithTheSameBoxes) {
  const TemporaryFolder folder;
  const Image picture = blots(60, 80, 1);
  const FaceDetectorOptions options = {.scale_factor = 1.2, .neighbours = 0};
  const std::string path = folder / "cascade.xml";
  put(path, new_cascade());
  expect_opencv_boxes(path, picture, options, true);
  expect_opencv_boxes(path, blots(60, 80, 3), options, true);
  FaceDetectorOptions with_path = options;
  with_path.detector = path;
  const Boxes boxes = our_boxes(picture, with_path);
  const std::string forms[] = {
      with(new_cascade(), R"( type_id="opencv-cascade-classifier")", ""),
      with(with(new_cascade(), "<cascade type_id=\"opencv-cascade-classifier\">", "<my_faces>"), "</cascade>",
           "</my_faces>"),
      old_cascade(), with(old_cascade(), R"( type_id="opencv-haar-classifier")", ""),
      with(new_cascade(), "<?xml version=\"1.0\"?>\n", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- mine -->\n")};
  for (const std::string& form : forms) {
    put(path, form);
    EXPECT_EQ(our_boxes(picture, with_path), boxes) << form.substr(0, 120);
  }
}

TEST(OpencvCascade, EveryFileOfOpencvLoads) {
  for (const char* folder : {kCascades, "/usr/share/opencv4/lbpcascades"}) {
    FER_NEEDS_FILE(folder, "opencv-data");
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      EXPECT_NO_THROW(FaceDetector({.detector = entry.path().string()}).find(blots(40, 70, 1))) << entry.path();
    }
  }
}

}  // namespace
}  // namespace fer
#endif
