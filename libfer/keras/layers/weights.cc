// Layers with weights.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fer/error.h"
#include "keras/layers/builder.h"
#include "network/geometry.h"
#include "network/json_text.h"
#include "network/limits.h"

namespace fer::keras_file {
namespace {

void expect_ones(const Site& site, const char* name) {
  if (site.settings.pair({name}, Pair{1, 1}) != Pair{1, 1}) {
    throw Error(fmt::format("{}: expected 1, found {}", name, shown(*site.settings.find({name}))));
  }
}

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

// Adds bias and activation.
template <class L>
void read_function(Builder& builder, const Site& site, L& l) {
  const Function function = site.settings.function({"activation"});
  builder.check(function);
  l.activation = function.activation;
  l.alpha = function.alpha;
  l.bias = site.settings.flag({"use_bias", "bias"}, true);
  l.bias_init = site.settings.initializer({"bias_initializer"}, Initializer::Kind::kZeros);
  l.bias_regularizer = site.settings.regularizer({"bias_regularizer", "b_regularizer"});
  note_training_only(builder, site);
}

// Adds the same, and one kernel.
template <class L>
void read_common(Builder& builder, const Site& site, L& l) {
  read_function(builder, site, l);
  l.kernel_init = site.settings.initializer({"kernel_initializer", "init"}, Initializer::Kind::kGlorotUniform);
  l.kernel_regularizer = site.settings.regularizer({"kernel_regularizer", "W_regularizer"});
}

void add_bias(Builder& builder, Site& site, const Value& value, int64_t count) {
  builder.weight(site, value, {.name = "bias", .parameter = "bias", .stored = {count}, .transform = as_it_is});
}

Padding padding_of(const Settings& settings) {
  const std::string padding = settings.text({"padding", "border_mode"}, "valid");
  if (padding == "valid") return Padding::valid();
  if (padding == "same") return Padding::same();
  throw Error(settings.name({"padding", "border_mode"}) + ": expected valid or same, found " + shown(padding));
}

// Zeros before a convolution without padding, as MobileNet has them, where they are those of "same".
void take_padding(Site& site, const Pair& kernel, const Pair& strides, Padding& padding) {
  Value& x = site.inputs[0];
  if (!x.is_padded()) return;
  const auto [top, bottom, left, right] = x.padding;
  const Window same = window(x.shape, kernel, strides, Padding::same());
  const Window valid =
      window({x.shape[0] + top + bottom, x.shape[1] + left + right, x.shape[2]}, kernel, strides, Padding::valid());
  const bool fits = padding == Padding::valid() && same.pad_top == top && same.pad_left == left &&
                    same.out_h == valid.out_h && same.out_w == valid.out_w;
  if (!fits)
    throw Error("expected the same zeros on all four sides before it, or those of padding 'same', found others");
  x.padding = {};
  padding = Padding::same();
}

// What the three kinds of convolutions have in common.
template <class L>
void read_convolution(Site& site, L& l) {
  site.picture();
  if (site.settings.has("nb_row")) {
    l.kernel = {site.settings.integer({"nb_row"}), site.settings.integer({"nb_col"})};
  } else {
    l.kernel = site.settings.pair({"kernel_size"});
  }
  l.strides = site.settings.pair({"strides", "subsample"}, Pair{1, 1});
  l.padding = padding_of(site.settings);
  expect_ones(site, "dilation_rate");
  if (site.settings.integer({"groups"}, 1) != 1) throw Error("groups: expected 1, found more");
  for (int i = 0; i < 2; ++i) {
    for (const int64_t extent : {l.kernel[i], l.strides[i]}) {
      if (extent < 1 || extent > kMaxExtent)
        throw Error(fmt::format("kernel_size, strides: expected 1 to {}", kMaxExtent));
    }
  }
  take_padding(site, l.kernel, l.strides, l.padding);
}

// A kernel [kh, kw, ...], of Keras 1 with channels first [co, ci, kh, kw].
Role kernel_role(const Builder& builder, const char* name, const std::vector<int64_t>& shape, bool outputs_first) {
  Role role = {.name = name, .parameter = name, .stored = shape, .transform = as_it_is};
  if (outputs_first) {
    role.stored = {shape[3], shape[2], shape[0], shape[1]};
    role.transform = filters_last(role.stored);
  }
  if (builder.dialect().turned_kernels) {
    role.transform = [order = role.transform, turn = turned(shape)](std::span<const float> from, std::span<float> to) {
      std::vector<float> ordered(from.size());
      order(from, ordered);
      turn(ordered, to);
    };
  }
  return role;
}

Value conv2d(Builder& builder, Site& site) {
  const bool keras_1 = builder.dialect().keras_1 || site.settings.has("nb_filter");
  Conv2D conv = {.filters = site.settings.integer({"filters", "nb_filter"})};
  read_convolution(site, conv);
  read_common(builder, site, conv);
  Value y = builder.add(site, conv);
  builder.weight(site, y,
                 kernel_role(builder, "kernel", {conv.kernel[0], conv.kernel[1], site.input().shape[2], conv.filters},
                             keras_1 && builder.dialect().channels_first));
  if (conv.bias) add_bias(builder, site, y, conv.filters);
  return y;
}

void refuse_keras_1_order(const Builder& builder) {
  if (builder.dialect().keras_1 && builder.dialect().channels_first) {
    throw Error("expected channels last in Keras 1, found them first");
  }
}

Value depthwise_conv2d(Builder& builder, Site& site) {
  refuse_keras_1_order(builder);
  DepthwiseConv2D conv = {.depth_multiplier = site.settings.integer({"depth_multiplier"}, 1)};
  read_convolution(site, conv);
  read_common(builder, site, conv);
  conv.kernel_init = site.settings.initializer({"depthwise_initializer"}, Initializer::Kind::kGlorotUniform);
  conv.kernel_regularizer = site.settings.regularizer({"depthwise_regularizer"});
  Value y = builder.add(site, conv);
  Role role = kernel_role(builder, "depthwise_kernel",
                          {conv.kernel[0], conv.kernel[1], site.input().shape[2], conv.depth_multiplier}, false);
  role.parameter = "kernel";
  builder.weight(site, y, std::move(role));
  if (conv.bias) add_bias(builder, site, y, y.shape[2]);
  return y;
}

Value separable_conv2d(Builder& builder, Site& site) {
  refuse_keras_1_order(builder);
  SeparableConv2D conv = {.filters = site.settings.integer({"filters", "nb_filter"}),
                          .depth_multiplier = site.settings.integer({"depth_multiplier"}, 1)};
  read_convolution(site, conv);
  read_function(builder, site, conv);
  conv.depthwise_init = site.settings.initializer({"depthwise_initializer", "init"}, Initializer::Kind::kGlorotUniform);
  conv.pointwise_init = site.settings.initializer({"pointwise_initializer", "init"}, Initializer::Kind::kGlorotUniform);
  conv.depthwise_regularizer = site.settings.regularizer({"depthwise_regularizer"});
  conv.pointwise_regularizer = site.settings.regularizer({"pointwise_regularizer"});
  Value y = builder.add(site, conv);
  const int64_t channels = site.input().shape[2];
  builder.weight(site, y,
                 kernel_role(builder, "depthwise_kernel",
                             {conv.kernel[0], conv.kernel[1], channels, conv.depth_multiplier}, false));
  builder.weight(site, y,
                 {.name = "pointwise_kernel",
                  .parameter = "pointwise_kernel",
                  .stored = {1, 1, channels * conv.depth_multiplier, conv.filters},
                  .transform = as_it_is});
  if (conv.bias) add_bias(builder, site, y, conv.filters);
  return y;
}

// On a picture, Keras's dense layer is a convolution of 1x1.
Value dense_on_picture(Builder& builder, Site& site, const Dense& dense) {
  if (builder.dialect().channels_first) throw Error("expected a flat input with channels first, found a picture");
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
  if (site.settings.integer({"mode"}, 0) != 0) throw Error("mode: expected 0, found another");
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

constexpr std::array kWeightedLayers = {
    "Conv2D", "Convolution2D",      "DepthwiseConv2D",      "SeparableConv2D",      "SeparableConvolution2D",
    "Dense",  "BatchNormalization", "BatchNormalizationV1", "BatchNormalizationV2", "PReLU"};

}  // namespace

bool is_weighted_layer(const std::string& class_name) {
  return std::find(kWeightedLayers.begin(), kWeightedLayers.end(), class_name) != kWeightedLayers.end();
}

bool convert_weights(Builder& builder, Site& site, Value& value) {
  const std::string& type = site.layer.class_name;
  if (type == "Conv2D" || type == "Convolution2D") {
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
