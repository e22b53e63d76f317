// Answers as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "fer/classifier.h"
#include "tools/serve/limits.h"
#include "tools/serve/message.h"
#include "tools/serve/pictures.h"

namespace fer::serve {

nlohmann::ordered_json model_json(const std::string& name, const Classifier& classifier);
nlohmann::ordered_json limits_json(const Limits& limits);

// What was predicted, and how.
struct Answered {
  std::string model;
  bool faces = false;
};

// The answer to a request for predictions, given the probabilities of all faces of all its pictures, in order. Where
// every picture was refused, it is the first one's refusal.
Response predict_response(const Answered& answered, const Classifier& classifier, std::span<const Looked> pictures,
                          std::span<const float> probabilities);

// On one line, with its end; what is not UTF-8 becomes U+FFFD.
std::string dumped(const nlohmann::ordered_json& json);

}  // namespace fer::serve
