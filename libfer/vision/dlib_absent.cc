// Where dlib was not found when libfer was built.
#include "fer/error.h"
#include "fer/face_points.h"
#include "vision/finder.h"

namespace fer {

bool has_dlib() { return false; }

namespace {

[[noreturn]] void refuse_without_dlib(const std::string& what) {
  throw Error(what + ": this libfer was built without dlib: apt-get install libdlib-dev, and build again");
}

}  // namespace

struct FacePointFinder::State {};
FacePointFinder::FacePointFinder(const std::string& path) { refuse_without_dlib(path); }
FacePointFinder::~FacePointFinder() = default;
FacePointFinder::FacePointFinder(FacePointFinder&&) noexcept = default;
FacePointFinder& FacePointFinder::operator=(FacePointFinder&&) noexcept = default;
std::vector<Point> FacePointFinder::find(const Image&, const Box&) const { refuse_without_dlib("points of a face"); }

namespace vision {

std::unique_ptr<Finder> open_dlib(const FaceDetectorOptions&) { refuse_without_dlib("dlib"); }

}  // namespace vision
}  // namespace fer
