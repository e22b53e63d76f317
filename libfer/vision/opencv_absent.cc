// Where OpenCV was not found when libfer was built.
#include "fer/error.h"
#include "vision/finder.h"

namespace fer {

bool has_opencv() { return false; }

namespace vision {
namespace {

[[noreturn]] void refuse_without_opencv(const std::string& path) {
  throw Error(
      path +
      ": this libfer was built without OpenCV, which finds faces by it: apt-get install libopencv-objdetect-dev, "
      "and build again");
}

}  // namespace

std::unique_ptr<Finder> open_cascade(const std::string&, const std::string& path, const FaceDetectorOptions&) {
  refuse_without_opencv(path);
}
std::unique_ptr<Finder> open_yunet(const std::string&, const std::string& path, const FaceDetectorOptions&) {
  refuse_without_opencv(path);
}

}  // namespace vision
}  // namespace fer
