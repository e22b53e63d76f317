#include "tools/faces/face_reader.h"

#include "fer/error.h"

namespace fer::cli {

FaceReader::FaceReader(const Classifier& classifier, FaceDetector detector, const CropOptions& crop)
    : classifier_(classifier), detector_(std::move(detector)), crop_(crop) {
  if (!classifier.takes_landmarks()) return;
  throw Error("the model takes points of a face, found pictures: a model that takes pictures says what faces express");
}

std::vector<FacePrediction> FaceReader::predict(const Image& picture, std::vector<Face> faces) const {
  std::vector<uint8_t> inputs;
  for (const Face& face : faces) {
    const std::vector<uint8_t> input = classifier_.input_of(crop_face(picture, face, crop_));
    inputs.insert(inputs.end(), input.begin(), input.end());
  }
  const auto classes = static_cast<size_t>(classifier_.class_count());
  std::vector<float> probabilities(faces.size() * classes);
  if (!faces.empty()) classifier_.predict_into(inputs, probabilities);
  std::vector<FacePrediction> out;
  for (size_t i = 0; i < faces.size(); ++i) {
    out.push_back({std::move(faces[i]),
                   classifier_.prediction_of(std::span<const float>(probabilities).subspan(i * classes, classes))});
  }
  return out;
}

}  // namespace fer::cli
