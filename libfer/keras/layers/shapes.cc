// Layers that change the shape: pools, padding, flattening.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "fer/error.h"
#include "keras/layers/builder.h"
#include "network/infer_layer.h"
#include "network/json_text.h"
#include "network/limits.h"

namespace fer::keras_file {
namespace {

using nlohmann::json;

template <class Pool>
Value pool(Builder& builder, Site& site) {
  site.picture();
  Pool pool;
  pool.pool = site.settings.pair({"pool_size"}, Pair{2, 2});
  pool.strides = site.settings.pair({"strides"}, pool.pool);
  if (pool.strides == pool.pool) pool.strides = {0, 0};
  const std::string padding = site.settings.text({"padding", "border_mode"}, "valid");
  if (padding != "valid" && padding != "same") {
    throw Error(site.settings.name({"padding", "border_mode"}) + ": expected valid or same, found " + shown(padding));
  }
  if (padding == "same") pool.padding = Padding::same();
  return builder.add(site, pool);
}

template <class Pool>
Value global_pool(Builder& builder, Site& site) {
  site.picture();
  return builder.add(site, Pool{.keepdims = site.settings.flag({"keepdims"}, false)});
}

// One number, [rows, columns], [[top, bottom], [left, right]] or Keras 1's [top, bottom, left, right].
std::array<int64_t, 4> cells_around(const Settings& settings, const char* name, int64_t usual) {
  const json* padding = settings.find({name});
  if (padding == nullptr) return {usual, usual, usual, usual};
  const json list = padding->is_array() ? *padding : json::array({*padding, *padding});
  std::vector<int64_t> cells;
  for (const json& side : list.size() == 2 || list.size() == 4 ? list : json::array()) {
    const json pair = side.is_array() ? side : json::array({side, side});
    for (size_t i = 0; i < (list.size() == 2 && pair.size() == 2 ? 2u : 1u); ++i) {
      const bool good = i < pair.size() && pair[i].is_number_integer() && pair[i] >= 0 && pair[i] <= kMaxExtent;
      if (good) cells.push_back(pair[i].get<int64_t>());
    }
  }
  if (cells.size() != 4) throw Error(fmt::format("{}: expected cells on four sides, found {}", name, shown(*padding)));
  return {cells[0], cells[1], cells[2], cells[3]};
}

Value zero_pad(Builder& builder, Site& site) {
  Value x = site.picture();
  const std::array<int64_t, 4> cells = cells_around(site.settings, "padding", 1);
  const bool even = cells[0] == cells[1] && cells[0] == cells[2] && cells[0] == cells[3];
  if (even) return builder.add(site, ZeroPad2D{cells[0]});
  if (x.is_padded()) {
    throw Error(
        fmt::format("expected a convolution after padding that differs between sides, found more padding after [{}]",
                    fmt::join(x.padding, ", ")));
  }
  x.padding = cells;
  return x;
}

Value crop(Builder& builder, Site& site) {
  site.picture();
  const std::array<int64_t, 4> cells = cells_around(site.settings, "cropping", 0);
  if (cells == std::array<int64_t, 4>{}) return site.input();
  return builder.add(site, Crop2D{.rows = {cells[0], cells[1]}, .columns = {cells[2], cells[3]}});
}

// Whether the channels lie first in what a flattened picture is made of.
bool flattens_channels_first(const Builder& builder, const Site& site) {
  return builder.dialect().channels_first && site.settings.text({"data_format"}, "") != "channels_first";
}

Value flatten_picture(Builder& builder, Site& site, const Value& x, bool channels_first) {
  Value y = builder.add_after(site, x, Flatten{}, "");
  // (With one channel, or one cell, both orders are the same.)
  if (channels_first && x.shape[2] > 1 && x.shape[0] * x.shape[1] > 1) y.flattened = x.shape;
  return y;
}

// A layer with data_format channels_first in a model of channels last: Keras takes rows for channels and puts them
// last, [h, w, c] to [w, c, h].
Value flatten_rows_last(Builder& builder, Site& site, const Value& x) {
  Value y = builder.add_after(site, x, Flatten{}, "");
  const int64_t rest = x.shape[1] * x.shape[2];
  if (x.shape[0] > 1 && rest > 1) y.flattened = {x.shape[0], 1, rest};
  return y;
}

Value flatten(Builder& builder, Site& site) {
  Value x = site.input();
  // (With two axes, too, Keras puts the first last.)
  const bool says_first = site.settings.text({"data_format"}, "") == "channels_first";
  const bool two_axes = x.undecided && x.shape.rank() == 2;
  if (two_axes) x = builder.decide(x, {x.shape[0], x.shape[1], 1});
  if (x.undecided || !x.is_picture()) return x;
  if (says_first && (two_axes || !builder.dialect().channels_first)) return flatten_rows_last(builder, site, x);
  return flatten_picture(builder, site, x, flattens_channels_first(builder, site));
}

// The extents asked for, -1 worked out.
std::vector<int64_t> target_shape(const Site& site, int64_t elements) {
  std::vector<int64_t> dims = site.settings.integers({"target_shape", "dims"});
  int64_t known = 1;
  int64_t* open = nullptr;
  for (int64_t& dim : dims) {
    if (dim == -1 && open == nullptr) {
      open = &dim;
    } else {
      known = dim < 1 ? -1 : product_within({known, dim}, kMaxActivations);
    }
    if (known < 0)
      throw Error(fmt::format("target_shape: expected extents of 1 or more, found [{}]", fmt::join(dims, ", ")));
  }
  if (open != nullptr) *open = elements / known;
  if ((open != nullptr ? known * *open : known) != elements) {
    throw Error(fmt::format("target_shape: expected {} values, found {}", elements, Shape(dims).to_string()));
  }
  return dims;
}

Value reshape(Builder& builder, Site& site) {
  const Value& x = site.input();
  const bool first = builder.dialect().channels_first;
  const Shape target(target_shape(site, x.shape.elements()));
  if (x.undecided && target == x.shape) return x;
  if (x.undecided && target.rank() == 3) {
    return builder.decide(x, first ? Shape{target[1], target[2], target[0]} : target);
  }
  if (x.undecided) throw Error("expected a reshape of the input to a picture, found " + target.to_string());
  if (x.is_sequence && target == Shape{x.shape[0], x.shape[2]}) return x;
  const Shape in_file = first && x.is_picture() ? Shape{x.shape[2], x.shape[0], x.shape[1]} : x.shape;
  if (target == in_file) return x;
  if (target.rank() == 1) return x.is_picture() ? flatten_picture(builder, site, x, first) : x;
  const bool is_cell = first && target.rank() == 3 && target[1] == 1 && target[2] == 1 && x.flattened.rank() == 0;
  if (is_cell) return builder.add(site, Reshape{{1, 1, target[0]}});
  if (target.rank() == 3 && !first) return builder.add(site, Reshape{target});
  // [rows, channels] as a picture of one column: what Keras has for it, dense layers, norms and functions, acts alike.
  if (target.rank() == 2 && !first && x.flattened.rank() == 0) {
    Value y = builder.add(site, Reshape{{target[0], 1, target[1]}});
    y.is_sequence = true;
    return y;
  }
  throw Error(fmt::format("expected one to a picture of channels last, or to one axis, found {} to {}",
                          x.shape.to_string(), target.to_string()));
}

// Where each cell becomes as many as any other, as in every UpSampling2D.
Value repeated(Builder& builder, Site& site, const Pair& size) {
  const Shape& x = site.input().shape;
  if (size[0] < 1 || size[1] < 1 || size[0] % x[0] != 0 || size[1] % x[1] != 0) {
    throw Error(
        fmt::format("expected the nearest cells of a size that is a multiple of the input's, found {} to [{}, {}]",
                    x.to_string(), size[0], size[1]));
  }
  const UpSample2D layer{.size = {size[0] / x[0], size[1] / x[1]}};
  return layer.size == Pair{1, 1} ? site.input() : builder.add(site, layer);
}

Value resizing(Builder& builder, Site& site) {
  const Value& x = site.picture();
  Resize resize;
  if (site.layer.class_name == "Resizing") {
    resize.size = {site.settings.integer({"height"}), site.settings.integer({"width"})};
  } else {
    const Pair factor = site.settings.pair({"size"}, Pair{2, 2});
    for (int i = 0; i < 2; ++i) {
      const int64_t size = product_within({factor[i], x.shape[i]}, kMaxExtent);
      if (size < 1) {
        throw Error(fmt::format("size: expected factors that make 1 to {} cells of {}, found {}", kMaxExtent,
                                x.shape[i], factor[i]));
      }
      resize.size[i] = size;
    }
  }
  const std::string method =
      site.settings.text({"interpolation"}, site.layer.class_name == "Resizing" ? "bilinear" : "nearest");
  if (method != "bilinear" && method != "nearest") {
    throw Error("interpolation: expected nearest or bilinear, found " + shown(method));
  }
  for (const char* name : {"crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"}) {
    if (site.settings.flag({name}, false)) throw Error(std::string(name) + ": expected false, found true");
  }
  return method == "bilinear" ? builder.add(site, resize) : repeated(builder, site, resize.size);
}

constexpr std::array kShapeLayers = {"MaxPooling2D",     "MaxPool2D",
                                     "AveragePooling2D", "AvgPool2D",
                                     "GlobalMaxPool2D",  "GlobalMaxPooling2D",
                                     "GlobalAvgPool2D",  "GlobalAveragePooling2D",
                                     "ZeroPadding2D",    "Flatten",
                                     "Reshape",          "Resizing",
                                     "UpSampling2D",     "Cropping2D"};

}  // namespace

bool is_shape_layer(const std::string& class_name) {
  return std::find(kShapeLayers.begin(), kShapeLayers.end(), class_name) != kShapeLayers.end();
}

bool convert_shapes(Builder& builder, Site& site, Value& value) {
  const std::string& type = site.layer.class_name;
  const bool of_pictures = type != "Flatten" && type != "Reshape";
  if (of_pictures && is_shape_layer(type) && site.input().is_sequence) {
    throw Error("expected an input [height, width, channels], found [rows, channels]");
  }
  if (type == "MaxPooling2D" || type == "MaxPool2D") {
    value = pool<MaxPool2D>(builder, site);
  } else if (type == "AveragePooling2D" || type == "AvgPool2D") {
    value = pool<AveragePool2D>(builder, site);
  } else if (type == "GlobalAveragePooling2D" || type == "GlobalAvgPool2D") {
    value = global_pool<GlobalAveragePool2D>(builder, site);
  } else if (type == "GlobalMaxPooling2D" || type == "GlobalMaxPool2D") {
    value = global_pool<GlobalMaxPool2D>(builder, site);
  } else if (type == "ZeroPadding2D") {
    value = zero_pad(builder, site);
  } else if (type == "Cropping2D") {
    value = crop(builder, site);
  } else if (type == "Flatten") {
    value = flatten(builder, site);
  } else if (type == "Reshape") {
    value = reshape(builder, site);
  } else if (type == "Resizing" || type == "UpSampling2D") {
    value = resizing(builder, site);
  } else {
    return false;
  }
  return true;
}

}  // namespace fer::keras_file
