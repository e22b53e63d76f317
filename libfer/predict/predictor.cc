// fer::Predictor: a prepared network and the workspaces that calls borrow.
#include "fer/predictor.h"

#include <algorithm>

#include "fer/error.h"
#include "predict/predictor_impl.h"

namespace fer {

namespace {

std::vector<std::string> emoji_of(const Model& model) {
  if (!model.emoji.empty()) return model.emoji;
  std::vector<std::string> emoji(static_cast<size_t>(class_count(model.network)));
  for (size_t c = 0; c < model.network.class_names.size(); ++c) emoji[c] = default_emoji(model.network.class_names[c]);
  return emoji;
}

}  // namespace

Predictor::Impl::Impl(Model given, const Views& views)
    : model(std::move(given)), emoji(emoji_of(model)), viewed(model, views), workspaces(viewed) {}

int64_t Predictor::Impl::batch_of(size_t inputs, size_t outputs) const {
  const Shape& picture = viewed.picture();
  const auto size = static_cast<size_t>(picture.elements()), n = inputs / size;
  const auto classes = static_cast<size_t>(viewed.classes());
  if (inputs % size != 0) {
    throw Error("predict: expected pictures of " + std::to_string(size) + " values (" + picture.to_string() +
                "), found " + std::to_string(inputs) + " values");
  }
  if (outputs != n * classes) {
    throw Error("predict: expected room for " + std::to_string(n * classes) + " probabilities, " +
                std::to_string(classes) + " per picture, found " + std::to_string(outputs));
  }
  return static_cast<int64_t>(n);
}

template <class Value>
void Predictor::Impl::run(std::span<const Value> values, std::span<float> probabilities) {
  const int64_t n = batch_of(values.size(), probabilities.size());
  const int64_t size = viewed.picture().elements(), classes = viewed.classes();
  for (int64_t begin = 0; begin < n; begin += predict::kLargestBatch) {
    const int64_t count = std::min(predict::kLargestBatch, n - begin);
    const predict::Workspaces::Lease slot(workspaces, count);
    viewed.ask(slot->workspace, values.subspan(begin * size, count * size),
               probabilities.subspan(begin * classes, count * classes));
  }
}

Predictor Predictor::load(const std::string& path, const Views& views) { return Predictor(load_model(path), views); }
Predictor::Predictor(Model model, const Views& views) : impl_(std::make_unique<Impl>(std::move(model), views)) {}
Predictor::~Predictor() = default;
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;

int64_t Predictor::height() const { return impl_->viewed.picture()[0]; }
int64_t Predictor::width() const { return impl_->viewed.picture()[1]; }
int64_t Predictor::channels() const { return impl_->viewed.picture()[2]; }
int64_t Predictor::class_count() const { return impl_->viewed.classes(); }
const std::vector<std::string>& Predictor::class_names() const { return impl_->model.network.class_names; }
const std::vector<std::string>& Predictor::class_emoji() const { return impl_->emoji; }
const Model& Predictor::model() const { return impl_->model; }

Prediction Predictor::predict(std::span<const uint8_t> pixels) const {
  const Shape& picture = impl_->viewed.picture();
  if (static_cast<int64_t>(pixels.size()) != picture.elements()) {
    throw Error("predict: expected one picture of " + std::to_string(picture.elements()) + " values (" +
                picture.to_string() + "), found " + std::to_string(pixels.size()));
  }
  Prediction prediction;
  prediction.probabilities.resize(static_cast<size_t>(class_count()));
  predict_into(pixels, prediction.probabilities);
  const std::vector<float>& p = prediction.probabilities;
  prediction.index = static_cast<int>(std::max_element(p.begin(), p.end()) - p.begin());
  const auto index = static_cast<size_t>(prediction.index);
  prediction.label = class_names().empty() ? std::to_string(prediction.index) : class_names()[index];
  prediction.emoji = class_emoji()[index];
  return prediction;
}

void Predictor::predict_into(std::span<const uint8_t> pixels, std::span<float> probabilities) const {
  impl_->run(pixels, probabilities);
}

void Predictor::predict_into(std::span<const float> inputs, std::span<float> probabilities) const {
  evaluation::refuse_views_of_numbers(impl_->viewed.views());
  impl_->run(inputs, probabilities);
}

}  // namespace fer
