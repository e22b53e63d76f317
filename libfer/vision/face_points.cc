#include "fer/face_points.h"

#include "vision/check.h"
#include "vision/finder.h"

namespace fer {

struct FacePointFinder::State {
  std::unique_ptr<const vision::PointFinder> finder;
};

FacePointFinder::FacePointFinder(const std::string& path) : state_(new State{vision::open_points(path)}) {}
FacePointFinder::~FacePointFinder() = default;
FacePointFinder::FacePointFinder(FacePointFinder&&) noexcept = default;
FacePointFinder& FacePointFinder::operator=(FacePointFinder&&) noexcept = default;

std::vector<Point> FacePointFinder::find(const Image& picture, const Box& box) const {
  vision::check_picture(picture, "points of a face");
  vision::check_box(box, "points of a face");
  return state_->finder->find(picture, box);
}

}  // namespace fer
