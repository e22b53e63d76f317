// dlib, loaded where its detector or points are first needed.
#include "vision/module.h"

namespace fer {

bool has_dlib() { return true; }

namespace vision {
namespace {

const DlibModule& dlib() {
  static const ModuleVersion* const loaded =
      load_module({FER_MODULES_FROM_PROGRAMS "/libfer_dlib.so", FER_MODULES_INSTALLED "/libfer_dlib.so",
                   "fer_dlib_module", "libdlib-dev"});
  return *reinterpret_cast<const DlibModule*>(loaded);
}

}  // namespace

std::unique_ptr<Finder> open_dlib(const FaceDetectorOptions& options) { return dlib().open_dlib(options); }
std::unique_ptr<PointFinder> open_points(const std::string& path) { return dlib().open_points(path); }

}  // namespace vision
}  // namespace fer
