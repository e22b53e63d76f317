// What gives pictures other sizes: padding, cutting off, channels side by side. (resize.cc has the rest.)
#include <fmt/format.h>

#include <algorithm>

#include "fer/error.h"
#include "network/json_text.h"
#include "network/limits.h"
#include "onnx/read/operators.h"

namespace fer::onnx_file {
namespace {

// [top, left, bottom, right]
Value cropped(Reading& r, const Node& node, const Value& x, const Dims& cells) {
  if (cells == Dims(4, 0)) return x;
  return r.add_layer(node, Crop2D{.rows = {cells[0], cells[2]}, .columns = {cells[1], cells[3]}}, {x});
}

// As an input since opset 11, as an attribute before.
float padding_value(const Reading& r, Node& node) {
  const float attribute = node.real("value", 0);
  if (!node.has_input(2)) return attribute;
  const Constant value = r.constant(node, 2);
  if (value.real && value.size() == 1) return value.float_at(0);
  throw Error(fmt::format("input 3: expected one float, found {} of shape {}", value.real ? "floats" : "whole numbers",
                          shown_dims(value.dims)));
}

}  // namespace

void read_pad(Reading& r, Node& node) {
  node.expect_inputs(1, 4);
  Value x = r.picture(node, 0);
  if (const std::string mode = node.text("mode", "constant"); mode != "constant") {
    throw Error("mode: expected constant, found " + shown(mode));
  }
  if (const float value = padding_value(r, node); value != 0) {
    throw Error(fmt::format("expected to pad with 0, found {}", value));
  }
  if (node.has_input(3)) throw Error("axes: expected none, found " + shown_dims(r.ints(node, 3)));
  const Dims pads = node.has_input(1) ? r.ints(node, 1) : node.integers("pads", {});
  const bool good =
      pads.size() == 8 && pads[0] == 0 && pads[1] == 0 && pads[4] == 0 && pads[5] == 0 &&
      std::all_of(pads.begin(), pads.end(), [](int64_t pad) { return pad >= -kMaxExtent && pad <= kMaxExtent; });
  if (!good) throw Error("pads: expected cells before and after rows and columns, found " + shown_dims(pads));
  Dims cells = {pads[2], pads[3], pads[6], pads[7]}, cut(4);
  for (size_t i = 0; i < 4; ++i) cut[i] = std::max<int64_t>(-cells[i], 0);
  for (int64_t& cell : cells) cell = std::max<int64_t>(cell, 0);
  x = cropped(r, node, x, cut);
  if (cells == Dims(4, cells[0])) {
    r.give(node, cells[0] == 0 ? x : r.add_layer(node, ZeroPad2D{.pad = cells[0]}, {x}));
    return;
  }
  x.half = Value::Half::kPadded;
  x.numbers = cells;
  r.give(node, x);
}

namespace {

// What a Slice says of one axis.
struct Range {
  int64_t axis, start, end;
};

// As inputs since opset 10, as attributes before.
std::vector<Range> ranges_of(const Reading& r, Node& node) {
  const bool old = r.opset() < 10;
  node.expect_inputs(1, old ? 1 : 5);
  const Dims starts = old ? node.integers("starts", {}) : r.shape(node, 1);
  const Dims ends = old ? node.integers("ends", {}) : r.shape(node, 2);
  const Dims axes = old ? node.integers("axes", {}) : node.has_input(3) ? r.ints(node, 3) : Dims();
  const Dims steps = !old && node.has_input(4) ? r.ints(node, 4) : Dims();
  const bool good = ends.size() == starts.size() && (axes.empty() || axes.size() == starts.size()) &&
                    std::all_of(steps.begin(), steps.end(), [](int64_t step) { return step == 1; });
  if (!good) {
    throw Error(fmt::format("expected starts, ends and axes of one length, and steps of 1, found {}, {}, {} and {}",
                            shown_dims(starts), shown_dims(ends), shown_dims(axes), shown_dims(steps)));
  }
  std::vector<Range> ranges;
  for (size_t i = 0; i < starts.size(); ++i) {
    ranges.push_back({axes.empty() ? static_cast<int64_t>(i) : axes[i], starts[i], ends[i]});
  }
  return ranges;
}

// Cells before and after what stays of an axis. (Numbers below 0 count from its end.)
Pair cut_off(const Range& range, int64_t extent) {
  const auto place = [=](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + extent : at, 0, extent); };
  return {place(range.start), extent - place(range.end)};
}

}  // namespace

// Rows and columns of a picture.
void read_slice(Reading& r, Node& node) {
  const Value x = r.decided(node, 0);
  const std::vector<Range> ranges = ranges_of(r, node);
  if (!x.is_picture() || x.rank != 4) throw Error(fmt::format("expected pictures, found {} axes", x.rank));
  const int64_t rows = x.axes == Value::Axes::kChannelsFirst ? 2 : 1;
  const Dims extents = file_dims(x);
  Dims cells(4, 0);
  for (Range range : ranges) {
    if (range.axis < 0) range.axis += 4;
    const bool whole_batch = range.axis == 0 && range.start == 0 && range.end >= INT32_MAX;
    if (whole_batch) continue;
    if (range.axis < 1 || range.axis > 3) {
      throw Error(
          fmt::format("axes: expected those of rows and columns, {} and {}, found {}", rows, rows + 1, range.axis));
    }
    const Pair cut = cut_off(range, extents[static_cast<size_t>(range.axis) - 1]);
    if (range.axis == rows || range.axis == rows + 1) {
      cells[static_cast<size_t>(range.axis - rows)] = cut[0];
      cells[static_cast<size_t>(range.axis - rows) + 2] = cut[1];
    } else if (cut != Pair{0, 0}) {
      throw Error(fmt::format("expected to cut rows and columns off, found channels {} to {} of {}", cut[0],
                              extents[static_cast<size_t>(range.axis) - 1] - cut[1],
                              extents[static_cast<size_t>(range.axis) - 1]));
    }
  }
  r.give(node, cropped(r, node, x, cells));
}

// Channels side by side.
void read_concat(Reading& r, Node& node) {
  std::vector<Value> inputs;
  for (int i = 0; i < node.input_count(); ++i) {
    inputs.push_back(r.decided(node, i));
    const Value &x = inputs.back(), &first = inputs[0];
    if (x.axes != first.axes || x.rank != first.rank) {
      throw Error(
          fmt::format("input {}: expected axes as input 1 has, {}, found {}", i + 1, shown_axes(first), shown_axes(x)));
    }
    if (x.flattened.rank() != 0)
      throw Error(fmt::format("input {}: expected pictures or channels, found a flattened picture", i + 1));
  }
  if (inputs.empty()) throw Error("expected an input, found none");
  const auto rank = static_cast<int64_t>(inputs[0].rank);
  const int64_t axis = node.integer("axis", 1), channels = inputs[0].axes == Value::Axes::kChannelsLast ? rank - 1 : 1;
  if (axis != channels && axis != channels - rank)
    throw Error(fmt::format("axis: expected that of the channels, {}, found {}", channels, axis));
  r.give(node, r.add_layer(node, Concat{}, inputs));
}

}  // namespace fer::onnx_file
