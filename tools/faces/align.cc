#include "tools/faces/align.h"

#include <algorithm>

namespace fer::cli {
namespace {

// A picture to look for faces in, and where it has the one that was given.
struct Ground {
  Image picture;
  int64_t border = 0, scale = 1;
};

// A face that fills its picture is found only with something around it, and small ones only enlarged.
Ground ground_of(const Image& picture, int enlarge) {
  if (enlarge == 0) return {picture};
  const int64_t scale = int64_t{1} << enlarge;
  const Image large = resized(picture, picture.height * scale, picture.width * scale);
  const int64_t border = std::max(large.height, large.width) / 4;
  const Box box = {-border, -border, large.width + 2 * border, large.height + 2 * border};
  return {crop_face(large, box, {.margins = {}, .square = false}), border, scale};
}

// All of the picture, as a square.
Face whole_face(const Ground& ground) {
  const int64_t width = ground.picture.width - 2 * ground.border, height = ground.picture.height - 2 * ground.border;
  return {.box = {ground.border, ground.border, width, height}};
}

Image cut_out(const Ground& ground, const Face& face, const FacePointFinder* finder, int64_t size,
              const CropOptions& crop) {
  if (finder != nullptr) return aligned_face(ground.picture, finder->find(ground.picture, face.box), size);
  return resized(crop_face(ground.picture, face, crop), size, size);
}

}  // namespace

AlignedPicture align_picture(const Image& picture, const FaceDetector& detector, const FacePointFinder* finder,
                             const AlignOptions& options) {
  const Ground ground = ground_of(picture, options.enlarge);
  const std::vector<Face> faces = detector.find(ground.picture);
  AlignedPicture out;
  out.faces = faces.size();
  if (!faces.empty()) {
    const Box& box = faces[0].box;
    const auto at = [&](int64_t value) {
      return static_cast<double>(value - ground.border) / static_cast<double>(ground.scale);
    };
    const auto length = [&](int64_t value) { return static_cast<double>(value) / static_cast<double>(ground.scale); };
    out = {cut_out(ground, faces[0], finder, options.size, options.crop),
           faces.size(),
           {at(box.left), at(box.top), length(box.width), length(box.height)},
           faces[0].score};
  } else if (options.no_face == NoFace::kKeep) {
    out.picture = picture;
  } else if (options.no_face == NoFace::kWhole) {
    out.picture = cut_out(ground, whole_face(ground), finder, options.size, {.margins = {}});
  }
  return out;
}

}  // namespace fer::cli
