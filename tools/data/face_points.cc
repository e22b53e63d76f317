#include "tools/data/face_points.h"

#include <dlib/image_processing.h>
#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/image_transforms.h>
#include <fmt/format.h>

#include <algorithm>

#include "fer/error.h"
#include "fer/file.h"

namespace fer::cli {
namespace {

using Grey = dlib::array2d<unsigned char>;

void fill(const Image& picture, Grey& out) {
  const Image grey = with_channels(picture, 1);
  out.set_size(grey.height, grey.width);
  for (int64_t y = 0; y < grey.height; ++y) {
    std::copy_n(&grey.pixels[y * grey.width], grey.width, &out[y][0]);
  }
}

}  // namespace

struct FacePointFinder::Impl {
  dlib::frontal_face_detector detector = dlib::get_frontal_face_detector();
  dlib::shape_predictor predictor;

  // The largest face, in the coordinates of `grey`.
  std::optional<dlib::rectangle> face(const Grey& grey, int upsample) {
    Grey large;
    dlib::assign_image(large, grey);
    dlib::pyramid_down<2> pyramid;
    for (int i = 0; i < upsample; ++i) dlib::pyramid_up(large, pyramid);
    const std::vector<dlib::rectangle> faces = detector(large);
    const auto largest =
        std::max_element(faces.begin(), faces.end(), [](const auto& a, const auto& b) { return a.area() < b.area(); });
    if (largest == faces.end()) return std::nullopt;
    return pyramid.rect_down(*largest, static_cast<unsigned>(upsample));
  }
};

FacePointFinder::FacePointFinder(const std::string& predictor_path) : impl_(std::make_unique<Impl>()) {
  try {
    // dlib would wait for a pipe.
    if (path_kind(predictor_path) == PathKind::kOther) throw Error("expected a regular file");
    dlib::deserialize(predictor_path) >> impl_->predictor;
  } catch (const dlib::serialization_error& error) {
    std::string found;
    if (path_kind(predictor_path) == PathKind::kFile) {
      found = fmt::format("found {}: ", file_kind_text(read_beginning(predictor_path, 4096)));
    }
    throw Error(fmt::format("{}: cannot be read as dlib's shape predictor: {}{}", predictor_path, found, error.what()));
  } catch (const std::exception& error) {
    throw Error(fmt::format("{}: cannot be read as dlib's shape predictor: {}", predictor_path, error.what()));
  }
  const unsigned long parts = impl_->predictor.num_parts();
  if (parts != static_cast<unsigned long>(kLandmarkPoints)) {
    throw Error(fmt::format("{}: expected a shape predictor of {} points, found one of {}", predictor_path,
                            kLandmarkPoints, parts));
  }
}

FacePointFinder::~FacePointFinder() = default;

std::optional<FacePoints> FacePointFinder::find(const Image& picture, int upsample, bool whole_picture) {
  Grey grey;
  fill(picture, grey);
  std::optional<dlib::rectangle> box = impl_->face(grey, upsample);
  if (!box && whole_picture) box = dlib::rectangle(0, 0, grey.nc() - 1, grey.nr() - 1);
  if (!box) return std::nullopt;
  const dlib::full_object_detection shape = impl_->predictor(grey, *box);
  FacePoints points;
  for (int64_t i = 0; i < kLandmarkPoints; ++i) {
    points[2 * i] = static_cast<double>(shape.part(i).x());
    points[2 * i + 1] = static_cast<double>(shape.part(i).y());
  }
  return points;
}

}  // namespace fer::cli
