#include "tools/serve/faces.h"

#include <memory>

#include "tools/faces/find_at_size.h"

namespace fer::serve {
namespace {

std::vector<ShownFace> find(const FaceDetector& detector, const Image& picture) {
  std::vector<ShownFace> faces;
  for (Face& face : cli::find_at_size(detector, picture, kSearchedSide)) {
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
