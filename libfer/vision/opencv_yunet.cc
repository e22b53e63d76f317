// YuNet by OpenCV's FaceDetectorYN.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect/face.hpp>

#include "fer/error.h"
#include "vision/check.h"
#include "vision/finder.h"

namespace fer::vision {
namespace {

// OpenCV prints what it thinks of a model beside throwing it; the library prints nothing.
template <class F>
auto silently(const F& f) {
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  struct Level {
    cv::utils::logging::LogLevel before = cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    ~Level() { cv::utils::logging::setLogLevel(before); }
  } level;
  return f();
}

class YunetFinder : public Finder {
 public:
  YunetFinder(const std::string& path, const FaceDetectorOptions& options) : path_(path) {
    detector_ = silently([&] {
      return cv::FaceDetectorYN::create(path, "", {320, 320}, static_cast<float>(options.least_score),
                                        static_cast<float>(options.overlap));
    });
  }

  std::vector<Face> find(const Image& picture) override {
    const cv::Size size(static_cast<int>(picture.width), static_cast<int>(picture.height));
    // (OpenCV only reads from it.)
    const cv::Mat given(size, picture.channels == 1 ? CV_8UC1 : CV_8UC3, const_cast<uint8_t*>(picture.pixels.data()));
    cv::Mat bgr, found;
    cv::cvtColor(given, bgr, picture.channels == 1 ? cv::COLOR_GRAY2BGR : cv::COLOR_RGB2BGR);
    try {
      silently([&] {
        detector_->setInputSize(size);
        return detector_->detect(bgr, found);
      });
    } catch (const cv::Exception& error) {
      throw Error(fmt::format("{}: expected YuNet's outputs, found a model that OpenCV's FaceDetectorYN cannot run: {}",
                              path_, on_one_line(error.what())));
    }
    std::vector<Face> faces;
    faces.reserve(static_cast<size_t>(found.rows));
    for (int row = 0; row < found.rows; ++row) faces.push_back(face_of(found.ptr<float>(row)));
    std::erase_if(faces, [](const Face& face) { return face.box.width < 1 || face.box.height < 1; });
    return faces;
  }

 private:
  // A row is left, top, width, height, five points, score.
  static Face face_of(const float* row) {
    const auto whole = [](float value) { return static_cast<int64_t>(std::llround(std::clamp(value, -1e6F, 1e6F))); };
    Face face = {.box = {whole(row[0]), whole(row[1]), whole(row[2]), whole(row[3])}, .score = double{row[14]}};
    for (int i = 0; i < 5; ++i) face.points.push_back({double{row[4 + 2 * i]}, double{row[5 + 2 * i]}});
    return face;
  }

  cv::Ptr<cv::FaceDetectorYN> detector_;
  std::string path_;
};

}  // namespace

std::unique_ptr<Finder> open_yunet(const std::string&, const std::string& path, const FaceDetectorOptions& options) {
  // OpenCV tells the format by the name.
  if (!path.ends_with(".onnx")) throw Error(path + ": expected YuNet in a file whose name ends in .onnx");
  try {
    return std::make_unique<YunetFinder>(path, options);
  } catch (const cv::Exception& error) {
    throw Error(fmt::format("{}: cannot be read as YuNet: {}", path, on_one_line(error.what())));
  }
}

}  // namespace fer::vision
