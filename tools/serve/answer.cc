#include "tools/serve/answer.h"

#include <algorithm>
#include <cmath>

namespace fer::serve {
namespace {

using nlohmann::ordered_json;

// In millionths: a float's own digits, without the noise of a double's.
double rounded(float probability) { return std::round(static_cast<double>(probability) * 1e6) / 1e6; }

ordered_json box_json(const Box& box) {
  return {{"left", box.left}, {"top", box.top}, {"width", box.width}, {"height", box.height}};
}

// In hundredths of the largest value: enough to be seen.
ordered_json why_json(const Heatmap& map, const Box& crop) {
  const float largest = map.largest();
  std::vector<double> values;
  for (const float value : map.values) {
    values.push_back(largest > 0 ? std::round(100 * static_cast<double>(std::max(value, 0.0f) / largest)) / 100 : 0);
  }
  return {{"crop", box_json(crop)}, {"height", map.height}, {"width", map.width}, {"values", std::move(values)}};
}

ordered_json face_json(const Box& box, const Prediction& prediction, const std::vector<std::string>& names) {
  ordered_json probabilities = ordered_json::object();
  for (size_t i = 0; i < names.size(); ++i) probabilities[names[i]] = rounded(prediction.probabilities[i]);
  return {{"box", box_json(box)},
          {"label", prediction.label},
          {"emoji", prediction.emoji},
          {"probability", rounded(prediction.probabilities[static_cast<size_t>(prediction.index)])},
          {"probabilities", std::move(probabilities)}};
}

ordered_json error_json(const RequestError& error) {
  return {{"status", error.status()}, {"code", error.code()}, {"message", error.what()}};
}

}  // namespace

ordered_json model_json(const std::string& name, const Classifier& classifier) {
  return {
      {"name", name},
      {"input", {{"height", classifier.height()}, {"width", classifier.width()}, {"channels", classifier.channels()}}},
      {"classes", classifier.class_names()},
      {"emoji", classifier.class_emoji()}};
}

ordered_json limits_json(const Limits& limits) {
  const auto seconds = [](std::chrono::milliseconds time) { return static_cast<double>(time.count()) / 1000; };
  return {{"bytes", limits.max_bytes},
          {"pixels", limits.max_pixels},
          {"pictures", limits.max_pictures},
          {"faces", limits.max_faces},
          {"seconds", seconds(limits.receive_time)}};
}

Response predict_response(const Answered& answered, const Classifier& classifier, std::span<const Looked> pictures,
                          std::span<const float> probabilities) {
  const bool all_refused = std::ranges::all_of(pictures, [](const Looked& p) { return p.refused.has_value(); });
  if (all_refused && !pictures.empty()) return error_response(*pictures[0].refused);
  const auto classes = static_cast<size_t>(classifier.class_count());
  ordered_json shown = ordered_json::array();
  size_t face = 0;
  for (const Looked& picture : pictures) {
    ordered_json json = {{"name", picture.name}};
    if (picture.refused) {
      json["error"] = error_json(*picture.refused);
      shown.push_back(std::move(json));
      continue;
    }
    json["width"] = picture.width;
    json["height"] = picture.height;
    ordered_json faces = ordered_json::array();
    for (size_t i = 0; i < picture.boxes.size(); ++i) {
      const Prediction prediction = classifier.prediction_of(probabilities.subspan(face++ * classes, classes));
      faces.push_back(face_json(picture.boxes[i], prediction, classifier.class_names()));
      if (!picture.maps.empty()) faces.back()["why"] = why_json(picture.maps[i], picture.crops[i]);
    }
    if (faces.empty()) json["note"] = "No face was found: look straight into the camera, or ask with mode=whole.";
    json["faces"] = std::move(faces);
    shown.push_back(std::move(json));
  }
  ordered_json json = {{"model", answered.model}, {"mode", answered.faces ? "faces" : "whole"}};
  json["pictures"] = std::move(shown);
  Response response;
  response.body = dumped(json);
  return response;
}

std::string dumped(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace fer::serve
