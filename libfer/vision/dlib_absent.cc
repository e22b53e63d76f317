// Where dlib was not found when libfer was built.
#include "fer/error.h"
#include "vision/finder.h"

namespace fer {

bool has_dlib() { return false; }

namespace vision {

std::unique_ptr<Finder> open_dlib(const FaceDetectorOptions&) {
  throw Error("this libfer was built without dlib: apt-get install libdlib-dev, and build again");
}

}  // namespace vision
}  // namespace fer
