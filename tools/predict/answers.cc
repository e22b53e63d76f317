#include "tools/predict/answers.h"

#include <fmt/format.h>

#include <algorithm>

#include "fer/error.h"
#include "fer/landmarks.h"
#include "tools/cli/views.h"
#include "tools/faces/face_json.h"

namespace fer::cli {
namespace {

using nlohmann::ordered_json;

constexpr int64_t kBatch = 64;

// Whether squeezing a picture to a network's input loses what a face shows: another shape by a third, or six times the
// size (a face that is cut out is seldom larger; of a photo with several people, little would be left).
bool is_unlike_a_face(const Image& image, const Classifier& classifier) {
  const auto height = static_cast<double>(image.height), width = static_cast<double>(image.width);
  const auto input_height = static_cast<double>(classifier.height()),
             input_width = static_cast<double>(classifier.width());
  const double stretch = (width / height) / (input_width / input_height);
  return std::max(stretch, 1 / stretch) > 4.0 / 3 || std::min(height / input_height, width / input_width) > 6;
}

}  // namespace

std::string in_a_line(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return name;
}

std::string classes_text(const Classifier& classifier, std::span<const float> probabilities,
                         std::span<const int64_t> classes) {
  std::string text;
  for (const int64_t c : classes) {
    const std::string& emoji = classifier.class_emoji()[c];
    text += fmt::format("{}{}{}{} {:.1f} %", text.empty() ? "" : ", ", classifier.class_names()[c],
                        emoji.empty() ? "" : " ", emoji, 100 * probabilities[c]);
  }
  return text;
}

Answers::Answers(const Classifier& classifier, const Views& views, const Arguments& arguments)
    : classifier_(classifier),
      views_(views),
      json_(arguments.flag("json")),
      lines_(!arguments.has("csv")),
      top_(arguments.integer("top", 1, 1 << 20)),
      csv_(classifier) {
  if (arguments.has("predictor")) landmarks_.emplace(arguments.text("predictor"), classifier);
}

void Answers::flush() {
  if (landmarks_) return answer_all(std::span<const float>(values_));
  answer_all(std::span<const uint8_t>(pixels_));
}

void Answers::add(Source source, const Image& image) {
  if (landmarks_) {
    const std::vector<float> input = landmarks_->of(image, source.file);
    values_.insert(values_.end(), input.begin(), input.end());
  } else if (classifier_.takes_landmarks()) {
    throw Error(
        source.file +
        ": the model takes 68 points of a face: --predictor shape_predictor_68_face_landmarks.dat finds them in "
        "pictures");
  } else {
    const std::vector<uint8_t> input = classifier_.input_of(image, source.file);
    if (source.row < 0) note_unlike(source, image);
    pixels_.insert(pixels_.end(), input.begin(), input.end());
  }
  sources_.push_back(std::move(source));
  if (static_cast<int64_t>(sources_.size()) == kBatch) flush();
}

// Of the first such picture alone: a folder may hold thousands.
void Answers::note_unlike(const Source& source, const Image& image) {
  if (noted_ || !is_unlike_a_face(image, classifier_)) return;
  noted_ = true;
  note(fmt::format(
      "fer-predict: {} is {} pixels wide and {} high, and the whole of it is squeezed to {}x{}: with --faces "
      "the faces in it are looked for (said once)",
      in_a_line(source.file), image.width, image.height, classifier_.width(), classifier_.height()));
}

void Answers::add_landmarks(const std::string& path) {
  flush();
  if (!classifier_.takes_landmarks()) throw Error(path + ": the model takes pictures, found landmarks");
  const Dataset data = read_landmarks(path, false);
  for (int64_t row = 0; row < data.size(); ++row) sources_.push_back({path, row});
  answer_all(std::span<const float>(data.values));
}

// Asks the model about the pictures collected so far.
template <class Value>
void Answers::answer_all(std::span<const Value> batch) {
  if (sources_.empty()) return;
  const auto classes = static_cast<size_t>(classifier_.class_count());
  std::vector<float> probabilities(sources_.size() * classes);
  classifier_.predict_into(batch, probabilities);
  for (size_t i = 0; i < sources_.size(); ++i) {
    answer(sources_[i], std::span<const float>(probabilities).subspan(i * classes, classes));
  }
  sources_.clear();
  pixels_.clear();
  values_.clear();
}

void Answers::answer(const Source& source, std::span<const float> p) {
  const std::vector<int64_t> order = most_probable(p, top_);
  ++count_;
  if (!lines_) csv_.add(source.file, source.row, p);
  if (json_) {
    print_json(source, p, order);
  } else if (lines_) {
    print_line(source, p, order);
  }
}

void Answers::print_line(const Source& source, std::span<const float> p, const std::vector<int64_t>& order) const {
  const std::string row = source.row >= 0 ? fmt::format(" row {}", source.row) : "";
  fmt::print("{}{}: {}\n", in_a_line(source.file), row, classes_text(classifier_, p, order));
}

void Answers::print_json(const Source& source, std::span<const float> p, const std::vector<int64_t>& order) const {
  ordered_json json = {{"file", source.file}}, top = ordered_json::array();
  if (source.row >= 0) json["row"] = source.row;
  for (const int64_t c : order) {
    ordered_json one;
    add_class(classifier_, p, c, one);
    top.push_back(one);
  }
  add_class(classifier_, p, order[0], json);
  json["top"] = top;
  if (view_count(views_) > 1 || views_.dense) add_views(views_, json);
  json["probabilities"] = std::vector<float>(p.begin(), p.end());
  fmt::print("{}\n", one_line(json));
}

}  // namespace fer::cli
