#include "evaluate/viewed_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/assert.h"
#include "core/parallel.h"
#include "evaluate/temperature.h"
#include "fer/error.h"
#include "kernels/values/elementwise.h"
#include "network/outputs.h"

namespace fer::evaluation {
namespace {

// The views, where such a model can be shown pictures in them.
const Views& checked(const Views& views, const Network& network, const Preprocessing& preprocessing) {
  if ((views.corners || views.dense) && !preprocessing.resize.given()) {
    throw Error(fmt::format(
        "views {}: expected a model that stores a size to crop from (fer-train --crop), found one that sees the whole "
        "picture, {}: none, flip, shifts and shifts+flip work with it",
        views_name(views), network.input.to_string()));
  }
  if (views.mean == ViewMean::kLogits && ends_in_sigmoids(network)) {
    throw Error(
        "view mean logits: expected a network that gives logits or ends in a softmax, found one that ends in "
        "sigmoids: take the mean of probabilities");
  }
  return views;
}

std::optional<PreparedModel> dense_model(const Network& network, const ParameterLayout& layout,
                                         std::span<const float> weights, const Preprocessing& preprocessing,
                                         std::span<const Int8Layer> int8, const Views& views) {
  if (!views.dense) return std::nullopt;
  const Shape picture = picture_shape(network, preprocessing);
  Preprocessing whole = preprocessing;
  whole.resize = {};
  try {
    return PreparedModel(with_input_size(network, {picture[0], picture[1]}), layout, weights, whole, int8);
  } catch (const Error& e) {
    throw Error(fmt::format("views {}: {}", views_name(views), e.what()));
  }
}

}  // namespace

ViewedModel::ViewedModel(const Network& network, const ParameterLayout& layout, std::span<const float> weights,
                         const Preprocessing& preprocessing, std::span<const Int8Layer> int8, const Views& views,
                         Outputs outputs, double temperature)
    : views_(checked(views, network, preprocessing)),
      temperature_(outputs == Outputs::kRaw ? 1 : temperature),
      list_(views_of(views)),
      crop_(network, layout, weights, preprocessing, int8, outputs),
      dense_(dense_model(network, layout, weights, preprocessing, int8, views)) {
  FER_ASSERT(list_.size() == 1 || outputs == Outputs::kProbabilities);
}

size_t ViewedModel::Workspace::bytes() const {
  const auto bytes_of = [](const PreparedModel::Workspace& w) {
    return w.layers.bytes() + w.inputs.values().size_bytes();
  };
  return bytes_of(crop) + (dense ? bytes_of(*dense) : 0) + shown.size() + answers.size() * sizeof(float);
}

ViewedModel::Workspace ViewedModel::make_workspace(int64_t max_batch) const {
  Workspace workspace{.crop = crop_.make_workspace(max_batch),
                      .dense = dense_ ? std::optional(dense_->make_workspace(max_batch)) : std::nullopt,
                      .shown = {},
                      .answers = {}};
  const bool changes = std::any_of(list_.begin(), list_.end(), [](const View& v) { return v.changes_picture(); });
  if (changes) workspace.shown.resize(static_cast<size_t>(max_batch * picture().elements()));
  if (list_.size() > 1) workspace.answers.resize(static_cast<size_t>(max_batch * classes()));
  return workspace;
}

void ViewedModel::ask_view(Workspace& workspace, const View& view, std::span<const uint8_t> pixels,
                           std::span<float> out) const {
  if (view.changes_picture()) {
    const auto size = static_cast<size_t>(picture().elements());
    const std::span<uint8_t> shown = std::span(workspace.shown).first(pixels.size());
    parallel_ranges(static_cast<int64_t>(pixels.size() / size), 8, [&](int64_t begin, int64_t end) {
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
        show(view, picture(), pixels.subspan(i * size, size), shown.subspan(i * size, size));
      }
    });
    pixels = shown;
  }
  if (view.part == Part::kDense) return dense_->ask(*workspace.dense, pixels, out);
  if (view.part == Part::kCentre) return crop_.ask(workspace.crop, pixels, out);
  crop_.ask(workspace.crop, pixels, crop_of(view.part, picture(), crop_.input()), out);
}

void ViewedModel::ask_views(Workspace& workspace, std::span<const uint8_t> pixels, std::span<float> out) const {
  ask_view(workspace, list_[0], pixels, out);
  if (list_.size() == 1) return;
  const bool logits = views_.mean == ViewMean::kLogits;
  if (logits) to_logarithms(out);
  const std::span<float> answers = std::span(workspace.answers).first(out.size());
  for (const View& view : std::span(list_).subspan(1)) {
    ask_view(workspace, view, pixels, answers);
    if (logits) to_logarithms(answers);
    kernels::add(out, answers, out);
  }
  kernels::scale_values(1.0f / static_cast<float>(list_.size()), out);
  if (logits) kernels::activation_forward(Activation::kSoftmax, 0, classes(), out, out);
}

void ViewedModel::apply_temperature(std::span<float> out) const {
  if (temperature_ == 1) return;
  to_logarithms(out);
  soften(temperature_, classes(), out);
}

void ViewedModel::ask(Workspace& workspace, std::span<const uint8_t> pixels, std::span<float> out) const {
  ask_views(workspace, pixels, out);
  apply_temperature(out);
}

void ViewedModel::ask(Workspace& workspace, std::span<const float> inputs, std::span<float> out) const {
  crop_.ask(workspace.crop, inputs, out);
  apply_temperature(out);
}

void ViewedModel::ask(Workspace& workspace, int64_t n, std::span<float> out) const {
  crop_.ask(workspace.crop, n, out);
  apply_temperature(out);
}

}  // namespace fer::evaluation
