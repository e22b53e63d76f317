// Cascades by OpenCV's CascadeClassifier.
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>

#include "fer/error.h"
#include "vision/check.h"
#include "vision/finder.h"
#include "vision/opencv_cascade_check.h"

namespace fer {

bool has_opencv() { return true; }

namespace vision {
namespace {

cv::Size side(int64_t pixels) {
  const auto extent = static_cast<int>(std::min<int64_t>(pixels, std::numeric_limits<int>::max()));
  return {extent, extent};
}

// A text as a file that this process alone sees. OpenCV reads the old form of cascades from files only, and is to read
// what was checked, not what lies at the path by then.
class MemoryFile {
 public:
  MemoryFile(const std::string& text, const std::string& path) : file_(::memfd_create("cascade", MFD_CLOEXEC)) {
    for (size_t done = 0; file_ >= 0 && done < text.size();) {
      const ssize_t written = ::write(file_, text.data() + done, text.size() - done);
      if (written <= 0) throw Error(path + ": no memory for a copy of the cascade");
      done += static_cast<size_t>(written);
    }
    if (file_ < 0) throw Error(path + ": no file in memory can be made for the cascade");
  }
  ~MemoryFile() { ::close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return fmt::format("/proc/self/fd/{}", file_); }

 private:
  int file_;
};

class CascadeFinder : public Finder {
 public:
  CascadeFinder(const std::string& text, const std::string& path, const FaceDetectorOptions& options)
      : options_(options), path_(path) {
    check_cascade(text, path);
    if (!classifier_.load(MemoryFile(text, path).path())) throw Error(path + ": OpenCV reads no cascade from it");
  }

  std::vector<Face> find(const Image& picture) override {
    // (OpenCV only reads from it.)
    cv::Mat grey(static_cast<int>(picture.height), static_cast<int>(picture.width),
                 picture.channels == 1 ? CV_8UC1 : CV_8UC3, const_cast<uint8_t*>(picture.pixels.data()));
    if (picture.channels == 3) cv::cvtColor(cv::Mat(grey), grey, cv::COLOR_RGB2GRAY);
    std::vector<cv::Rect> boxes;
    std::vector<int> joined;
    try {
      classifier_.detectMultiScale(grey, boxes, joined, options_.scale_factor, options_.neighbours, 0,
                                   side(options_.smallest), side(options_.largest));
    } catch (const cv::Exception& error) {
      throw Error(fmt::format("{}: {}", path_, on_one_line(error.what())));
    }
    std::vector<Face> faces;
    for (size_t i = 0; i < boxes.size(); ++i) {
      const cv::Rect& box = boxes[i];
      faces.push_back({.box = {box.x, box.y, box.width, box.height}, .score = static_cast<double>(joined[i])});
    }
    return faces;
  }

 private:
  cv::CascadeClassifier classifier_;
  FaceDetectorOptions options_;
  std::string path_;
};

}  // namespace

std::unique_ptr<Finder> open_cascade(const std::string& text, const std::string& path,
                                     const FaceDetectorOptions& options) {
  try {
    return std::make_unique<CascadeFinder>(text, path, options);
  } catch (const cv::Exception& error) {
    throw Error(fmt::format("{}: cannot be read as a cascade: {}", path, on_one_line(error.what())));
  }
}

}  // namespace vision
}  // namespace fer
