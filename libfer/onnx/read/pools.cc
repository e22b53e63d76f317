// Pools and means.
#include <fmt/format.h>

#include <algorithm>

#include "fer/error.h"
#include "onnx/read/operators.h"
#include "onnx/read/windows.h"

namespace fer::onnx_file {
namespace {

template <class Pool>
Pool pool_of(Node& node, const Value& x) {
  node.expect_inputs(1, 1);
  if (!node.has("kernel_shape")) throw Error("kernel_shape: expected 2 numbers, found none");
  Pool pool{.pool = extents(node, "kernel_shape", {1, 1}), .strides = extents(node, "strides", {1, 1})};
  pool.padding = padding_of(node, x.shape, pool.pool, pool.strides);
  expect_plain_window(node);
  pool.padding = ceil_padding(node, x.shape, pool.pool, pool.strides, pool.padding);
  return pool;
}

Value add_global(Reading& r, const Node& node, const LayerKind& pool, const Value& x, size_t rank) {
  Value y = r.add_layer(node, pool, {x});
  y.rank = rank;
  return y;
}

// Gives the mean of all pixels, with so many axes of extent 1 left, where these are the axes that are wanted.
void give_mean(Reading& r, const Node& node, const Value& x, const Dims& axes, const Dims& wanted, size_t kept) {
  const bool first = x.axes == Value::Axes::kChannelsFirst;
  if (axes != wanted) {
    throw Error(fmt::format("axes: expected {} for the mean over height and width, found {}", shown_dims(wanted),
                            shown_dims(axes)));
  }
  if (!first && kept == 1) throw Error("keepdims: expected the same for height and width, found 0 and 1");
  // [n, c, 1, 1] counts as flat, [n, 1, 1, c] does not.
  const GlobalAveragePool2D pool{.keepdims = kept > 0 && !first};
  r.give(node, add_global(r, node, pool, x, 2 + kept));
}

}  // namespace

void read_max_pool(Reading& r, Node& node) {
  node.ignore({"storage_order"});  // of the second output
  const Value x = r.picture(node, 0);
  const auto pool = pool_of<MaxPool2D>(node, x);
  r.give(node, r.add_layer(node, pool, {x}));
}

void read_average_pool(Reading& r, Node& node) {
  Value x = r.picture(node, 0);
  auto pool = pool_of<AveragePool2D>(node, x);
  const std::vector<int64_t> none = {0, 0, 0, 0};
  const bool padded = node.text("auto_pad", "NOTSET") != "NOTSET" || node.integers("pads", none) != none;
  if (node.integer("count_include_pad", 0) != 0 && padded && pool.padding != Padding::valid()) {
    // Zeros that count are zeros put there before.
    const std::vector<int64_t> pads = node.integers("pads", {});
    if (pads.empty() || pads != std::vector<int64_t>(4, pads[0])) {
      throw Error("count_include_pad: expected 0, or the same padding on all four sides, found 1 and pads " +
                  shown_dims(pads));
    }
    x = r.add_layer(node, ZeroPad2D{.pad = pads[0]}, {x});
    pool.padding = Padding::valid();
  }
  r.give(node, r.add_layer(node, pool, {x}));
}

void read_global_average_pool(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  r.give(node, add_global(r, node, GlobalAveragePool2D{}, r.picture(node, 0), 4));
}

void read_global_max_pool(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  r.give(node, add_global(r, node, GlobalMaxPool2D{}, r.picture(node, 0), 4));
}

void read_reduce_mean(Reading& r, Node& node) {
  node.expect_inputs(1, 2);
  Value x = r.decided(node, 0, Value::Half::kMean);
  if (!x.is_picture()) throw Error("input 1: expected a picture, found [n, k]");
  Dims axes = node.has_input(1) ? r.ints(node, 1) : node.integers("axes", {});
  for (int64_t& axis : axes) axis += axis < 0 ? static_cast<int64_t>(x.rank) : 0;
  std::sort(axes.begin(), axes.end());
  const bool keeps = node.integer("keepdims", 1) != 0;
  node.ignore({"noop_with_empty_axes"});
  const bool first = x.axes == Value::Axes::kChannelsFirst;
  if (x.half == Value::Half::kNone && x.rank == 3) {
    if (keeps) throw Error("keepdims: expected 0 of [n, k, c], found 1");
    return give_mean(r, node, x, axes, {1}, 0);
  }
  const Dims both = first ? Dims{2, 3} : Dims{1, 2};
  if (x.half == Value::Half::kMean) {
    // The other axis has moved up where the first one is gone.
    const bool kept = x.numbers[1] != 0, lower = x.numbers[0] == both[0];
    const int64_t other = lower && kept ? both[1] : both[0];
    return give_mean(r, node, x, axes, {other}, kept + keeps);
  }
  if (axes.size() == 1 && (axes[0] == both[0] || axes[0] == both[1])) {
    x.half = Value::Half::kMean;
    x.numbers = {axes[0], keeps};
    x.rank = keeps ? 4 : 3;
    return r.give(node, x);
  }
  give_mean(r, node, x, axes, both, keeps ? 2 : 0);
}

}  // namespace fer::onnx_file
