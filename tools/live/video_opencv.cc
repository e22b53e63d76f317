// Cameras and videos by OpenCV's videoio.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/videoio.hpp>

#include "fer/error.h"
#include "tools/live/camera_check.h"
#include "tools/live/frame_source.h"
#include "tools/live/video_writer.h"

namespace fer::live {
namespace {

// What goes wrong is said by the Error: OpenCV and FFmpeg would print lines of their own.
void silence() {
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  ::setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", 0);
}

// OpenCV has blue first.
void swap_red_and_blue(const uint8_t* from, uint8_t* to, int64_t pixels) {
  for (int64_t i = 0; i < pixels; ++i) {
    to[3 * i] = from[3 * i + 2];
    to[3 * i + 1] = from[3 * i + 1];
    to[3 * i + 2] = from[3 * i];
  }
}

Image image_of(const cv::Mat& mat, const std::string& name) {
  if (mat.type() != CV_8UC3) throw Error(name + ": expected frames of 8-bit colour");
  Image image = {mat.rows, mat.cols, 3, std::vector<uint8_t>(3 * mat.total())};
  for (int y = 0; y < mat.rows; ++y) {
    swap_red_and_blue(mat.ptr(y), image.pixels.data() + 3 * static_cast<int64_t>(y) * mat.cols, mat.cols);
  }
  return image;
}

class CaptureSource : public FrameSource {
 public:
  CaptureSource(const std::string& name, SourceKind kind) : name_(name), kind_(kind) {
    silence();
    capture_.open(name, kind == SourceKind::kCamera ? cv::CAP_V4L2 : cv::CAP_ANY);
    if (!capture_.isOpened()) refuse("cannot be opened");
    // Of a camera's frames the newest: those that wait in the driver are late.
    if (kind == SourceKind::kCamera) capture_.set(cv::CAP_PROP_BUFFERSIZE, 1);
  }
  SourceKind kind() const override { return kind_; }

  double frames_per_second() const override {
    const double rate = capture_.get(cv::CAP_PROP_FPS);
    return rate > 0 && rate < 1000 ? rate : 0;
  }

  std::optional<Frame> next() override {
    cv::Mat mat;
    if (!capture_.read(mat) || mat.empty()) {
      if (index_ == 0)
        refuse(kind_ == SourceKind::kCamera ? "gives no picture (is another program using it?)" : "has no frame");
      if (kind_ == SourceKind::kCamera) refuse("gives no more pictures");
      return std::nullopt;
    }
    Frame frame = {.picture = image_of(mat, name_), .index = index_++, .read = Clock::now()};
    if (frame.index == 0) begin_ = frame.read;
    frame.seconds = kind_ == SourceKind::kCamera
                        ? std::chrono::duration<double>(frame.read - begin_).count()
                        : static_cast<double>(frame.index) / std::max(1.0, frames_per_second());
    return frame;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    if (kind_ == SourceKind::kCamera) throw Error(fmt::format("camera {}: {}; {}", name_, what, cameras_text()));
    throw Error(fmt::format("{}: expected a video that OpenCV reads; it {}", name_, what));
  }

  const std::string name_;
  const SourceKind kind_;
  mutable cv::VideoCapture capture_;  // its get() is const in OpenCV's later versions alone
  int64_t index_ = 0;
  Clock::time_point begin_;
};

class OpenCvWriter : public VideoWriter {
 public:
  OpenCvWriter(const std::string& path, double frames_per_second, int64_t height, int64_t width)
      : path_(path), height_(height), width_(width) {
    silence();
    const std::filesystem::path whole = path;
    partial_ = (whole.parent_path() / fmt::format(".{}.partial{}", whole.stem().string(), whole.extension().string()))
                   .string();
    const int code = whole.extension() == ".mp4" ? cv::VideoWriter::fourcc('m', 'p', '4', 'v')
                                                 : cv::VideoWriter::fourcc('M', 'J', 'P', 'G');
    const cv::Size size(static_cast<int>(width), static_cast<int>(height));
    if (!writer_.open(partial_, code, frames_per_second, size)) {
      throw Error(fmt::format("{}: cannot be written as a video of {}x{}", path, width, height));
    }
  }
  ~OpenCvWriter() override {
    if (!writer_.isOpened()) return;
    writer_.release();
    std::error_code ignored;
    std::filesystem::remove(partial_, ignored);
  }

  void write(const Image& frame) override {
    cv::Mat mat(static_cast<int>(height_), static_cast<int>(width_), CV_8UC3);
    swap_red_and_blue(frame.pixels.data(), mat.data, height_ * width_);
    writer_.write(mat);
  }

  void finish() override {
    writer_.release();
    std::error_code failure;
    std::filesystem::rename(partial_, path_, failure);
    if (failure) throw Error(path_ + ": " + failure.message());
  }

 private:
  const std::string path_;
  const int64_t height_, width_;
  std::string partial_;
  cv::VideoWriter writer_;
};

}  // namespace

std::unique_ptr<FrameSource> open_camera(const std::string& device) {
  return std::make_unique<CaptureSource>(device, SourceKind::kCamera);
}

std::unique_ptr<FrameSource> open_video(const std::string& path) {
  return std::make_unique<CaptureSource>(path, SourceKind::kVideo);
}

std::unique_ptr<VideoWriter> open_video_writer(const std::string& path, double frames_per_second, int64_t height,
                                               int64_t width) {
  return std::make_unique<OpenCvWriter>(path, frames_per_second, height, width);
}

}  // namespace fer::live
