// The 68 points of a face by dlib's shape predictor.
#include <dlib/image_processing.h>
#include <fmt/format.h>

#include "fer/error.h"
#include "fer/face_points.h"
#include "fer/file.h"
#include "vision/check.h"
#include "vision/dlib_picture.h"

namespace fer {

struct FacePointFinder::State {
  dlib::shape_predictor predictor;
};

FacePointFinder::FacePointFinder(const std::string& path) : state_(std::make_unique<State>()) {
  try {
    // dlib would wait for a pipe.
    if (path_kind(path) == PathKind::kOther) throw Error("expected a regular file");
    dlib::deserialize(path) >> state_->predictor;
  } catch (const dlib::serialization_error& error) {
    std::string found;
    if (path_kind(path) == PathKind::kFile) {
      found = fmt::format("found {}: ", file_kind_text(read_beginning(path, 4096)));
    }
    throw Error(fmt::format("{}: cannot be read as dlib's shape predictor: {}{}", path, found,
                            vision::on_one_line(error.what())));
  } catch (const std::exception& error) {
    throw Error(
        fmt::format("{}: cannot be read as dlib's shape predictor: {}", path, vision::on_one_line(error.what())));
  }
  const unsigned long parts = state_->predictor.num_parts();
  if (parts != static_cast<unsigned long>(kFacePoints)) {
    throw Error(fmt::format("{}: expected a shape predictor of {} points, found one of {}", path, kFacePoints, parts));
  }
}

FacePointFinder::~FacePointFinder() = default;
FacePointFinder::FacePointFinder(FacePointFinder&&) noexcept = default;
FacePointFinder& FacePointFinder::operator=(FacePointFinder&&) noexcept = default;

std::vector<Point> FacePointFinder::find(const Image& picture, const Box& box) const {
  vision::check_picture(picture, "points of a face");
  vision::check_box(box, "points of a face");
  vision::DlibGrey grey;
  vision::fill_grey(picture, grey);
  const dlib::rectangle place(box.left, box.top, box.left + box.width - 1, box.top + box.height - 1);
  const dlib::full_object_detection shape = state_->predictor(grey, place);
  std::vector<Point> points;
  for (unsigned long i = 0; i < shape.num_parts(); ++i) {
    points.push_back({static_cast<double>(shape.part(i).x()), static_cast<double>(shape.part(i).y())});
  }
  return points;
}

}  // namespace fer
