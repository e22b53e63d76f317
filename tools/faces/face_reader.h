// The faces of a picture, and what a model says of each: what the programs that look for faces ask.
//
//   const FaceReader reader(classifier, FaceDetector());
//   for (const FacePrediction& found : reader.read(photo)) use(found.face.box, found.prediction.label);
#pragma once

#include <span>
#include <vector>

#include "fer/classifier.h"
#include "fer/vision.h"

namespace fer::cli {

struct FacePrediction {
  Face face;
  Prediction prediction;
};

// Every const member may be called from many threads at once. Keeps a reference to the classifier.
class FaceReader {
 public:
  // Throws Error where the model takes landmarks.
  FaceReader(const Classifier& classifier, FaceDetector detector, const CropOptions& crop = {});

  // All faces of a picture, the largest first (FaceDetector::find). Throws Error as that does.
  std::vector<FacePrediction> read(const Image& picture) const { return predict(picture, find(picture)); }

  // The two halves of it, for whoever finds faces elsewhere or at another time.
  std::vector<Face> find(const Image& picture) const { return detector_.find(picture); }
  // Crops every face and asks the model about all of them in one batch; the answers are in the order of the faces.
  std::vector<FacePrediction> predict(const Image& picture, std::vector<Face> faces) const;

  const Classifier& classifier() const { return classifier_; }
  const FaceDetector& detector() const { return detector_; }

 private:
  const Classifier& classifier_;
  FaceDetector detector_;
  CropOptions crop_;
};

}  // namespace fer::cli
