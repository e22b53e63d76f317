#include "ensemble.h"

#include <algorithm>

#include "fer/error.h"
#include "model_files.h"

namespace fer::cli {
namespace {

std::vector<uint8_t> mirrored(const Predictor& predictor, std::span<const uint8_t> pictures) {
  const auto channels = static_cast<size_t>(predictor.channels());
  const size_t row = static_cast<size_t>(predictor.width()) * channels;
  std::vector<uint8_t> result(pictures.size());
  for (size_t begin = 0; begin < pictures.size(); begin += row) {
    for (size_t x = 0; x < row; x += channels) {
      std::copy_n(pictures.data() + begin + x, channels, result.data() + begin + row - channels - x);
    }
  }
  return result;
}

}  // namespace

Ensemble::Ensemble(std::span<const std::string> paths, EnsembleRule rule, bool flip) : rule_(rule), flip_(flip) {
  for (Model& model : read_models({paths.begin(), paths.end()})) members_.emplace_back(std::move(model));
}

std::vector<float> Ensemble::predict(std::span<const uint8_t> pictures) const {
  const std::vector<uint8_t> mirror = flip_ ? mirrored(first(), pictures) : std::vector<uint8_t>();
  std::vector<std::vector<float>> answers;
  for (const Predictor& member : members_) {
    answers.push_back(ask(member, pictures));
    if (!flip_) continue;
    const std::vector<float> other = ask(member, std::span<const uint8_t>(mirror));
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
