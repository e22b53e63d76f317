// Landmarks of a face by dlib's detector and predictor.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "fer/image.h"
#include "fer/landmarks.h"

namespace fer::cli {

// x0, y0, x1, y1, ... in pixels of the picture.
using FacePoints = std::array<double, 2 * kLandmarkPoints>;

class FacePointFinder {
 public:
  // Throws Error naming the file when it is no predictor of 68 points.
  explicit FacePointFinder(const std::string& predictor_path);
  ~FacePointFinder();

  // Doubles the picture `upsample` times, as the detector sees no face below 80 pixels; takes the largest face, or,
  // with whole_picture and where there is none, the whole picture for a face. The points are found in the picture as it
  // is.
  std::optional<FacePoints> find(const Image& picture, int upsample, bool whole_picture);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fer::cli
