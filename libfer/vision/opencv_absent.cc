// Where OpenCV was not found when libfer was built: cascades of Haar features are scanned by libfer itself.
#include "fer/error.h"
#include "vision/cascade_scan.h"
#include "vision/finder.h"

namespace fer {

bool has_opencv() { return false; }

namespace vision {
namespace {

[[noreturn]] void refuse_without_opencv(const std::string& path, const std::string& what) {
  throw Error(path + ": this libfer was built without OpenCV, which runs " + what +
              ": apt-get install libopencv-objdetect-dev, and build again");
}

}  // namespace

std::unique_ptr<Finder> open_cascade(const std::string& text, const std::string& path,
                                     const FaceDetectorOptions& options) {
  if (text.find("<featureType>LBP<") != std::string::npos) refuse_without_opencv(path, "cascades of LBP features");
  return open_scanned_cascade(text, path, options);
}

std::unique_ptr<Finder> open_yunet(const std::string&, const std::string& path, const FaceDetectorOptions&) {
  refuse_without_opencv(path, "YuNet");
}

}  // namespace vision
}  // namespace fer
