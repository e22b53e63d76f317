// Nodes whose inputs are all constants: weights in another shape, and numbers computed from shapes, as exporters write
// x.view(x.size(0), -1), paddings and sizes.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fer/error.h"
#include "onnx/read/operators.h"

namespace fer::onnx_file {
namespace {

constexpr int64_t kMaxSliced = int64_t{1} << 16;  // of shapes and the like

int64_t one_int(const Reading& r, const Node& node, int i) {
  const Dims values = r.ints(node, i);
  if (values.size() != 1) throw Error(fmt::format("input {}: expected one number, found {}", i + 1, values.size()));
  return values[0];
}

// The axes, from an input since opset 13 and from an attribute before. Sorted; negative ones count from the end of
// `rank` axes.
Dims axes_of(const Reading& r, Node& node, size_t rank, const Dims& usual) {
  Dims axes = node.has_input(1) ? r.ints(node, 1) : node.integers("axes", usual);
  const auto count = static_cast<int64_t>(rank);
  for (int64_t& axis : axes) {
    axis += axis < 0 ? count : 0;
    if (axis < 0 || axis >= count) throw Error(fmt::format("axes: expected some of {}, found {}", rank, axis));
  }
  std::sort(axes.begin(), axes.end());
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) {
    throw Error("axes: expected each once, found " + shown_dims(axes));
  }
  return axes;
}

// What a Reshape asks for: 0 copies an extent, -1 takes what is left.
Dims resolved(const Constant& constant, Dims dims, bool zero_copies) {
  int64_t* open = nullptr;
  int64_t known = 1;
  bool fits = true;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && zero_copies && i < constant.dims.size()) dims[i] = constant.dims[i];
    if (dims[i] == -1 && open == nullptr) {
      open = &dims[i];
    } else {
      fits = fits && dims[i] >= 0 && !__builtin_mul_overflow(known, dims[i], &known);
    }
  }
  if (!fits || (open != nullptr && (known == 0 || constant.size() % known != 0))) {
    throw Error(fmt::format("expected a shape of {} values, found {}", constant.size(), shown_dims(dims)));
  }
  if (open != nullptr) *open = constant.size() / known;
  return dims;
}

void fold(Reading& r, Node& node, Operation operation) {
  node.expect_inputs(2, 2);
  r.give_constant(node, computed(operation, r.constant(node, 0), r.constant(node, 1)));
}

}  // namespace

void fold_add(Reading& r, Node& node) { fold(r, node, Operation::kAdd); }
void fold_sub(Reading& r, Node& node) { fold(r, node, Operation::kSub); }
void fold_mul(Reading& r, Node& node) { fold(r, node, Operation::kMul); }
void fold_div(Reading& r, Node& node) { fold(r, node, Operation::kDiv); }

void fold_same(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  r.give_constant(node, r.constant(node, 0));
}

void fold_cast(Reading& r, Node& node) {
  const int64_t to = node.integer("to", -1);
  const bool same = r.constant(node, 0).real ? is_type_of_floats(to)
                                             : to == onnx::TensorProto::INT64 || to == onnx::TensorProto::INT32;
  if (!same) throw Error(fmt::format("to: expected floats to stay floats, whole numbers such, found type {}", to));
  node.ignore({"saturate"});
  fold_same(r, node);
}

void fold_shape(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  give_shape(r, node, r.constant(node, 0).dims);
}

void fold_reshape(Reading& r, Node& node) {
  node.expect_inputs(2, 2);
  const Constant constant = r.constant(node, 0);
  r.give_constant(node, with_dims(constant, resolved(constant, r.ints(node, 1), node.integer("allowzero", 0) == 0)));
}

void fold_flatten(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  const Constant constant = r.constant(node, 0);
  const auto rank = static_cast<int64_t>(constant.dims.size());
  int64_t axis = node.integer("axis", 1);
  axis += axis < 0 ? rank : 0;
  if (axis < 0 || axis > rank) throw Error(fmt::format("axis: expected at most {}, found {}", rank, axis));
  const Dims before(constant.dims.begin(), constant.dims.begin() + axis);
  const Dims after(constant.dims.begin() + axis, constant.dims.end());
  r.give_constant(node, with_dims(constant, {byte_count(before, 1), byte_count(after, 1)}));
}

void fold_squeeze(Reading& r, Node& node) {
  node.expect_inputs(1, 2);
  const Constant constant = r.constant(node, 0);
  Dims ones, dims;
  for (size_t i = 0; i < constant.dims.size(); ++i) {
    if (constant.dims[i] == 1) ones.push_back(static_cast<int64_t>(i));
  }
  const Dims axes = axes_of(r, node, constant.dims.size(), ones);
  for (size_t i = 0; i < constant.dims.size(); ++i) {
    if (!std::binary_search(axes.begin(), axes.end(), static_cast<int64_t>(i))) dims.push_back(constant.dims[i]);
  }
  r.give_constant(node, with_dims(constant, dims));
}

void fold_unsqueeze(Reading& r, Node& node) {
  node.expect_inputs(1, 2);
  const Constant constant = r.constant(node, 0);
  const size_t more = node.has_input(1) ? r.ints(node, 1).size() : node.integers("axes", {}).size();
  Dims dims = constant.dims;
  for (const int64_t axis : axes_of(r, node, dims.size() + more, {})) dims.insert(dims.begin() + axis, 1);
  r.give_constant(node, with_dims(constant, dims));
}

void fold_transpose(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  const Constant constant = r.constant(node, 0);
  Dims reversed;
  for (size_t i = constant.dims.size(); i-- > 0;) reversed.push_back(static_cast<int64_t>(i));
  r.give_constant(node, transposed(constant, node.integers("perm", reversed)));
}

void fold_gather(Reading& r, Node& node) {
  node.expect_inputs(2, 2);
  node.expect_integer("axis", 0, 0);
  const Constant constant = r.constant(node, 0);
  Dims indices = r.ints(node, 1);
  for (int64_t& index : indices) index += index < 0 && !constant.dims.empty() ? constant.dims[0] : 0;
  Constant gathered = rows(constant, indices);
  // One index takes the axis away.
  if (r.constant(node, 1).dims.empty()) gathered.dims.erase(gathered.dims.begin());
  r.give_constant(node, std::move(gathered));
}

void fold_concat(Reading& r, Node& node) {
  node.expect_integer("axis", 0, 0);
  std::vector<Constant> parts;
  parts.reserve(static_cast<size_t>(node.input_count()));
  for (int i = 0; i < node.input_count(); ++i) parts.push_back(r.constant(node, i));
  r.give_constant(node, joined(parts));
}

void fold_slice(Reading& r, Node& node) {
  node.expect_inputs(1, 5);
  const Constant constant = r.constant(node, 0);
  const auto bound = [&](int i, const char* name) {
    if (node.input_count() > 1) return one_int(r, node, i);
    const Dims values = node.integers(name, {});
    if (values.size() != 1) throw Error(fmt::format("{}: expected one number, found {}", name, values.size()));
    return values[0];
  };
  const int64_t start = bound(1, "starts"), end = bound(2, "ends"), step = node.has_input(4) ? one_int(r, node, 4) : 1;
  const Dims axes = node.has_input(3) ? r.ints(node, 3) : node.integers("axes", {0});
  if (axes != Dims{0} || (step != 1 && step != -1) || constant.dims.empty()) {
    throw Error(fmt::format("expected axes [0] and steps [1] or [-1], found axes [{}] and steps [{}]",
                            fmt::join(axes, ", "), step));
  }
  const int64_t size = constant.dims[0];
  if (size > kMaxSliced) throw Error(fmt::format("expected at most {} rows, found {}", kMaxSliced, size));
  // Clamped to where the rows end, or begin with a step back.
  const auto place = [&](int64_t index) {
    const int64_t low = step > 0 ? 0 : -1;
    return std::clamp(index < 0 ? index + size : index, low, size + low);
  };
  Dims indices;
  for (int64_t i = place(start); step > 0 ? i < place(end) : i > place(end); i += step) indices.push_back(i);
  r.give_constant(node, rows(constant, indices));
}

void fold_constant_of_shape(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  Constant value{.dims = {}, .bytes = std::string_view("\0\0\0\0", sizeof(float))};
  if (const onnx::TensorProto* tensor = node.tensor("value")) value = r.constant_in(*tensor);
  if (value.size() != 1) throw Error(fmt::format("value: expected one number, found {}", value.size()));
  r.give_constant(node, filled(r.ints(node, 0), value));
}

}  // namespace fer::onnx_file
