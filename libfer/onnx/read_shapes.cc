// What moves values about: transposes, flattening, padding, resizing; and what does nothing.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fer/error.h"
#include "network/limits.h"
#include "onnx/operators.h"

namespace fer::onnx_file {
namespace {

using Axes = Value::Axes;
using Dims = std::vector<int64_t>;

// [n, c, h, w] or [n, h, w, c] to [n, k].
Value flattened(Reading& r, const Node& node, const Value& x) {
  Value y = r.add_layer(node, Flatten{}, {x});
  y.rank = 2;
  // One order is the other where either side is 1.
  if (x.axes == Axes::kChannelsFirst && x.shape[2] > 1 && x.shape[0] * x.shape[1] > 1) y.flattened = x.shape;
  return y;
}

Dims without_ones(Dims dims) {
  dims.erase(std::remove(dims.begin(), dims.end(), 1), dims.end());
  return dims;
}

// What a Reshape asks for, without the batch: 0 copies an extent, -1 takes what is left. Throws Error unless it holds
// as many values.
Dims resolved(const Reading& r, const Dims& wanted, const Dims& from) {
  const Error refusal(fmt::format("shape: expected the batch and then {} values, found {}", Shape(from).elements(),
                                  shown_dims(wanted)));
  const int64_t total = Shape(from).elements();
  if (wanted.size() < 2 || wanted.size() > 4) throw refusal;
  if (wanted[0] != 0 && wanted[0] != -1 && wanted[0] != r.fixed_batch()) throw refusal;
  Dims dims(wanted.begin() + 1, wanted.end());
  int64_t product = 1;
  int64_t* open = nullptr;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && i < from.size()) dims[i] = from[i];
    if (dims[i] == -1 && open == nullptr && wanted[0] != -1) {
      open = &dims[i];
    } else if (dims[i] < 1 || __builtin_mul_overflow(product, dims[i], &product)) {
      throw refusal;
    }
  }
  if (open != nullptr && total % product == 0) *open = total / product;
  if (open != nullptr ? total % product != 0 : product != total) throw refusal;
  return dims;
}

// Reading pixels in another form: flat ones as a picture, or with an axis of one channel elsewhere.
void reshape_input(Reading& r, const Node& node, Value x, const Dims& dims) {
  if (x.rank != 2 && without_ones(dims) != without_ones(x.shape.dims())) {
    throw Error("shape: expected the input's extents, found others");
  }
  x.shape = Shape(dims);
  x.rank = dims.size() + 1;
  r.give(node, x);
}

}  // namespace

void read_constant(Reading& r, Node& node) {
  node.expect_inputs(0, 0);
  if (node.proto().attribute_size() != 1) throw Error("expected one attribute");
  const onnx::AttributeProto& attribute = node.proto().attribute(0);
  node.ignore({attribute.name().c_str()});
  if (attribute.name() == "value") {
    r.give_constant(node, &attribute.t());
  } else {
    r.give_constant(node, tensor_of(attribute));
  }
}

void read_same(Reading& r, Node& node) {
  if (r.is_constant(node, 0)) {
    r.give_constant(node, &r.tensor(node, 0));
  } else {
    r.give(node, r.value(node, 0));
  }
}

void read_cast(Reading& r, Node& node) {
  const bool constant = r.is_constant(node, 0);
  const bool real = constant ? r.constant(node, 0).real : true;
  node.expect_integer("to", real ? onnx::TensorProto::FLOAT : onnx::TensorProto::INT64, -1);
  node.ignore({"saturate"});
  read_same(r, node);
}

void read_dropout(Reading& r, Node& node) {
  node.expect_inputs(1, 3);
  node.ignore({"ratio", "seed"});
  r.give(node, r.value(node, 0));
}

void read_transpose(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  Value x = r.value(node, 0);
  const Dims perm = node.integers("perm", {});
  Dims identity(x.rank);
  std::iota(identity.begin(), identity.end(), 0);
  if (perm == identity) {
    r.give(node, x);
    return;
  }
  const bool to_first = perm == Dims{0, 3, 1, 2}, to_last = perm == Dims{0, 2, 3, 1};
  if (x.axes == Axes::kUndecided && to_first && x.rank == 4) x.axes = Axes::kChannelsLast;
  if (x.axes == Axes::kUndecided) x = r.decided(node, 0);
  if (x.is_flat() && x.rank == 4 && to_last) x = r.picture_or_pixel(node, 0);
  if (!(x.axes == Axes::kChannelsLast && to_first) && !(x.axes == Axes::kChannelsFirst && to_last)) {
    throw Error(fmt::format("perm: expected [0, 3, 1, 2] of [n, h, w, c] or [0, 2, 3, 1] of [n, c, h, w], found {}",
                            shown_dims(perm)));
  }
  x.axes = to_first ? Axes::kChannelsFirst : Axes::kChannelsLast;
  r.give(node, x);
}

void read_flatten(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  Value x = r.decided(node, 0);
  const int64_t axis = node.integer("axis", 1);
  if (axis != 1 && axis != 1 - static_cast<int64_t>(x.rank))
    throw Error(fmt::format("axis: expected 1, found {}", axis));
  if (x.is_picture()) x = flattened(r, node, x);
  x.rank = 2;
  r.give(node, x);
}

void read_reshape(Reading& r, Node& node) {
  node.expect_inputs(2, 2);
  node.expect_integer("allowzero", 0, 0);
  Value x = r.value(node, 0);
  const Dims from = file_dims(x), dims = resolved(r, r.ints(node, 1), from);
  if (x.axes == Axes::kUndecided && dims.size() > 1) return reshape_input(r, node, x, dims);
  x = r.decided(node, 0);
  const bool in_order = x.axes == Axes::kChannelsLast || (x.is_flat() && x.flattened.rank() == 0);
  if (x.is_picture() && dims.size() == 1) {
    r.give(node, flattened(r, node, x));
  } else if (x.is_flat() && in_order && dims == Dims{x.shape[0], 1, 1}) {
    x.rank = 4;
    r.give(node, x);
  } else if (in_order && dims.size() == 3 && dims != from) {
    // What follows says whether the channels come last, or is refused.
    Value y = r.add_layer(node, Reshape{Shape(dims)}, {x});
    y.axes = Axes::kChannelsLast;
    y.rank = 4;
    r.give(node, y);
  } else if (dims == from || (x.is_flat() && dims.size() == 1)) {
    x.rank = dims.size() + 1;
    r.give(node, x);
  } else {
    throw Error(fmt::format("shape: expected to flatten, found {} of {}", shown_dims(dims), shown_dims(from)));
  }
}

void read_squeeze(Reading& r, Node& node) {
  node.expect_inputs(1, 2);
  Value x = r.decided(node, 0);
  Dims axes = node.has_input(1) ? r.ints(node, 1) : node.integers("axes", {});
  for (int64_t& axis : axes) axis += axis < 0 ? 4 : 0;
  std::sort(axes.begin(), axes.end());
  const bool pixel = x.is_picture() && x.shape[0] == 1 && x.shape[1] == 1;
  const Dims ones = x.axes == Axes::kChannelsLast ? Dims{1, 2} : Dims{2, 3};
  if ((!x.is_flat() && !pixel) || x.rank != 4 || axes != ones)
    throw Error("expected axes [2, 3] after a global pool, found others");
  if (pixel) x = flattened(r, node, x);
  x.rank = 2;
  r.give(node, x);
}

void read_pad(Reading& r, Node& node) {
  node.expect_inputs(1, 4);
  const Value x = r.picture(node, 0);
  if (node.text("mode", "constant") != "constant") throw Error("mode: expected constant, found another");
  bool zero = node.real("value", 0) == 0;
  if (node.has_input(2)) {
    const Constant value = r.constant(node, 2);
    zero = value.real && value.size() == 1 && value.float_at(0) == 0;
  }
  if (!zero) throw Error("expected to pad with 0, found another value");
  if (node.has_input(3)) throw Error("expected no axes, found some");
  const Dims pads = node.has_input(1) ? r.ints(node, 1) : node.integers("pads", {});
  if (pads.size() != 8 || pads != Dims{0, 0, pads[2], pads[2], 0, 0, pads[2], pads[2]}) {
    throw Error("pads: expected as many cells on all four sides, found " + shown_dims(pads));
  }
  r.give(node, r.add_layer(node, ZeroPad2D{.pad = pads[2]}, {x}));
}

void read_resize(Reading& r, Node& node) {
  node.expect_inputs(3, 4);
  if (r.opset() < 11) throw Error("expected opset 11 or later, whose Resize has half-pixel centres");
  const Value x = r.picture(node, 0);
  if (node.text("mode", "nearest") != "linear") throw Error("mode: expected linear, found another");
  const std::string centres = node.text("coordinate_transformation_mode", "half_pixel");
  if (centres != "half_pixel" && centres != "pytorch_half_pixel") {
    throw Error("coordinate_transformation_mode: expected half_pixel, found another");
  }
  node.expect_integer("antialias", 0, 0);
  node.ignore({"nearest_mode", "cubic_coeff_a", "extrapolation_value", "exclude_outside"});
  Dims sizes;
  if (node.has_input(3)) {
    sizes = r.ints(node, 3);
  } else {
    const Constant scales = r.constant(node, 2);
    if (!scales.real || scales.size() != 4 || scales.float_at(0) != 1 || scales.float_at(1) != 1) {
      throw Error("scales: expected [1, 1, height, width], found others");
    }
    sizes = {0, x.shape[2]};
    for (const int axis : {0, 1}) {
      const float size = std::floor(static_cast<float>(x.shape[axis]) * scales.float_at(2 + axis));
      if (!(size >= 1 && size <= static_cast<float>(kMaxExtent))) throw Error("scales: expected a size above 0");
      sizes.push_back(static_cast<int64_t>(size));
    }
  }
  if (sizes.size() != 4 || sizes[1] != x.shape[2]) throw Error("sizes: expected [n, c, height, width], found others");
  // PyTorch's centres differ for one row or column alone.
  if (centres != "half_pixel" && (sizes[2] == 1 || sizes[3] == 1)) throw Error("expected more than one row and column");
  r.give(node, r.add_layer(node, Resize{.size = {sizes[2], sizes[3]}}, {x}));
}

}  // namespace fer::onnx_file
