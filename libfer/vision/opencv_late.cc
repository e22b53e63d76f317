// OpenCV, loaded where a detector first needs it.
#include "vision/module.h"

namespace fer {

bool has_opencv() { return true; }

namespace vision {
namespace {

const OpencvModule& opencv() {
  static const ModuleVersion* const loaded =
      load_module({FER_MODULES_FROM_PROGRAMS "/libfer_opencv.so", FER_MODULES_INSTALLED "/libfer_opencv.so",
                   "fer_opencv_module", "libopencv-objdetect-dev"});
  return *reinterpret_cast<const OpencvModule*>(loaded);
}

}  // namespace

std::unique_ptr<Finder> open_cascade(const std::string& text, const std::string& path,
                                     const FaceDetectorOptions& options) {
  return opencv().open_cascade(text, path, options);
}

std::unique_ptr<Finder> open_yunet(const std::string& model, const std::string& path,
                                   const FaceDetectorOptions& options) {
  return opencv().open_yunet(model, path, options);
}

}  // namespace vision
}  // namespace fer
