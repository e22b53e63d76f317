// Pools and means.
#include <algorithm>

#include "fer/error.h"
#include "onnx/operators.h"
#include "onnx/windows.h"

namespace fer::onnx_file {
namespace {

template <class Pool>
Pool pool_of(Node& node, const Value& x) {
  node.expect_inputs(1, 1);
  if (!node.has("kernel_shape")) throw Error("expected kernel_shape, found none");
  Pool pool{.pool = extents(node, "kernel_shape", {1, 1}), .strides = extents(node, "strides", {1, 1})};
  pool.padding = padding_of(node, x.shape, pool.pool, pool.strides);
  expect_plain_window(node, x.shape, pool.pool, pool.strides, pool.padding);
  return pool;
}

Value add_global(Reading& r, const Node& node, const LayerKind& pool, const Value& x, size_t rank) {
  Value y = r.add_layer(node, pool, {x});
  y.rank = rank;
  return y;
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
  if (node.integer("count_include_pad", 0) != 0 && pool.padding != Padding::valid()) {
    // Zeros that count are zeros put there before.
    const std::vector<int64_t> pads = node.integers("pads", {});
    if (pads.empty() || pads != std::vector<int64_t>(4, pads[0])) {
      throw Error("count_include_pad: expected 0, or the same padding on all four sides");
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
  const Value x = r.decided(node, 0);
  if (!x.is_picture()) throw Error("input 1: expected a picture, found [n, k]");
  std::vector<int64_t> axes = node.has_input(1) ? r.ints(node, 1) : node.integers("axes", {});
  for (int64_t& axis : axes) axis += axis < 0 ? 4 : 0;
  std::sort(axes.begin(), axes.end());
  const bool first = x.axes == Value::Axes::kChannelsFirst;
  if (axes != (first ? std::vector<int64_t>{2, 3} : std::vector<int64_t>{1, 2})) {
    throw Error("axes: expected height and width, found others");
  }
  const bool keeps = node.integer("keepdims", 1) != 0;
  node.ignore({"noop_with_empty_axes"});
  // [n, c, 1, 1] counts as flat, [n, 1, 1, c] does not.
  const GlobalAveragePool2D pool{.keepdims = keeps && !first};
  r.give(node, add_global(r, node, pool, x, keeps ? 4 : 2));
}

}  // namespace fer::onnx_file
