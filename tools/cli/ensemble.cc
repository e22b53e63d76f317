#include "tools/cli/ensemble.h"

#include "fer/error.h"
#include "fer/image.h"
#include "tools/cli/model_files.h"

namespace fer::cli {

Ensemble::Ensemble(std::span<const std::string> paths, EnsembleRule rule, bool flip) : rule_(rule), flip_(flip) {
  for (Model& model : read_models({paths.begin(), paths.end()})) members_.emplace_back(std::move(model));
}

std::vector<float> Ensemble::predict(std::span<const uint8_t> pictures) const {
  std::vector<uint8_t> mirrored;
  if (flip_) {
    mirrored.assign(pictures.begin(), pictures.end());
    mirror(mirrored, first().width(), first().channels());
  }
  std::vector<std::vector<float>> answers;
  for (const Predictor& member : members_) {
    answers.push_back(ask(member, pictures));
    if (!flip_) continue;
    const std::vector<float> other = ask(member, std::span<const uint8_t>(mirrored));
    for (size_t i = 0; i < other.size(); ++i) answers.back()[i] = 0.5f * (answers.back()[i] + other[i]);
  }
  return join_probabilities(answers, first().class_count(), rule_);
}

std::vector<float> Ensemble::predict(std::span<const float> landmarks) const {
  if (flip_) throw Error("flip: expected pictures, found landmarks");
  std::vector<std::vector<float>> answers;
  for (const Predictor& member : members_) answers.push_back(ask(member, landmarks));
  return join_probabilities(answers, first().class_count(), rule_);
}

template <class Value>
std::vector<float> Ensemble::ask(const Predictor& member, std::span<const Value> batch) const {
  const auto values = static_cast<size_t>(member.height() * member.width() * member.channels());
  std::vector<float> answer(batch.size() / values * static_cast<size_t>(member.class_count()));
  member.predict_into(batch, answer);
  return answer;
}

}  // namespace fer::cli
