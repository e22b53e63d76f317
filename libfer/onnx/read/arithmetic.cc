// Sums and products: layers that add, biases, scaled inputs, and what is left of a batch norm that was folded.
#include <fmt/format.h>

#include "fer/error.h"
#include "network/json_text.h"
#include "onnx/read/operators.h"

namespace fer::onnx_file {
namespace {

using Half = Value::Half;

// A constant taken as one number, or as one per channel of some value, in libfer's order.
class ChannelNumbers {
 public:
  ChannelNumbers(const Constant& constant, const Value& x) : constant_(constant), flattened_(x.flattened) {
    const Dims& dims = constant.dims;
    size_t ones = 0;
    while (ones < dims.size() && dims[ones] == 1) ++ones;
    const Dims rest(dims.begin() + static_cast<int64_t>(ones), dims.end());
    Dims wanted = {x.shape.rank() == 0 ? 0 : x.shape[x.shape.rank() - 1]};
    if (x.axes != Value::Axes::kChannelsLast) wanted.resize(x.rank - 1, 1);
    const bool fits = constant.real && dims.size() <= x.rank && (rest.empty() || rest == wanted);
    if (fits) return;
    throw Error(fmt::format("expected a float, or floats of shape {}, found {} of shape {}", shown_dims(wanted),
                            constant.real ? "floats" : "int64", shown_dims(dims)));
  }

  bool is_one_number() const { return constant_.size() == 1; }
  float at(int64_t i) const { return constant_.float_at(is_one_number() ? 0 : file_index(flattened_, i)); }

 private:
  Constant constant_;
  Shape flattened_;
};

bool have_same_axes(const Value& a, const Value& b) {
  return a.axes == b.axes && a.rank == b.rank && a.flattened == b.flattened;
}

// y = scale * x + shift; c is the node's constant, before x where `constant_first`.
Preprocessing affine(Operation operation, bool constant_first, float c) {
  switch (operation) {
    case Operation::kAdd:
      return {1, c};
    case Operation::kSub:
      return constant_first ? Preprocessing{-1, c} : Preprocessing{1, -c};
    case Operation::kMul:
      return {c, 0};
    case Operation::kDiv:
      return {1 / c, 0};
  }
  return {1, 0};
}

// True where a sum is the bias of the layer before it, which nothing else reads and which has none.
bool take_bias(Reading& r, const Value& x, const ChannelNumbers& numbers) {
  if (x.layer < 0 || x.shared || !r.is_last_layer(x)) return false;
  LayerKind& kind = r.layer(x).kind;
  auto* conv = std::get_if<Conv2D>(&kind);
  auto* depthwise = std::get_if<DepthwiseConv2D>(&kind);
  auto* dense = std::get_if<Dense>(&kind);
  bool* bias = conv != nullptr        ? &conv->bias
               : depthwise != nullptr ? &depthwise->bias
               : dense != nullptr     ? &dense->bias
                                      : nullptr;
  if (bias == nullptr || *bias) return false;
  r.charge(x.shape[x.shape.rank() - 1]);
  *bias = true;
  r.fill(x, "bias", [=](std::span<float> out) {
    for (size_t i = 0; i < out.size(); ++i) out[i] = numbers.at(static_cast<int64_t>(i));
  });
  return true;
}

void read_with_constant(Reading& r, Node& node, Operation operation, int place) {
  const bool constant_first = place == 0;
  if (operation == Operation::kDiv && constant_first) {
    throw Error("input 1: expected a value to divide by a constant, found the constant " + shown(node.input(0)));
  }
  const Constant constant = r.constant(node, place);
  Value x = r.value(node, 1 - place, Half::kMerged);
  if (x.layer < 0 && constant.real && constant.size() == 1) {
    const Preprocessing step = affine(operation, constant_first, constant.float_at(0));
    x.scaled = after(x.scaled, step);
    if (x.first_channel) x.first_channel = after(*x.first_channel, step);
    r.give(node, x);
    return;
  }
  x = r.decided(node, 1 - place, Half::kMerged);
  const ChannelNumbers numbers(constant, x);
  if (operation == Operation::kAdd && take_bias(r, x, numbers)) {
    r.give(node, x);
    return;
  }
  const auto channel = [=](int64_t i) { return affine(operation, constant_first, numbers.at(i)); };
  Value y = add_affine(r, node, x, channel);
  y.half = x.half;
  if (x.first_channel) y.first_channel = after(*x.first_channel, channel(0));
  r.give(node, y);
}

bool read_with_constants(Reading& r, Node& node, Operation operation) {
  node.expect_inputs(2, 2);
  if (r.is_constant(node, 0) == r.is_constant(node, 1)) return false;
  read_with_constant(r, node, operation, r.is_constant(node, 0) ? 0 : 1);
  return true;
}

// x * sigmoid(x) is silu(x), and x * hard_sigmoid(x) is hard_swish(x).
bool read_gated_by_itself(Reading& r, const Node& node, const Value& a, const Value& b) {
  for (const bool first : {true, false}) {
    const Value &gate = first ? a : b, &x = first ? b : a;
    if (gate.half != Half::kNone || gate.layer < 1 || gate.shared || gate.layer != x.layer + 1 ||
        !r.is_last_layer(gate))
      continue;
    if (!have_same_axes(gate, x)) continue;
    auto* layer = std::get_if<ActivationLayer>(&r.layer(gate).kind);
    if (layer == nullptr || !r.layer(gate).inputs.empty()) continue;
    if (layer->function != Activation::kSigmoid && layer->function != Activation::kHardSigmoid) continue;
    if (layer->alpha != 0) continue;  // (hard_swish has the usual slope)
    layer->function = layer->function == Activation::kSigmoid ? Activation::kSilu : Activation::kHardSwish;
    r.give(node, gate);
    return true;
  }
  return false;
}

// One number per channel, [n, c, 1, 1], beside [n, c, h, w].
bool is_gate(const Value& gate, const Value& x) {
  return gate.is_flat() && gate.rank == 4 && gate.flattened.rank() == 0 && x.axes == Value::Axes::kChannelsFirst;
}

// True unless `gate` was repeated, to something else than x.
bool repeats_to(const Value& gate, const Value& x) { return gate.half == Half::kNone || gate.numbers == file_dims(x); }

}  // namespace

Value add_affine(Reading& r, const Node& node, const Value& x, const std::function<Preprocessing(int64_t)>& channel) {
  const BatchNorm norm;
  Value y = r.add_layer(node, norm, {x});
  const auto all = [](float value) { return [=](std::span<float> out) { std::fill(out.begin(), out.end(), value); }; };
  r.fill(y, "gamma", [=](std::span<float> out) {
    for (size_t i = 0; i < out.size(); ++i) out[i] = channel(static_cast<int64_t>(i)).scale;
  });
  r.fill(y, "beta", [=](std::span<float> out) {
    for (size_t i = 0; i < out.size(); ++i) out[i] = channel(static_cast<int64_t>(i)).shift;
  });
  r.fill(y, "moving_mean", all(0));
  r.fill(y, "moving_variance", all(1 - norm.epsilon));
  return y;
}

void read_sum(Reading& r, Node& node) {
  std::vector<Value> inputs;
  for (int i = 0; i < node.input_count(); ++i) {
    inputs.push_back(r.decided(node, i));
    if (!have_same_axes(inputs[0], inputs.back())) {
      throw Error(fmt::format("input {}: expected axes as input 1 has, {}, found {}", i + 1, shown_axes(inputs[0]),
                              shown_axes(inputs.back())));
    }
  }
  if (inputs.empty()) throw Error("expected an input, found none");
  r.give(node, inputs.size() == 1 ? inputs[0] : r.add_layer(node, Add{}, inputs));
}

void read_add(Reading& r, Node& node) {
  if (!read_with_constants(r, node, Operation::kAdd)) read_sum(r, node);
}

void read_mul(Reading& r, Node& node) {
  if (read_with_constants(r, node, Operation::kMul)) return;
  const Value a = r.decided(node, 0, Half::kRepeated), b = r.decided(node, 1, Half::kRepeated);
  if (read_gated_by_itself(r, node, a, b)) return;
  const bool fits = have_same_axes(a, b) || is_gate(a, b) || is_gate(b, a);
  if (!fits || !repeats_to(a, b) || !repeats_to(b, a)) {
    throw Error(fmt::format("expected factors with axes of one order, or a picture and [n, c, 1, 1], found {} and {}",
                            shown_axes(a), shown_axes(b)));
  }
  // (The result has the axes of the first.)
  r.give(node, r.add_layer(node, Multiply{}, is_gate(a, b) ? std::vector{b, a} : std::vector{a, b}));
}

// [n, c, 1, 1] over a picture: libfer's product does that by itself.
void read_expand(Reading& r, Node& node) {
  node.expect_inputs(2, 2);
  Value x = r.decided(node, 0);
  const Dims from = file_dims(x), wanted = r.shape(node, 1);
  Dims dims = from;
  bool fits = wanted.size() == x.rank && (wanted[0] == kAnyBatch || wanted[0] == 1 || wanted[0] == r.fixed_batch());
  for (size_t i = 0; fits && i < dims.size(); ++i) {
    const int64_t extent = wanted[i + 1];
    if (dims[i] == 1) dims[i] = extent;
    fits = extent >= 1 && (extent == 1 || extent == dims[i]);
  }
  const bool repeats = dims != from;
  const bool pixel = (x.is_flat() && x.rank == 4) || (x.axes == Value::Axes::kChannelsFirst && from[1] * from[2] == 1);
  if (!fits || (repeats && !(pixel && dims[0] == from[0]))) {
    throw Error(fmt::format("shape: expected a number of each channel over a picture, found {} of {}",
                            shown_dims(wanted), shown_dims(from)));
  }
  if (repeats) {
    x.half = Half::kRepeated;
    x.numbers = dims;
  }
  r.give(node, x);
}

namespace {

[[noreturn]] void refuse_two_values(const Node& node) {
  throw Error("expected one value and one constant, found the values " + shown(node.input(0)) + " and " +
              shown(node.input(1)));
}

}  // namespace

void read_sub(Reading& r, Node& node) {
  if (!read_with_constants(r, node, Operation::kSub)) refuse_two_values(node);
}

void read_div(Reading& r, Node& node) {
  if (!read_with_constants(r, node, Operation::kDiv)) refuse_two_values(node);
}

}  // namespace fer::onnx_file
