// Shapes computed from shapes, as exporters write x.view(x.size(0), -1) and resizing. The batch, which may be of any
// size, counts as 0: what Reshape copies and Resize leaves alone.
#include <fmt/format.h>

#include <algorithm>

#include "fer/error.h"
#include "onnx/operators.h"

namespace fer::onnx_file {
namespace {

using Ints = std::vector<int64_t>;

void give_ints(Reading& r, const Node& node, const Ints& values, bool one_number = false) {
  onnx::TensorProto tensor;
  tensor.set_data_type(onnx::TensorProto::INT64);
  if (!one_number) tensor.add_dims(static_cast<int64_t>(values.size()));
  for (const int64_t value : values) tensor.add_int64_data(value);
  r.give_constant(node, std::move(tensor));
}

int64_t one_int(const Reading& r, const Node& node, int i) {
  const Ints values = r.ints(node, i);
  if (values.size() != 1) throw Error(fmt::format("input {}: expected one number, found {}", i + 1, values.size()));
  return values[0];
}

// `index` counts from the end where it is negative. Clamped to 0 ... size.
int64_t position(int64_t index, int64_t size) { return std::clamp<int64_t>(index < 0 ? index + size : index, 0, size); }

// Channels side by side.
void read_concat_of_values(Reading& r, Node& node) {
  std::vector<Value> inputs;
  for (int i = 0; i < node.input_count(); ++i) {
    inputs.push_back(r.decided(node, i));
    const Value &x = inputs.back(), &first = inputs[0];
    if (x.axes != first.axes || x.rank != first.rank)
      throw Error("expected inputs with axes of one order, found several");
    if (x.flattened.rank() != 0) throw Error("expected pictures or channels, found a flattened picture");
  }
  const auto rank = static_cast<int64_t>(inputs[0].rank);
  const int64_t axis = node.integer("axis", 1), channels = inputs[0].axes == Value::Axes::kChannelsLast ? 3 : 1;
  if (axis != channels && axis != channels - rank)
    throw Error(fmt::format("axis: expected that of the channels, {}, found {}", channels, axis));
  r.give(node, r.add_layer(node, Concat{}, inputs));
}

}  // namespace

void read_shape(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  Ints dims = file_dims(r.value(node, 0));
  dims.insert(dims.begin(), r.fixed_batch());
  give_ints(r, node, dims);
}

void read_gather(Reading& r, Node& node) {
  node.expect_inputs(2, 2);
  node.expect_integer("axis", 0, 0);
  const Ints data = r.ints(node, 0);
  const auto size = static_cast<int64_t>(data.size());
  Ints gathered;
  for (const int64_t index : r.ints(node, 1)) {
    if (index < -size || index >= size) throw Error(fmt::format("expected an index below {}, found {}", size, index));
    gathered.push_back(data[static_cast<size_t>(position(index, size))]);
  }
  give_ints(r, node, gathered, r.constant(node, 1).dims.empty());
}

void read_unsqueeze(Reading& r, Node& node) {
  node.expect_inputs(1, 2);
  const Ints axes = node.has_input(1) ? r.ints(node, 1) : node.integers("axes", {});
  const bool one_number = r.constant(node, 0).dims.empty();
  if (!one_number || (axes != Ints{0} && axes != Ints{-1}))
    throw Error("expected one number and axes [0], found others");
  give_ints(r, node, r.ints(node, 0));
}

void read_concat(Reading& r, Node& node) {
  if (node.input_count() > 0 && !r.is_constant(node, 0)) return read_concat_of_values(r, node);
  node.expect_integer("axis", 0, 0);
  Ints all;
  for (int i = 0; i < node.input_count(); ++i) {
    for (const int64_t value : r.ints(node, i)) all.push_back(value);
    if (all.size() > kMaxInts) throw Error(fmt::format("expected at most {} numbers, found more", kMaxInts));
  }
  give_ints(r, node, all);
}

void read_slice(Reading& r, Node& node) {
  node.expect_inputs(1, 5);
  const bool in_inputs = node.input_count() > 1;
  const Ints data = r.ints(node, 0);
  const auto size = static_cast<int64_t>(data.size());
  const auto bound = [&](int i, const char* name) {
    if (in_inputs) return one_int(r, node, i);
    const Ints values = node.integers(name, {});
    if (values.size() != 1) throw Error(fmt::format("{}: expected one number, found {}", name, values.size()));
    return values[0];
  };
  const int64_t begin = position(bound(1, "starts"), size), end = position(bound(2, "ends"), size);
  const Ints axes = node.has_input(3) ? r.ints(node, 3) : node.integers("axes", {0});
  const bool plain = axes == Ints{0} && (!node.has_input(4) || one_int(r, node, 4) == 1);
  if (!plain) throw Error("expected axes [0] and steps [1], found others");
  give_ints(r, node, {data.begin() + begin, data.begin() + std::max(begin, end)});
}

}  // namespace fer::onnx_file
