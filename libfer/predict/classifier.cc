#include "fer/classifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "evaluate/evaluation.h"
#include "fer/error.h"
#include "fer/landmarks.h"
#include "predict/predictor_impl.h"

namespace fer {
namespace {

std::string name_of(size_t model, const std::vector<std::string>& names) {
  return model < names.size() ? names[model] : fmt::format("model {}", model + 1);
}

void check_alike(const std::vector<Model>& models, const std::vector<std::string>& names) {
  if (models.empty()) throw Error("expected at least one model, found none");
  const Network& first = models[0].network;
  const Shape picture = picture_shape(models[0]);
  for (size_t i = 1; i < models.size(); ++i) {
    const Network& network = models[i].network;
    const std::string difference = class_difference(first, network);
    if (!difference.empty())
      throw Error(fmt::format("{}: {}, as {} has", name_of(i, names), difference, name_of(0, names)));
    if (picture_shape(models[i]) == picture) continue;
    throw Error(fmt::format("{}: expected input {}, as {} has, found {}", name_of(i, names), picture.to_string(),
                            name_of(0, names), picture_shape(models[i]).to_string()));
  }
}

// Probabilities of every model, each asked by ask(predictor, its probabilities), become one table.
template <class Ask>
void ask_all(std::span<const Predictor> members, const ClassifierOptions& options, std::span<float> probabilities,
             const Ask& ask) {
  if (members.size() == 1) return ask(members[0], probabilities);
  std::vector<std::vector<float>> answers(members.size(), std::vector<float>(probabilities.size()));
  for (size_t i = 0; i < members.size(); ++i) ask(members[i], std::span(answers[i]));
  std::ranges::copy(join_probabilities(answers, members[0].class_count(), options.rule, options.weights),
                    probabilities.begin());
}

// Prepares the model; what is refused is so by its name.
Predictor member_of(Model model, const Views& views, const std::string& name) {
  try {
    return Predictor(std::move(model), views);
  } catch (const Error& e) {
    throw Error(name + ": " + e.what());
  }
}

}  // namespace

Classifier Classifier::load(const std::string& path, const ClassifierOptions& options) {
  return load(std::span(&path, 1), options);
}

Classifier Classifier::load(std::span<const std::string> paths, const ClassifierOptions& options) {
  std::vector<Model> models;
  const std::vector<std::string> names(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    models.push_back(load_model(path));
    check_alike(models, names);  // before the next is read
  }
  return Classifier(std::move(models), options, names);
}

Classifier::Classifier(std::vector<Model> models, const ClassifierOptions& options,
                       const std::vector<std::string>& names)
    : options_(options) {
  check_alike(models, names);
  if (!options.weights.empty()) {  // refused now rather than at the first picture
    join_probabilities(std::vector<std::vector<float>>(models.size(), {1}), 1, options.rule, options.weights);
  }
  for (size_t i = 0; i < models.size(); ++i) {
    members_.push_back(member_of(std::move(models[i]), options.views, name_of(i, names)));
  }
  class_names_ = members_[0].class_names();
  for (auto i = static_cast<int64_t>(class_names_.size()); i < class_count(); ++i) {
    class_names_.push_back(std::to_string(i));
  }
}

bool Classifier::takes_landmarks() const { return height() == kLandmarkPoints && width() == 2 && channels() == 1; }

std::vector<uint8_t> Classifier::input_of(const Image& picture, const std::string& name) const {
  if (takes_landmarks()) {
    throw Error(name + ": the model takes landmarks, found a picture (fer-landmarks makes landmarks of it)");
  }
  return fitted(picture, height(), width(), channels()).pixels;
}

Prediction Classifier::prediction_of(std::span<const float> probabilities) const {
  if (static_cast<int64_t>(probabilities.size()) != class_count()) {
    throw Error(fmt::format("prediction: expected {} probabilities, found {}", class_count(), probabilities.size()));
  }
  Prediction prediction;
  prediction.probabilities.assign(probabilities.begin(), probabilities.end());
  prediction.index = static_cast<int>(most_probable(probabilities, 1)[0]);
  const auto index = static_cast<size_t>(prediction.index);
  prediction.label = class_names_[index];
  prediction.emoji = class_emoji()[index];
  return prediction;
}

Prediction Classifier::predict(const Image& picture) const { return predict(std::span(&picture, 1))[0]; }

Prediction Classifier::predict_file(const std::string& path) const {
  std::vector<float> probabilities(static_cast<size_t>(class_count()));
  predict_into(input_of(read_image(path), path), probabilities);
  return prediction_of(probabilities);
}

Prediction Classifier::predict_encoded(std::span<const uint8_t> bytes, const std::string& name) const {
  std::vector<float> probabilities(static_cast<size_t>(class_count()));
  predict_into(input_of(decode_image(bytes, name), name), probabilities);
  return prediction_of(probabilities);
}

std::vector<Prediction> Classifier::predict(std::span<const Image> pictures) const {
  std::vector<uint8_t> pixels;
  for (const Image& picture : pictures) {
    const std::vector<uint8_t> input = input_of(picture);
    pixels.insert(pixels.end(), input.begin(), input.end());
  }
  const auto classes = static_cast<size_t>(class_count());
  std::vector<float> probabilities(pictures.size() * classes);
  predict_into(pixels, probabilities);
  std::vector<Prediction> predictions;
  for (size_t i = 0; i < pictures.size(); ++i) {
    predictions.push_back(prediction_of(std::span(probabilities).subspan(i * classes, classes)));
  }
  return predictions;
}

void Classifier::predict_into(std::span<const uint8_t> pixels, std::span<float> probabilities) const {
  ask_all(members_, options_, probabilities,
          [&](const Predictor& member, std::span<float> out) { member.predict_into(pixels, out); });
}

void Classifier::predict_into(std::span<const float> inputs, std::span<float> probabilities) const {
  ask_all(members_, options_, probabilities,
          [&](const Predictor& member, std::span<float> out) { member.predict_into(inputs, out); });
}

std::vector<Tensor> Classifier::predict_rows_of_each(const Dataset& data, std::span<const int64_t> rows,
                                                     int64_t batch_size,
                                                     const std::function<bool()>& should_stop) const {
  std::vector<Tensor> answers;
  for (const Predictor& member : members_) {
    evaluation::check_rows(member.model().network, data, rows, false, "predict");
    answers.push_back(
        evaluation::probabilities_of(member.impl_->viewed, data, rows,
                                     {.batch_size = batch_size, .should_stop = evaluation::or_error(should_stop)}));
  }
  return answers;
}

Tensor Classifier::joined(std::span<const Tensor> probabilities) const {
  if (probabilities.size() != members_.size()) {
    throw Error(
        fmt::format("ensemble: expected probabilities of {} models, found {}", members_.size(), probabilities.size()));
  }
  if (probabilities.size() == 1) return probabilities[0];
  std::vector<std::vector<float>> answers;
  for (const Tensor& of_one : probabilities) answers.emplace_back(of_one.values().begin(), of_one.values().end());
  const std::vector<float> joined = join_probabilities(answers, class_count(), options_.rule, options_.weights);
  return Tensor(Shape({static_cast<int64_t>(joined.size()) / class_count(), class_count()}), joined);
}

Evaluation Classifier::figures(const Tensor& probabilities, const Dataset& data, std::span<const int64_t> rows) const {
  evaluation::check_rows(model(0).network, data, rows, true, "evaluate");
  return evaluation::evaluation_of(probabilities, model(0).network, data, rows);
}

Tensor Classifier::predict_rows(const Dataset& data, std::span<const int64_t> rows, int64_t batch_size,
                                const std::function<bool()>& should_stop) const {
  return joined(predict_rows_of_each(data, rows, batch_size, should_stop));
}

Evaluation Classifier::evaluate(const Dataset& data, std::span<const int64_t> rows, int64_t batch_size,
                                const std::function<bool()>& should_stop) const {
  evaluation::check_rows(model(0).network, data, rows, true, "evaluate");
  return figures(predict_rows(data, rows, batch_size, should_stop), data, rows);
}

std::vector<int64_t> most_probable(std::span<const float> probabilities, int64_t count) {
  std::vector<int64_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return probabilities[static_cast<size_t>(a)] > probabilities[static_cast<size_t>(b)];
  });
  order.resize(static_cast<size_t>(std::clamp<int64_t>(count, 0, static_cast<int64_t>(order.size()))));
  return order;
}

}  // namespace fer
