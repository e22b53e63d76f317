#include "tools/serve/faces.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

namespace fer::serve {
namespace {

int64_t scaled(int64_t value, double scale) { return std::llround(static_cast<double>(value) * scale); }

Box scaled(const Box& box, double scale) {
  return {.left = scaled(box.left, scale),
          .top = scaled(box.top, scale),
          .width = std::max<int64_t>(scaled(box.width, scale), 1),
          .height = std::max<int64_t>(scaled(box.height, scale), 1)};
}

std::vector<ShownFace> find(const FaceDetector& detector, const Image& picture) {
  const int64_t side = std::max(picture.height, picture.width);
  const double scale = side > kSearchedSide ? static_cast<double>(side) / static_cast<double>(kSearchedSide) : 1;
  std::optional<Image> smaller;
  if (scale > 1) {
    smaller = resized(picture, std::max<int64_t>(scaled(picture.height, 1 / scale), 1),
                      std::max<int64_t>(scaled(picture.width, 1 / scale), 1));
  }
  std::vector<ShownFace> faces;
  for (Face& face : detector.find(smaller ? *smaller : picture)) {
    face.box = scaled(face.box, scale);
    face.points.clear();
    faces.push_back({face.box, crop_box(face.box), crop_face(picture, face)});
  }
  return faces;
}

}  // namespace

FindFaces face_finder(const FaceDetectorOptions& options) {
  const auto detector = std::make_shared<const FaceDetector>(options);
  return [detector](const Image& picture) { return find(*detector, picture); };
}

}  // namespace fer::serve
