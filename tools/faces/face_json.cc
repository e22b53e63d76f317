#include "tools/faces/face_json.h"

namespace fer::cli {

using nlohmann::ordered_json;

void add_class(const Classifier& classifier, std::span<const float> probabilities, int64_t label, ordered_json& json) {
  json["label"] = classifier.class_names()[static_cast<size_t>(label)];
  json["emoji"] = classifier.class_emoji()[static_cast<size_t>(label)];
  json["index"] = label;
  json["probability"] = probabilities[static_cast<size_t>(label)];
}

ordered_json box_json(const Box& box) {
  return {{"left", box.left}, {"top", box.top}, {"width", box.width}, {"height", box.height}};
}

ordered_json face_json(const Classifier& classifier, const FacePrediction& found) {
  ordered_json points = ordered_json::array();
  for (const Point& p : found.face.points) points.push_back({p.x, p.y});
  ordered_json json;
  json["box"] = box_json(found.face.box);
  json["score"] = found.face.score;
  json["points"] = points;
  add_class(classifier, found.prediction.probabilities, found.prediction.index, json);
  json["probabilities"] = found.prediction.probabilities;
  return json;
}

}  // namespace fer::cli
