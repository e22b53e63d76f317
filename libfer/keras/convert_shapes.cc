// Layers that change the shape: pools, padding, flattening.
#include <fmt/format.h>

#include "fer/error.h"
#include "keras/builder.h"
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
  if (padding != "valid" && padding != "same") throw Error("padding: expected valid or same, found " + shown(padding));
  if (padding == "same") pool.padding = Padding::same();
  return builder.add(site, pool);
}

Value global_average(Builder& builder, Site& site) {
  const Value& x = site.picture();
  if (!site.settings.flag({"keepdims"}, false)) return builder.add(site, GlobalAveragePool2D{});
  return builder.add(site, AveragePool2D{.pool = {x.shape[0], x.shape[1]}});
}

Value global_max(Builder& builder, Site& site) {
  const Value& x = site.picture();
  const Value y = builder.add(site, MaxPool2D{.pool = {x.shape[0], x.shape[1]}});
  return site.settings.flag({"keepdims"}, false) ? y : builder.add_after(site, y, Flatten{}, "_flat");
}

// One number, [rows, columns] or [[top, bottom], [left, right]].
Value zero_pad(Builder& builder, Site& site) {
  site.picture();
  const json* padding = site.settings.find({"padding"});
  std::vector<int64_t> cells;
  const auto collect = [&](const auto& self, const json& value, int depth) -> void {
    if (value.is_number_integer()) {
      cells.push_back(value >= 0 && value <= kMaxExtent ? value.get<int64_t>() : -1);
    } else if (value.is_array() && depth < 2 && value.size() <= 4) {
      for (const json& one : value) self(self, one, depth + 1);
    } else {
      cells.push_back(-1);
    }
  };
  if (padding == nullptr) {
    cells = {1};
  } else {
    collect(collect, *padding, 0);
  }
  for (const int64_t one : cells) {
    if (one < 0 || one != cells[0]) {
      throw Error("padding: expected as many cells on all four sides, found " + shown(*padding));
    }
  }
  if (cells.empty()) throw Error("padding: expected cells, found none");
  return builder.add(site, ZeroPad2D{cells[0]});
}

// Whether the channels lie first in what a flattened picture is made of.
bool flattens_channels_first(const Builder& builder, const Site& site) {
  return builder.dialect().channels_first && site.settings.text({"data_format"}, "") != "channels_first";
}

Value flatten_picture(Builder& builder, Site& site, const Value& x, bool channels_first) {
  Value y = builder.add_after(site, x, Flatten{}, "");
  // (Of one channel, or of one cell, both orders are the same.)
  if (channels_first && x.shape[2] > 1 && x.shape[0] * x.shape[1] > 1) y.flattened = x.shape;
  return y;
}

Value flatten(Builder& builder, Site& site) {
  Value x = site.input();
  if (x.undecided && x.shape.rank() == 2) x = builder.decide(x, {x.shape[0], x.shape[1], 1});
  if (x.undecided || !x.is_picture()) return x;
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
    if (known < 0) throw Error("target_shape: expected extents of 1 or more, found others");
  }
  if (open != nullptr) *open = elements / known;
  if ((open != nullptr ? known * *open : known) != elements) {
    throw Error(fmt::format("target_shape: expected {} values, found {}", elements, Shape(dims).to_string()));
  }
  return dims;
}

// Only such as restate the shape.
Value reshape(Builder& builder, Site& site) {
  const Value& x = site.input();
  const bool first = builder.dialect().channels_first;
  const Shape target(target_shape(site, x.shape.elements()));
  if (x.undecided && target == x.shape) return x;
  if (x.undecided && target.rank() == 3) {
    return builder.decide(x, first ? Shape{target[1], target[2], target[0]} : target);
  }
  if (!x.undecided) {
    if (target.rank() == 1) return x.is_picture() ? flatten_picture(builder, site, x, first) : x;
    const Shape in_file = first && x.is_picture() ? Shape{x.shape[2], x.shape[0], x.shape[1]} : x.shape;
    if (target == in_file) return x;
  }
  throw Error(fmt::format("expected a reshape of the input to a picture, or to one axis, found {} to {}",
                          x.shape.to_string(), target.to_string()));
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
      if (size < 1) throw Error("size: expected a smaller one of 1 or more");
      resize.size[i] = size;
    }
  }
  const std::string method =
      site.settings.text({"interpolation"}, site.layer.class_name == "Resizing" ? "bilinear" : "nearest");
  if (method != "bilinear") throw Error("interpolation: expected bilinear, found " + shown(method));
  for (const char* name : {"crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"}) {
    if (site.settings.flag({name}, false)) throw Error(std::string(name) + ": expected false, found true");
  }
  return builder.add(site, resize);
}

}  // namespace

bool convert_shapes(Builder& builder, Site& site, Value& value) {
  const std::string& type = site.layer.class_name;
  if (type == "MaxPooling2D" || type == "MaxPool2D") {
    value = pool<MaxPool2D>(builder, site);
  } else if (type == "AveragePooling2D" || type == "AvgPool2D") {
    value = pool<AveragePool2D>(builder, site);
  } else if (type == "GlobalAveragePooling2D" || type == "GlobalAvgPool2D") {
    value = global_average(builder, site);
  } else if (type == "GlobalMaxPooling2D" || type == "GlobalMaxPool2D") {
    value = global_max(builder, site);
  } else if (type == "ZeroPadding2D") {
    value = zero_pad(builder, site);
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
