#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "evaluate/viewed_model.h"
#include "explain/derived.h"
#include "explain/gradient.h"
#include "explain/occluder.h"
#include "fer/error.h"
#include "fer/explain.h"
#include "fer/landmarks.h"

namespace fer {
namespace {

void check_class(int index, int64_t classes) {
  if (index >= 0 && index < classes) return;
  throw Error(fmt::format("class: expected an index of 0 to {}, found {}", classes - 1, index));
}

int most_probable_class(std::span<const float> probabilities) {
  return static_cast<int>(std::max_element(probabilities.begin(), probabilities.end()) - probabilities.begin());
}

// Points of a face (fer/landmarks.h) look to a network like a picture of two columns.
void refuse_landmarks(const Network& network) {
  if (network.input == Shape({kLandmarkPoints, 2, 1})) {
    throw Error("network " + network.name + ": expected one that takes pictures, found one that takes landmarks");
  }
}

// The values of a layer for one input.
class Front {
 public:
  Front(const Network& network, const Weights& weights, int layer)
      : shape_(layer == explain::kInput ? network.input : infer(network)[static_cast<size_t>(layer)].output) {
    if (layer == explain::kInput) return;
    derived_ = std::make_unique<explain::Derived>(explain::front_of(network, weights, layer));
    model_.emplace(derived_->network, derived_->weights.layout, derived_->weights.values.values());
  }

  Tensor values(std::span<const float> input) const {
    if (!model_) return Tensor(shape_, input);
    Tensor out(shape_);
    engine::InferenceModel::Workspace workspace = model_->make_workspace(1);
    model_->run(workspace, 1, input, out.values());
    return out;
  }

 private:
  Shape shape_;
  std::unique_ptr<explain::Derived> derived_;  // where the prepared model finds its weights
  std::optional<engine::InferenceModel> model_;
};

// Equations 1 and 2 of Selvaraju et al. 2017.
Heatmap class_activation(const Tensor& maps, const Tensor& gradient) {
  const int64_t height = maps.shape()[0], width = maps.shape()[1], channels = maps.shape()[2], cells = height * width;
  std::vector<double> weights(static_cast<size_t>(channels), 0.0);
  for (size_t i = 0; i < gradient.size(); ++i) weights[i % weights.size()] += gradient.values()[i];
  for (double& weight : weights) weight /= static_cast<double>(cells);
  Heatmap map = {height, width, std::vector<float>(static_cast<size_t>(cells))};
  for (size_t cell = 0; cell < map.values.size(); ++cell) {
    const std::span<const float> values = maps.values().subspan(cell * weights.size(), weights.size());
    map.values[cell] =
        static_cast<float>(std::max(0.0, std::inner_product(values.begin(), values.end(), weights.begin(), 0.0)));
  }
  return map;
}

}  // namespace

struct Explainer::Impl {
  Network network;
  Weights weights;  // where the prepared model finds its own
  int layer;
  std::string layer_name;
  evaluation::ViewedModel viewed;
  Front front;
  explain::Probed probed;

  // A picture's input to the network and what the model says of it.
  struct Asked {
    Tensor input;
    std::vector<float> probabilities;
    int index = 0;  // the class to explain
  };

  Impl(const Model& model, const std::string& name)
      : network(model.network),
        weights(model.weights),
        layer(name.empty() ? explain::last_maps(network) : explain::find_layer(network, name)),
        layer_name(layer == explain::kInput ? name : network.layers[static_cast<size_t>(layer)].name),
        viewed(network, weights.layout, weights.values.values(), model.preprocessing, model.int8, {},
               evaluation::Outputs::kProbabilities, model.temperature),
        front(network, weights, layer),
        probed(explain::probed(network, weights, layer)) {
    const Shape shape = layer == explain::kInput ? network.input : infer(network)[static_cast<size_t>(layer)].output;
    if (shape.rank() != 3 || shape[0] * shape[1] < 2) {
      throw Error(fmt::format("layer {}: expected one whose output has rows and columns, found output {}", layer_name,
                              shape.to_string()));
    }
  }

  Asked ask(std::span<const uint8_t> pixels, int index) const {
    const Shape& picture = viewed.picture();
    if (static_cast<int64_t>(pixels.size()) != picture.elements()) {
      throw Error(fmt::format("explain: expected one picture of {} values ({}), found {}", picture.elements(),
                              picture.to_string(), pixels.size()));
    }
    evaluation::ViewedModel::Workspace workspace = viewed.make_workspace(1);
    Asked asked;
    asked.probabilities.resize(static_cast<size_t>(viewed.classes()));
    viewed.ask(workspace, pixels, asked.probabilities);
    asked.input = Tensor(network.input, workspace.crop.inputs.values());
    asked.index = index == kMostProbable ? most_probable_class(asked.probabilities) : index;
    check_class(asked.index, viewed.classes());
    return asked;
  }

  LayerGradient gradient(const Asked& asked) const {
    const explain::ScoreGradient found = explain::score_gradient(probed, asked.input.values(), asked.index);
    LayerGradient result{asked.index, found.score, front.values(asked.input.values()), {}};
    result.gradient = Tensor(result.values.shape(), found.gradient);
    return result;
  }

  // A map over the network's input becomes one over the picture, of which the network may see the centre alone.
  Heatmap over_picture(const Heatmap& map) const {
    const Shape& picture = viewed.picture();
    Heatmap of_input = resized(map, network.input[0], network.input[1]);
    if (picture == network.input) return of_input;
    const data::Crop part =
        data::centre_crop({picture[0], picture[1], picture[2]}, {network.input[0], network.input[1], network.input[2]});
    Heatmap out = {picture[0], picture[1], std::vector<float>(static_cast<size_t>(picture[0] * picture[1]), 0.0f)};
    for (int64_t y = 0; y < part.height; ++y) {
      std::copy_n(of_input.values.begin() + y * part.width, part.width,
                  out.values.begin() + (part.top + y) * picture[1] + part.left);
    }
    return out;
  }

  std::vector<uint8_t> input_of(const Image& picture) const {
    const Shape& shape = viewed.picture();
    return fitted(picture, shape[0], shape[1], shape[2]).pixels;
  }
};

Explainer::Explainer(const Model& model, const std::string& layer) {
  refuse_landmarks(model.network);
  impl_ = std::make_unique<Impl>(model, layer);
}
Explainer::~Explainer() = default;
Explainer::Explainer(Explainer&&) noexcept = default;
Explainer& Explainer::operator=(Explainer&&) noexcept = default;

int64_t Explainer::height() const { return impl_->viewed.picture()[0]; }
int64_t Explainer::width() const { return impl_->viewed.picture()[1]; }
int64_t Explainer::channels() const { return impl_->viewed.picture()[2]; }
const std::string& Explainer::layer() const { return impl_->layer_name; }

Explanation Explainer::grad_cam(std::span<const uint8_t> pixels, int index) const {
  Impl::Asked asked = impl_->ask(pixels, index);
  const LayerGradient found = impl_->gradient(asked);
  return {found.index, found.score, std::move(asked.probabilities),
          impl_->over_picture(class_activation(found.values, found.gradient))};
}

Explanation Explainer::grad_cam(const Image& picture, int index) const {
  return grad_cam(impl_->input_of(picture), index);
}

Explanation Explainer::occlusion(std::span<const uint8_t> pixels, int index, const OcclusionOptions& options) const {
  Impl::Asked asked = impl_->ask(pixels, index);
  const double score = explain::score_gradient(impl_->probed, asked.input.values(), asked.index).score;
  Heatmap map = explain::occlusion_map(impl_->viewed, pixels, asked.index, options);
  return {asked.index, score, std::move(asked.probabilities), std::move(map)};
}

Explanation Explainer::occlusion(const Image& picture, int index, const OcclusionOptions& options) const {
  return occlusion(impl_->input_of(picture), index, options);
}

LayerGradient Explainer::gradient(std::span<const uint8_t> pixels, int index) const {
  return impl_->gradient(impl_->ask(pixels, index));
}

LayerGradient layer_gradient(const Model& model, const std::string& layer, std::span<const float> input, int index) {
  const int at = explain::find_layer(model.network, layer);
  if (static_cast<int64_t>(input.size()) != model.network.input.elements()) {
    throw Error(fmt::format("explain: expected an input of {} values ({}), found {}", model.network.input.elements(),
                            model.network.input.to_string(), input.size()));
  }
  check_class(index, class_count(model.network));
  const explain::ScoreGradient found =
      explain::score_gradient(explain::probed(model.network, model.weights, at), input, index);
  LayerGradient result{
      index, found.score, Front(explain::ending_in_scores(model.network), model.weights, at).values(input), {}};
  result.gradient = Tensor(result.values.shape(), found.gradient);
  return result;
}

Tensor layer_output(const Model& model, const std::string& layer, const Image& picture) {
  refuse_landmarks(model.network);
  const int at = explain::find_layer(model.network, layer);
  const evaluation::ViewedModel viewed(model);
  const Shape& shape = viewed.picture();
  evaluation::ViewedModel::Workspace workspace = viewed.make_workspace(1);
  std::vector<float> probabilities(static_cast<size_t>(viewed.classes()));
  viewed.ask(workspace, fitted(picture, shape[0], shape[1], shape[2]).pixels, probabilities);
  return Front(model.network, model.weights, at).values(workspace.crop.inputs.values());
}

}  // namespace fer
