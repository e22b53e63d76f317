// The three kinds of convolutions.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "fer/error.h"
#include "keras/layers/weights.h"
#include "network/geometry.h"
#include "network/json_text.h"
#include "network/limits.h"

namespace fer::keras_file {
namespace {

Padding padding_of(const Settings& settings) {
  const std::string padding = settings.text({"padding", "border_mode"}, "valid");
  if (padding == "valid") return Padding::valid();
  if (padding == "same") return Padding::same();
  throw Error(settings.name({"padding", "border_mode"}) + ": expected valid or same, found " + shown(padding));
}

// Zeros before a convolution without padding, as MobileNet has them, where they are those of "same". (Of a dilated
// kernel `kernel` is what it spans.)
void take_padding(Site& site, const Pair& kernel, const Pair& strides, Padding& padding) {
  Value& x = site.inputs[0];
  if (!x.is_padded()) return;
  const auto [top, bottom, left, right] = x.padding;
  const Window same = window(x.shape, kernel, strides, Padding::same());
  const Window valid =
      window({x.shape[0] + top + bottom, x.shape[1] + left + right, x.shape[2]}, kernel, strides, Padding::valid());
  const bool fits = padding == Padding::valid() && same.pad_top == top && same.pad_left == left &&
                    same.out_h == valid.out_h && same.out_w == valid.out_w;
  if (!fits) {
    throw Error(
        fmt::format("expected the same zeros on all four sides before it, or those of padding 'same', found [{}]",
                    fmt::join(x.padding, ", ")));
  }
  x.padding = {};
  padding = Padding::same();
}

// As Keras, which has no strides beside a dilation.
Pair dilation_of(const Settings& settings, const Pair& strides) {
  const Pair dilation = settings.pair({"dilation_rate", "atrous_rate"}, Pair{1, 1});
  const std::string name = settings.name({"dilation_rate", "atrous_rate"});
  for (const int64_t extent : dilation) {
    if (extent < 1 || extent > kMaxExtent)
      throw Error(fmt::format("{}: expected 1 to {}, found {}", name, kMaxExtent, extent));
  }
  if (dilation != Pair{1, 1} && strides != Pair{1, 1}) {
    throw Error(fmt::format("{}: expected 1 beside strides [{}, {}], found {}", name, strides[0], strides[1],
                            shown(*settings.find({"dilation_rate", "atrous_rate"}))));
  }
  return dilation;
}

// What the three kinds of convolutions have in common. Returns the dilation.
template <class L>
Pair read_convolution(Site& site, L& l) {
  site.picture();
  if (site.settings.has("nb_row")) {
    l.kernel = {site.settings.integer({"nb_row"}), site.settings.integer({"nb_col"})};
  } else {
    l.kernel = site.settings.pair({"kernel_size"});
  }
  l.strides = site.settings.pair({"strides", "subsample"}, Pair{1, 1});
  l.padding = padding_of(site.settings);
  for (int i = 0; i < 2; ++i) {
    for (const int64_t extent : {l.kernel[i], l.strides[i]}) {
      if (extent < 1 || extent > kMaxExtent)
        throw Error(fmt::format("kernel_size, strides: expected 1 to {}, found {}", kMaxExtent, extent));
    }
  }
  const Pair dilation = dilation_of(site.settings, l.strides);
  take_padding(site, dilated(l.kernel, dilation), l.strides, l.padding);
  return dilation;
}

// Of the kinds that have a group for each channel anyway.
void expect_no_groups(const Settings& settings) {
  if (const int64_t groups = settings.integer({"groups"}, 1); groups != 1) {
    throw Error(fmt::format("groups: expected 1, found {}", groups));
  }
}

// A depthwise convolution with a dilation is one in groups: its kernel [kh, kw, channels, multiplier] lies as [kh, kw,
// 1, channels * multiplier].
template <class L>
Conv2D as_groups(const Site& site, const L& l, const Pair& dilation) {
  const int64_t channels = site.input().shape[2];
  if (l.depth_multiplier < 1 || l.depth_multiplier > kMaxExtent / channels)
    throw Error(
        fmt::format("depth_multiplier: expected at most {} channels in all, found {}", kMaxExtent, l.depth_multiplier));
  return {.filters = channels * l.depth_multiplier,
          .kernel = l.kernel,
          .padding = l.padding,
          .dilation = dilation,
          .groups = channels,
          .bias = l.bias,
          .activation = l.activation,
          .alpha = l.alpha,
          .bias_init = l.bias_init,
          .bias_regularizer = l.bias_regularizer};
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

void refuse_keras_1_order(const Builder& builder) {
  if (builder.dialect().keras_1 && builder.dialect().channels_first) {
    throw Error("expected channels last in a model of Keras 1, found them first (dim_ordering: th)");
  }
}

// A separable convolution with a dilation is one in groups, then one of 1x1.
Value dilated_separable(Builder& builder, Site& site, const SeparableConv2D& l, const Pair& dilation) {
  const int64_t channels = site.input().shape[2];
  Conv2D depthwise = as_groups(site, l, dilation);
  depthwise.bias = false;
  depthwise.activation = Activation::kLinear;
  depthwise.alpha = 0;
  depthwise.kernel_init = l.depthwise_init;
  depthwise.kernel_regularizer = l.depthwise_regularizer;
  const Value between = builder.add(site, depthwise, "/depthwise");
  Role role = kernel_role(builder, "depthwise_kernel", {l.kernel[0], l.kernel[1], channels, l.depth_multiplier}, false);
  role.parameter = "kernel";
  builder.weight(site, between, std::move(role));
  const Conv2D pointwise{.filters = l.filters,
                         .kernel = {1, 1},
                         .bias = l.bias,
                         .activation = l.activation,
                         .alpha = l.alpha,
                         .kernel_init = l.pointwise_init,
                         .bias_init = l.bias_init,
                         .kernel_regularizer = l.pointwise_regularizer,
                         .bias_regularizer = l.bias_regularizer};
  Value y = builder.add_after(site, between, pointwise, "");
  builder.weight(site, y,
                 {.name = "pointwise_kernel",
                  .parameter = "kernel",
                  .stored = {1, 1, between.shape[2], l.filters},
                  .transform = as_it_is});
  if (l.bias) add_bias(builder, site, y, l.filters);
  return y;
}

}  // namespace

Value conv2d(Builder& builder, Site& site) {
  const bool keras_1 = builder.dialect().keras_1 || site.settings.has("nb_filter");
  Conv2D conv = {.filters = site.settings.integer({"filters", "nb_filter"})};
  conv.dilation = read_convolution(site, conv);
  conv.groups = site.settings.integer({"groups"}, 1);
  read_common(builder, site, conv);
  Value y = builder.add(site, conv);
  const int64_t channels = site.input().shape[2] / conv.groups;
  builder.weight(site, y,
                 kernel_role(builder, "kernel", {conv.kernel[0], conv.kernel[1], channels, conv.filters},
                             keras_1 && builder.dialect().channels_first));
  if (conv.bias) add_bias(builder, site, y, conv.filters);
  return y;
}

Value depthwise_conv2d(Builder& builder, Site& site) {
  refuse_keras_1_order(builder);
  DepthwiseConv2D conv = {.depth_multiplier = site.settings.integer({"depth_multiplier"}, 1)};
  const Pair dilation = read_convolution(site, conv);
  expect_no_groups(site.settings);
  read_common(builder, site, conv);
  conv.kernel_init = site.settings.initializer({"depthwise_initializer"}, Initializer::Kind::kGlorotUniform);
  conv.kernel_regularizer = site.settings.regularizer({"depthwise_regularizer"});
  LayerKind kind = conv;
  if (dilation != Pair{1, 1}) {
    Conv2D groups = as_groups(site, conv, dilation);
    groups.kernel_init = conv.kernel_init;
    groups.kernel_regularizer = conv.kernel_regularizer;
    kind = groups;
  }
  Value y = builder.add(site, std::move(kind));
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
  const Pair dilation = read_convolution(site, conv);
  expect_no_groups(site.settings);
  read_function(builder, site, conv);
  conv.depthwise_init = site.settings.initializer({"depthwise_initializer", "init"}, Initializer::Kind::kGlorotUniform);
  conv.pointwise_init = site.settings.initializer({"pointwise_initializer", "init"}, Initializer::Kind::kGlorotUniform);
  conv.depthwise_regularizer = site.settings.regularizer({"depthwise_regularizer"});
  conv.pointwise_regularizer = site.settings.regularizer({"pointwise_regularizer"});
  if (dilation != Pair{1, 1}) return dilated_separable(builder, site, conv, dilation);
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

}  // namespace fer::keras_file
