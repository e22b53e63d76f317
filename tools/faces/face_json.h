// Faces and classes as the programs' --json has them (docs/tools.md, "Faces as JSON").
#pragma once

#include <nlohmann/json.hpp>
#include <span>

#include "tools/faces/face_reader.h"

namespace fer::cli {

// Adds label, emoji, index and probability of a class.
void add_class(const Classifier& classifier, std::span<const float> probabilities, int64_t label,
               nlohmann::ordered_json& json);
// {"left": ..., "top": ..., "width": ..., "height": ...}
nlohmann::ordered_json box_json(const Box& box);
// A face: box, score, points, what add_class adds of its class, probabilities.
nlohmann::ordered_json face_json(const Classifier& classifier, const FacePrediction& found);

}  // namespace fer::cli
