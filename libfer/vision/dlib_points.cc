// The 68 points of a face by dlib's shape predictor.
#include <dlib/image_processing.h>
#include <fmt/format.h>

#include <utility>

#include "fer/error.h"
#include "fer/face_points.h"
#include "fer/file.h"
#include "vision/check.h"
#include "vision/dlib_picture.h"
#include "vision/finder.h"

namespace fer::vision {
namespace {

class DlibPoints : public PointFinder {
 public:
  explicit DlibPoints(dlib::shape_predictor predictor) : predictor_(std::move(predictor)) {}
  std::vector<Point> find(const Image& picture, const Box& box) const override;

 private:
  dlib::shape_predictor predictor_;
};

std::vector<Point> DlibPoints::find(const Image& picture, const Box& box) const {
  DlibGrey grey;
  fill_grey(picture, grey);
  const dlib::rectangle place(box.left, box.top, box.left + box.width - 1, box.top + box.height - 1);
  const dlib::full_object_detection shape = predictor_(grey, place);
  std::vector<Point> points;
  for (unsigned long i = 0; i < shape.num_parts(); ++i) {
    points.push_back({static_cast<double>(shape.part(i).x()), static_cast<double>(shape.part(i).y())});
  }
  return points;
}

}  // namespace

std::unique_ptr<PointFinder> open_points(const std::string& path) {
  dlib::shape_predictor predictor;
  try {
    // dlib would wait for a pipe.
    if (path_kind(path) == PathKind::kOther) throw Error("expected a regular file");
    dlib::deserialize(path) >> predictor;
  } catch (const dlib::serialization_error& error) {
    std::string found;
    if (path_kind(path) == PathKind::kFile) {
      found = fmt::format("found {}: ", file_kind_text(read_beginning(path, 4096)));
    }
    throw Error(
        fmt::format("{}: cannot be read as dlib's shape predictor: {}{}", path, found, on_one_line(error.what())));
  } catch (const std::exception& error) {
    throw Error(fmt::format("{}: cannot be read as dlib's shape predictor: {}", path, on_one_line(error.what())));
  }
  const unsigned long parts = predictor.num_parts();
  if (parts != static_cast<unsigned long>(kFacePoints)) {
    throw Error(fmt::format("{}: expected a shape predictor of {} points, found one of {}", path, kFacePoints, parts));
  }
  return std::make_unique<DlibPoints>(std::move(predictor));
}

}  // namespace fer::vision
