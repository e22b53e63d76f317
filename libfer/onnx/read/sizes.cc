// What gives pictures other sizes: padding, resizing, channels side by side.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fer/error.h"
#include "network/limits.h"
#include "onnx/read/operators.h"

namespace fer::onnx_file {

void read_pad(Reading& r, Node& node) {
  node.expect_inputs(1, 4);
  Value x = r.picture(node, 0);
  if (node.text("mode", "constant") != "constant") throw Error("mode: expected constant, found another");
  bool zero = node.real("value", 0) == 0;
  if (node.has_input(2)) {
    const Constant value = r.constant(node, 2);
    zero = value.real && value.size() == 1 && value.float_at(0) == 0;
  }
  if (!zero) throw Error("expected to pad with 0, found another value");
  if (node.has_input(3)) throw Error("expected no axes, found some");
  const Dims pads = node.has_input(1) ? r.ints(node, 1) : node.integers("pads", {});
  const bool good = pads.size() == 8 && pads[0] == 0 && pads[1] == 0 && pads[4] == 0 && pads[5] == 0 &&
                    std::all_of(pads.begin(), pads.end(), [](int64_t pad) { return pad >= 0 && pad <= kMaxExtent; });
  if (!good) throw Error("pads: expected cells before and after rows and columns, found " + shown_dims(pads));
  const Dims cells = {pads[2], pads[3], pads[6], pads[7]};
  if (cells == Dims(4, pads[2])) {
    r.give(node, pads[2] == 0 ? x : r.add_layer(node, ZeroPad2D{.pad = pads[2]}, {x}));
    return;
  }
  x.half = Value::Half::kPadded;
  x.numbers = cells;
  r.give(node, x);
}

namespace {

// [n, c, 1, 1] from a global pool, or a picture of one pixel.
bool is_pixel(const Value& x) {
  if (x.is_flat()) return x.rank == 4 && x.flattened.rank() == 0;
  return x.axes == Value::Axes::kChannelsFirst && x.shape[0] * x.shape[1] == 1;
}

// Each channel's number over a picture, which libfer's product does by itself: libfer's own files say it so, since
// OpenCV 4.6 multiplies a batch of pictures by the numbers of the first.
void give_repeated(Reading& r, const Node& node, Value x, const Constant& scales) {
  const bool fits = scales.real && scales.size() == 4 && scales.float_at(0) == 1 && scales.float_at(1) == 1;
  Dims dims = file_dims(x);
  for (int axis = 1; fits && axis < 3; ++axis) {
    const float scale = scales.float_at(axis + 1);
    if (!(scale >= 1 && scale <= static_cast<float>(kMaxExtent)) || scale != std::floor(scale)) {
      throw Error("scales: expected whole numbers of 1 or more, found others");
    }
    dims[static_cast<size_t>(axis)] = static_cast<int64_t>(scale);
  }
  if (!fits) throw Error("scales: expected [1, 1, height, width], found others");
  x.half = Value::Half::kRepeated;
  x.numbers = std::move(dims);
  r.give(node, x);
}

}  // namespace

// Resize's form before opset 10.
void read_upsample(Reading& r, Node& node) {
  node.expect_inputs(2, 2);
  const Value x = r.decided(node, 0);
  if (node.text("mode", "nearest") != "nearest" || !is_pixel(x)) {
    throw Error("expected the nearest cells of one pixel, found another enlargement");
  }
  give_repeated(r, node, x, r.constant(node, 1));
}

void read_resize(Reading& r, Node& node) {
  node.expect_inputs(2, 4);
  const bool nearest = node.text("mode", "nearest") == "nearest";
  if (nearest && is_pixel(r.decided(node, 0)) && !node.has_input(3)) {
    node.ignore({"coordinate_transformation_mode", "nearest_mode", "cubic_coeff_a", "extrapolation_value",
                 "exclude_outside", "antialias"});
    return give_repeated(r, node, r.decided(node, 0), r.constant(node, r.opset() < 11 ? 1 : 2));
  }
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
    sizes = r.shape(node, 3);
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

// Channels side by side.
void read_concat(Reading& r, Node& node) {
  std::vector<Value> inputs;
  for (int i = 0; i < node.input_count(); ++i) {
    inputs.push_back(r.decided(node, i));
    const Value &x = inputs.back(), &first = inputs[0];
    if (x.axes != first.axes || x.rank != first.rank)
      throw Error("expected inputs with axes of one order, found several");
    if (x.flattened.rank() != 0) throw Error("expected pictures or channels, found a flattened picture");
  }
  if (inputs.empty()) throw Error("expected an input, found none");
  const auto rank = static_cast<int64_t>(inputs[0].rank);
  const int64_t axis = node.integer("axis", 1), channels = inputs[0].axes == Value::Axes::kChannelsLast ? rank - 1 : 1;
  if (axis != channels && axis != channels - rank)
    throw Error(fmt::format("axis: expected that of the channels, {}, found {}", channels, axis));
  r.give(node, r.add_layer(node, Concat{}, inputs));
}

}  // namespace fer::onnx_file
