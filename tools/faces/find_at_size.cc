#include "tools/faces/find_at_size.h"

#include <algorithm>
#include <cmath>

namespace fer::cli {
namespace {

int64_t scaled(int64_t at, double scale) { return std::lround(static_cast<double>(at) * scale); }

Face enlarged(Face face, double scale) {
  const Box& box = face.box;
  face.box = {scaled(box.left, scale), scaled(box.top, scale), scaled(box.width, scale), scaled(box.height, scale)};
  // (Places count from the middle of the first pixel.)
  for (Point& p : face.points) p = {(p.x + 0.5) * scale - 0.5, (p.y + 0.5) * scale - 0.5};
  return face;
}

}  // namespace

std::vector<Face> find_at_size(const FaceDetector& detector, const Image& picture, int64_t size) {
  const int64_t longer = std::max(picture.height, picture.width);
  if (size <= 0 || longer <= size) return detector.find(picture);
  const double scale = static_cast<double>(longer) / static_cast<double>(size);
  const int64_t height = std::max<int64_t>(1, scaled(picture.height, 1 / scale));
  const int64_t width = std::max<int64_t>(1, scaled(picture.width, 1 / scale));
  // A cascade looks at brightness alone, and one channel is resized in a third of the time.
  const bool grey = detector.kind() == "cascade";
  std::vector<Face> faces = detector.find(fitted(picture, height, width, grey ? 1 : picture.channels));
  for (Face& face : faces) face = enlarged(std::move(face), scale);
  return faces;
}

}  // namespace fer::cli
