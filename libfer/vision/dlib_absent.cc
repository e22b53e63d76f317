// Where dlib was not found when libfer was built.
#include "fer/error.h"
#include "vision/finder.h"

namespace fer {

bool has_dlib() { return false; }

namespace {

[[noreturn]] void refuse_without_dlib(const std::string& what) {
  throw Error(what + ": this libfer was built without dlib: apt-get install libdlib-dev, and build again");
}

}  // namespace

namespace vision {

std::unique_ptr<Finder> open_dlib(const FaceDetectorOptions&) { refuse_without_dlib("dlib"); }
std::unique_ptr<PointFinder> open_points(const std::string& path) { refuse_without_dlib(path); }

}  // namespace vision
}  // namespace fer
