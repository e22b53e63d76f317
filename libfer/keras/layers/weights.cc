// Layers with weights: dense layers and norms, and which function reads which class.
#include "keras/layers/weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fer/error.h"
#include "network/json_text.h"

namespace fer::keras_file {

void note_training_only(Builder& builder, const Site& site) {
  for (const char* name : {"activity_regularizer", "kernel_constraint", "bias_constraint", "W_constraint",
                           "b_constraint", "gamma_constraint", "beta_constraint", "gamma_regularizer",
                           "beta_regularizer", "depthwise_constraint", "pointwise_constraint", "alpha_constraint"}) {
    if (site.settings.has(name)) builder.note(site, std::string(name) + " left out: it acts in training alone");
  }
  for (const char* name : {"kernel_regularizer", "W_regularizer", "bias_regularizer", "b_regularizer",
                           "depthwise_regularizer", "pointwise_regularizer", "alpha_regularizer"}) {
    if (site.settings.has_other_regularizer({name})) {
      builder.note(site, std::string(name) + " left out: it is neither l1 nor l2");
    }
  }
}

void add_bias(Builder& builder, Site& site, const Value& value, int64_t count) {
  builder.weight(site, value, {.name = "bias", .parameter = "bias", .stored = {count}, .transform = as_it_is});
}

namespace {

// On a picture, Keras's dense layer is a convolution of 1x1.
Value dense_on_picture(Builder& builder, Site& site, const Dense& dense) {
  if (builder.dialect().channels_first) {
    throw Error("expected a flat input with channels first, found a picture of " + site.input().shape.to_string());
  }
  const Value& x = site.input();
  const Conv2D conv = {.filters = dense.units,
                       .kernel = {1, 1},
                       .bias = dense.bias,
                       .activation = dense.activation,
                       .alpha = dense.alpha,
                       .kernel_init = dense.kernel_init,
                       .bias_init = dense.bias_init,
                       .kernel_regularizer = dense.kernel_regularizer,
                       .bias_regularizer = dense.bias_regularizer};
  Value y = builder.add(site, conv);
  builder.weight(site, y,
                 {.name = "kernel", .parameter = "kernel", .stored = {x.shape[2], dense.units}, .transform = as_it_is});
  return y;
}

Value dense(Builder& builder, Site& site) {
  const Value& x = site.input();
  Dense dense = {.units = site.settings.integer({"units", "output_dim"})};
  read_common(builder, site, dense);
  if (x.undecided) throw Error("expected a picture before it, found an input of shape " + x.shape.to_string());
  Value y;
  if (x.is_picture()) {
    y = dense_on_picture(builder, site, dense);
  } else {
    y = builder.add(site, dense);
    y.flattened = {};
    builder.weight(site, y,
                   {.name = "kernel",
                    .parameter = "kernel",
                    .stored = {x.shape[0], dense.units},
                    .transform = x.flattened.rank() ? channels_last_rows(x.flattened, dense.units) : as_it_is});
  }
  if (dense.bias) add_bias(builder, site, y, dense.units);
  return y;
}

Value batch_norm(Builder& builder, Site& site) {
  const Value& x = site.input();
  if (x.undecided) throw Error("expected a picture before it, found an input of shape " + x.shape.to_string());
  check_axis(builder, site);
  if (const int64_t mode = site.settings.integer({"mode"}, 0); mode != 0) {
    throw Error(fmt::format("mode: expected 0, found {}", mode));
  }
  if (site.settings.flag({"renorm"}, false)) throw Error("renorm: expected none, found it");
  const BatchNorm norm = {.epsilon = static_cast<float>(site.settings.number({"epsilon"}, 1e-3)),
                          .momentum = static_cast<float>(site.settings.number({"momentum"}, 0.99))};
  Value y = builder.add(site, norm);
  const int64_t channels = x.shape[x.shape.rank() - 1];
  const Transform transform = x.flattened.rank() ? channels_last_rows(x.flattened, 1) : as_it_is;
  const auto add = [&](const char* name) {
    builder.weight(site, y, {.name = name, .parameter = name, .stored = {channels}, .transform = transform});
  };
  if (site.settings.flag({"scale"}, true)) add("gamma");
  if (site.settings.flag({"center"}, true)) add("beta");
  add("moving_mean");
  add("moving_variance");
  note_training_only(builder, site);
  return y;
}

// shared_axes: none, or rows and columns both. Keras's alpha has 1 for an axis that is shared.
Value prelu(Builder& builder, Site& site) {
  const Value& x = site.input();
  if (x.undecided) throw Error("expected a picture before it, found an input of shape " + x.shape.to_string());
  if (x.is_sequence) throw Error("expected a picture or a flat input, found [rows, channels]");
  const bool picture = x.is_picture();
  using Axes = std::vector<int64_t>;
  const Axes axes = site.settings.has("shared_axes") ? site.settings.integers({"shared_axes"}) : Axes();
  const bool first = builder.dialect().channels_first && picture;
  const bool shared = picture && axes == (first ? Axes{2, 3} : Axes{1, 2});
  if (!axes.empty() && !shared) {
    throw Error("shared_axes: expected none, or those of rows and columns, found " +
                shown(*site.settings.find({"shared_axes"})));
  }
  PRelu layer = {.shared = shared || !picture};
  layer.alpha_init = site.settings.initializer({"alpha_initializer", "init"}, Initializer::Kind::kZeros);
  layer.alpha_regularizer = site.settings.regularizer({"alpha_regularizer"});
  Value y = builder.add(site, layer);
  Role role = {.name = "alpha", .parameter = "alpha", .stored = x.shape.dims(), .transform = as_it_is};
  if (shared) role.stored = {1, 1, x.shape[2]};
  if (first) {
    role.stored = {x.shape[2], shared ? 1 : x.shape[0], shared ? 1 : x.shape[1]};
    if (!shared) role.transform = channels_last_rows(x.shape, 1);
  } else if (x.flattened.rank() > 0) {
    role.transform = channels_last_rows(x.flattened, 1);
  }
  builder.weight(site, y, std::move(role));
  note_training_only(builder, site);
  return y;
}

constexpr std::array kWeightedLayers = {"Conv2D",
                                        "AtrousConvolution2D",
                                        "Convolution2D",
                                        "DepthwiseConv2D",
                                        "SeparableConv2D",
                                        "SeparableConvolution2D",
                                        "Dense",
                                        "BatchNormalization",
                                        "BatchNormalizationV1",
                                        "BatchNormalizationV2",
                                        "PReLU"};

}  // namespace

bool is_weighted_layer(const std::string& class_name) {
  return std::find(kWeightedLayers.begin(), kWeightedLayers.end(), class_name) != kWeightedLayers.end();
}

bool convert_weights(Builder& builder, Site& site, Value& value) {
  const std::string& type = site.layer.class_name;
  if (type == "Conv2D" || type == "Convolution2D" || type == "AtrousConvolution2D") {
    value = conv2d(builder, site);
  } else if (type == "DepthwiseConv2D") {
    value = depthwise_conv2d(builder, site);
  } else if (type == "SeparableConv2D" || type == "SeparableConvolution2D") {
    value = separable_conv2d(builder, site);
  } else if (type == "Dense") {
    value = dense(builder, site);
  } else if (type == "BatchNormalization" || type == "BatchNormalizationV1" || type == "BatchNormalizationV2") {
    value = batch_norm(builder, site);
  } else if (type == "PReLU") {
    value = prelu(builder, site);
  } else {
    return false;
  }
  return true;
}

}  // namespace fer::keras_file
