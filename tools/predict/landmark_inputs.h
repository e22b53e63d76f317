// Pictures for a model that takes landmarks.
#pragma once

#include <string>
#include <vector>

#include "fer/classifier.h"
#include "fer/face_points.h"
#include "fer/image.h"
#include "fer/vision.h"

namespace fer::cli {

// Finds the points of the largest face of a picture as fer-landmarks does; where no face is found, the whole picture is
// taken for one, which is said.
class LandmarkInputs {
 public:
  // Throws Error naming the file of the predictor, and where the model takes pictures.
  LandmarkInputs(const std::string& predictor_path, const Classifier& classifier);

  // The model's input, normalised; `name` stands for the picture in messages. Throws Error where all points coincide.
  std::vector<float> of(const Image& picture, const std::string& name) const;

 private:
  FacePointFinder finder_;
  FaceDetector detector_;
};

}  // namespace fer::cli
