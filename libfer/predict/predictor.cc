// fer::Predictor: a prepared network and the workspaces that calls borrow.
#include "fer/predictor.h"

#include <algorithm>

#include "fer/error.h"
#include "kernels/values/elementwise.h"
#include "network/outputs.h"
#include "predict/workspaces.h"

namespace fer {

namespace {

std::vector<std::string> emoji_of(const Model& model) {
  if (!model.emoji.empty()) return model.emoji;
  std::vector<std::string> emoji(static_cast<size_t>(class_count(model.network)));
  for (size_t c = 0; c < model.network.class_names.size(); ++c) emoji[c] = default_emoji(model.network.class_names[c]);
  return emoji;
}

}  // namespace

struct Predictor::Impl {
  explicit Impl(Model model)
      : emoji(emoji_of(model)),
        network(std::move(model.network)),
        preprocessing(model.preprocessing),
        classes(fer::class_count(network)),
        softmax_needed(!gives_probabilities(network)),
        weights(std::move(model.weights)),
        inference(network, weights.layout, weights.values.values(), model.int8),
        workspaces(inference, network.input.elements()) {}

  int64_t picture_size() const { return network.input.elements(); }
  int64_t batch_of(size_t inputs, size_t outputs) const;
  // Runs [n, picture] in pieces; prepare(begin, n, slot) gives the floats of n pictures from `begin` on.
  template <class Prepare>
  void run(int64_t n, std::span<float> probabilities, const Prepare& prepare);

  std::vector<std::string> emoji;
  Network network;
  Preprocessing preprocessing;
  int64_t classes;
  bool softmax_needed;
  Weights weights;
  engine::InferenceModel inference;
  predict::Workspaces workspaces;
};

int64_t Predictor::Impl::batch_of(size_t inputs, size_t outputs) const {
  const auto size = static_cast<size_t>(picture_size()), n = inputs / size;
  if (inputs % size != 0) {
    throw Error("predict: expected pictures of " + std::to_string(size) + " values (" + network.input.to_string() +
                "), found " + std::to_string(inputs) + " values");
  }
  if (outputs != n * static_cast<size_t>(classes)) {
    throw Error("predict: expected room for " + std::to_string(n * classes) + " probabilities, " +
                std::to_string(classes) + " a picture, found " + std::to_string(outputs));
  }
  return static_cast<int64_t>(n);
}

template <class Prepare>
void Predictor::Impl::run(int64_t n, std::span<float> probabilities, const Prepare& prepare) {
  for (int64_t begin = 0; begin < n; begin += predict::kLargestBatch) {
    const int64_t count = std::min(predict::kLargestBatch, n - begin);
    const std::span<float> out = probabilities.subspan(begin * classes, count * classes);
    const predict::Workspaces::Lease slot(workspaces, count);
    inference.run(slot->workspace, count, prepare(begin, count, slot->pictures.values()), out);
    if (softmax_needed) kernels::activation_forward(Activation::kSoftmax, 0, classes, out, out);
  }
}

Predictor Predictor::load(const std::string& path) { return Predictor(load_model(path)); }
Predictor::Predictor(Model model) : impl_(std::make_unique<Impl>(std::move(model))) {}
Predictor::~Predictor() = default;
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;

int64_t Predictor::height() const { return impl_->network.input[0]; }
int64_t Predictor::width() const { return impl_->network.input[1]; }
int64_t Predictor::channels() const { return impl_->network.input[2]; }
int64_t Predictor::class_count() const { return impl_->classes; }
const std::vector<std::string>& Predictor::class_names() const { return impl_->network.class_names; }
const std::vector<std::string>& Predictor::class_emoji() const { return impl_->emoji; }

Prediction Predictor::predict(std::span<const uint8_t> pixels) const {
  if (static_cast<int64_t>(pixels.size()) != impl_->picture_size()) {
    throw Error("predict: expected one picture of " + std::to_string(impl_->picture_size()) + " values (" +
                impl_->network.input.to_string() + "), found " + std::to_string(pixels.size()));
  }
  Prediction prediction;
  prediction.probabilities.resize(impl_->classes);
  predict_into(pixels, prediction.probabilities);
  const std::vector<float>& p = prediction.probabilities;
  prediction.index = static_cast<int>(std::max_element(p.begin(), p.end()) - p.begin());
  const std::vector<std::string>& names = class_names();
  prediction.label = names.empty() ? std::to_string(prediction.index) : names[prediction.index];
  return prediction;
}

void Predictor::predict_into(std::span<const uint8_t> pixels, std::span<float> probabilities) const {
  const int64_t n = impl_->batch_of(pixels.size(), probabilities.size()), size = impl_->picture_size();
  impl_->run(n, probabilities, [&](int64_t begin, int64_t count, std::span<float> buffer) {
    const std::span<float> pictures = buffer.first(count * size);
    kernels::bytes_to_floats(pixels.subspan(begin * size, count * size), impl_->preprocessing.scale,
                             impl_->preprocessing.shift, pictures);
    return std::span<const float>(pictures);
  });
}

void Predictor::predict_into(std::span<const float> inputs, std::span<float> probabilities) const {
  const int64_t n = impl_->batch_of(inputs.size(), probabilities.size()), size = impl_->picture_size();
  // Copied, since the caller's floats need not be aligned as kernels expect.
  impl_->run(n, probabilities, [&](int64_t begin, int64_t count, std::span<float> buffer) {
    const std::span<const float> from = inputs.subspan(begin * size, count * size);
    std::copy(from.begin(), from.end(), buffer.begin());
    return std::span<const float>(buffer.first(count * size));
  });
}

}  // namespace fer
