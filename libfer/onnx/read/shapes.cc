// What gives values other axes: transposes, flattening, reshaping.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "fer/error.h"
#include "onnx/read/operators.h"

namespace fer::onnx_file {
namespace {

using Axes = Value::Axes;

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
  const int64_t batch = wanted[0];
  if (batch != kAnyBatch && batch != 0 && batch != -1 && batch != r.fixed_batch()) throw refusal;
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

// [n, h, w, c] as [n * h * w, c], for a dense layer of every pixel.
bool merges_pixels(const Value& x, const Dims& wanted) {
  if (x.axes != Axes::kChannelsLast || x.half != Value::Half::kNone || wanted.size() != 2) return false;
  return wanted[0] == -1 && wanted[1] == x.shape[2] && x.shape[0] * x.shape[1] > 1;
}

// Reading pixels in another form: flat ones as a picture, or with an axis of one channel elsewhere.
void reshape_input(Reading& r, const Node& node, Value x, const Dims& dims) {
  if (x.rank != 2 && without_ones(dims) != without_ones(x.shape.dims())) {
    throw Error(
        fmt::format("shape: expected the input's extents {}, found [{}]", x.shape.to_string(), fmt::join(dims, ", ")));
  }
  x.shape = Shape(dims);
  x.rank = dims.size() + 1;
  r.give(node, x);
}

}  // namespace

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
  if (x.axes == Axes::kUndecided) x = r.channels_first(node, 0);
  if (x.is_flat() && x.rank == 4 && to_last) x = r.picture_or_pixel(node, 0);
  if (!(x.axes == Axes::kChannelsLast && to_first && x.rank == 4) && !(x.axes == Axes::kChannelsFirst && to_last)) {
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
  Value x = r.value(node, 0, Value::Half::kMerged);
  const Dims from = file_dims(x), wanted = r.shape(node, 1);
  if (merges_pixels(x, wanted)) {
    x.half = Value::Half::kMerged;
    return r.give(node, x);
  }
  x.half = Value::Half::kNone;
  if (node.integer("allowzero", 0) != 0 && std::find(wanted.begin(), wanted.end(), 0) != wanted.end()) {
    throw Error("allowzero: expected 0, or a shape without 0, found " + shown_dims(wanted));
  }
  const Dims dims = resolved(r, wanted, from);
  if (x.axes == Axes::kUndecided && dims.size() > 1) return reshape_input(r, node, x, dims);
  if (x.axes == Axes::kUndecided) x = r.decided(node, 0);
  const bool in_order = x.axes == Axes::kChannelsLast || (x.is_flat() && x.flattened.rank() == 0);
  if (x.is_picture() && dims.size() == 1) {
    r.give(node, flattened(r, node, x));
  } else if (x.is_flat() && in_order && dims == Dims{x.shape[0], 1, 1}) {
    x.rank = 4;
    r.give(node, x);
  } else if (in_order && dims.size() == 2 && dims != from) {
    Value y = r.add_layer(node, Reshape{Shape{dims[0], 1, dims[1]}}, {x});
    y.axes = Axes::kChannelsLast;
    y.rank = 3;
    r.give(node, y);
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

// Takes away an axis of one row or column, or both.
void read_squeeze(Reading& r, Node& node) {
  node.expect_inputs(1, 2);
  Value x = r.decided(node, 0);
  const bool all = !node.has_input(1) && !node.has("axes"), last = x.axes == Axes::kChannelsLast;
  Dims axes = node.has_input(1) ? r.ints(node, 1) : node.integers("axes", {});
  for (int64_t& axis : axes) axis += axis < 0 ? static_cast<int64_t>(x.rank) : 0;
  std::sort(axes.begin(), axes.end());
  Dims ones(x.rank - 2);
  std::iota(ones.begin(), ones.end(), last ? 1 : 2);
  if (all) axes = ones;
  const bool pixel = x.is_picture() && x.shape[0] == 1 && x.shape[1] == 1;
  const bool distinct = std::adjacent_find(axes.begin(), axes.end()) == axes.end();
  const bool fits = last ? axes == ones : std::includes(ones.begin(), ones.end(), axes.begin(), axes.end());
  // (Without axes a single class would go too.)
  if ((!x.is_flat() && !pixel) || !distinct || !fits || (all && x.shape[x.shape.rank() - 1] == 1)) {
    throw Error(fmt::format("expected axes of extent 1 after a global pool, found [{}]", fmt::join(axes, ", ")));
  }
  const size_t rank = x.rank - axes.size();
  if (pixel) x = flattened(r, node, x);
  x.rank = rank;
  r.give(node, x);
}

// More axes of extent 1 at the end of [n, k], as PyTorch 1.3 has them around a batch norm; or an axis of one channel in
// the input.
void read_unsqueeze(Reading& r, Node& node) {
  node.expect_inputs(1, 2);
  Value x = r.value(node, 0);
  Dims axes = node.has_input(1) ? r.ints(node, 1) : node.integers("axes", {});
  const size_t rank = x.rank + axes.size();
  for (int64_t& axis : axes) axis += axis < 0 ? static_cast<int64_t>(rank) : 0;
  std::sort(axes.begin(), axes.end());
  const bool distinct = std::adjacent_find(axes.begin(), axes.end()) == axes.end();
  const bool is_input = x.axes == Axes::kUndecided;
  const auto fits = [&](int64_t axis) {
    return axis >= (is_input ? 1 : static_cast<int64_t>(x.rank)) && axis < static_cast<int64_t>(rank);
  };
  if (!(is_input || x.is_flat()) || !distinct || rank > 4 || !std::all_of(axes.begin(), axes.end(), fits)) {
    throw Error(fmt::format("axes: expected some after [n, k], found [{}]", fmt::join(axes, ", ")));
  }
  if (is_input) {
    Dims dims = x.shape.dims();
    for (const int64_t axis : axes) dims.insert(dims.begin() + axis - 1, 1);
    x.shape = Shape(dims);
  }
  x.rank = rank;
  r.give(node, x);
}

void give_shape(Reading& r, Node& node, Dims dims) {
  const auto rank = static_cast<int64_t>(dims.size());
  const auto place = [&](int64_t axis) { return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank); };
  const int64_t start = place(node.integer("start", 0)), end = place(node.integer("end", rank));
  r.give_constant(node, whole_numbers({dims.begin() + start, dims.begin() + std::max(start, end)}));
}

void read_shape(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  Dims dims = file_dims(r.value(node, 0));
  dims.insert(dims.begin(), r.fixed_batch() > 0 ? r.fixed_batch() : kAnyBatch);
  give_shape(r, node, dims);
}

}  // namespace fer::onnx_file
