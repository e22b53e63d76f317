#include "tools/predict/landmark_inputs.h"

#include "fer/error.h"
#include "fer/landmarks.h"
#include "tools/cli/cli.h"

namespace fer::cli {

// (Pictures are doubled once for the detector, as by fer-landmarks without --upsample.)
LandmarkInputs::LandmarkInputs(const std::string& predictor_path, const Classifier& classifier)
    : finder_(predictor_path), detector_({.detector = "dlib", .upsample = 1}) {
  if (!classifier.takes_landmarks()) {
    throw Error("--predictor: expected a model that takes landmarks, found one that takes pictures");
  }
}

std::vector<float> LandmarkInputs::of(const Image& picture, const std::string& name) const {
  const std::vector<Face> faces = detector_.find(picture);
  if (faces.empty()) note("fer-predict: " + name + ": no face found: the whole picture is taken for one");
  const Box box = faces.empty() ? Box{0, 0, picture.width, picture.height} : faces[0].box;
  std::vector<float> values;
  for (const Point& point : finder_.find(picture, box)) {
    values.push_back(static_cast<float>(point.x));
    values.push_back(static_cast<float>(point.y));
  }
  if (!normalize_landmarks(values)) throw Error(name + ": expected points of a face, found all in one place");
  return values;
}

}  // namespace fer::cli
