// What fer-align makes of one picture.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "fer/face_points.h"
#include "fer/vision.h"

namespace fer::cli {

// What becomes of a picture without a face.
enum class NoFace {
  kDrop,  // it is left out
  kKeep,  // it stays as it is, in its own size
  kWhole  // all of it is taken for the face
};

struct AlignOptions {
  int64_t size = 48;
  NoFace no_face = NoFace::kDrop;
  CropOptions crop = {};  // of faces that `finder` finds no points of
  int enlarge = 0;        // how often the picture is doubled, and continued at its edges, before faces are looked for
};

struct AlignedPicture {
  std::optional<Image> picture;  // none: left out
  size_t faces = 0;              // how many were found; the largest counts
  // The largest face's box, in pixels of the picture as it was given: left, top, width, height.
  double box[4] = {0, 0, 0, 0};
  double score = 0;
};

// The largest face of a picture as a picture of its own, in the same channels: with a finder by its
// points, so that eyes and mouth come to the places that fer2013's faces have them at; without one by its box.
AlignedPicture align_picture(const Image& picture, const FaceDetector& detector, const FacePointFinder* finder,
                             const AlignOptions& options);

}  // namespace fer::cli
