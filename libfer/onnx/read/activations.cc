// Functions of each element, and softmax.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/selu.h"
#include "fer/error.h"
#include "network/json_text.h"
#include "onnx/read/operators.h"

namespace fer::onnx_file {
namespace {

using core::kSeluAlpha, core::kSeluScale;

struct NamedActivation {
  const char* op;
  Activation function;
  float alpha;  // where the node says none; 0: it has none
};
constexpr NamedActivation kActivations[] = {{"Elu", Activation::kElu, 1.0f},
                                            {"HardSwish", Activation::kHardSwish, 0},
                                            {"LeakyRelu", Activation::kLeakyRelu, 0.01f},
                                            {"Mish", Activation::kMish, 0},
                                            {"Relu", Activation::kRelu, 0},
                                            {"Sigmoid", Activation::kSigmoid, 0},
                                            {"Tanh", Activation::kTanh, 0}};

// Below and above what a value may become: given by an input since opset 11, by an attribute before.
float bound_of(const Reading& r, Node& node, int input, const char* attribute, float none) {
  const float bound = node.real(attribute, none);
  if (!node.has_input(input)) return bound;
  const Constant constant = r.constant(node, input);
  if (!constant.real || constant.size() != 1) {
    throw Error(fmt::format("input {}: expected one float, found {} of shape {}", input + 1,
                            constant.real ? "floats" : "whole numbers", shown_dims(constant.dims)));
  }
  return constant.float_at(0);
}

void give_function(Reading& r, const Node& node, Activation function) {
  r.give(node, r.add_layer(node, ActivationLayer{function}, {r.decided(node, 0)}));
}

// libfer's runs over the channels. Before opset 13 it ran over all axes from `axis` on together.
Value add_softmax(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  const bool old = r.opset() < 13;
  const Value x = r.decided(node, 0);
  int64_t axis = node.integer("axis", old ? 1 : -1);
  if (axis < 0) axis += static_cast<int64_t>(x.rank);
  const int64_t channels = x.axes == Value::Axes::kChannelsLast ? static_cast<int64_t>(x.rank) - 1 : 1;
  if (axis != channels || (old && x.axes == Value::Axes::kChannelsFirst)) {
    throw Error(fmt::format("axis: expected that of the channels, found {} of {} axes", axis, x.rank));
  }
  if (x.flattened.rank() != 0) {
    throw Error("expected [n, classes], found a flattened picture [height, width, channels] of " +
                x.flattened.to_string());
  }
  return r.add_layer(node, ActivationLayer{.function = Activation::kSoftmax}, {x});
}

}  // namespace

void read_activation(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  for (const NamedActivation& named : kActivations) {
    if (node.op() != named.op) continue;
    ActivationLayer layer{named.function, 0};
    if (named.alpha != 0) {
      layer.alpha = node.real("alpha", named.alpha);
      // (libfer takes 0 for a default.)
      if (!(layer.alpha > 0)) throw Error(fmt::format("alpha: expected a number above 0, found {}", layer.alpha));
    }
    const Value x = r.decided(node, 0, Value::Half::kMerged);
    Value y = r.add_layer(node, layer, {x});
    y.half = x.half;
    r.give(node, y);
  }
}

void read_clip(Reading& r, Node& node) {
  node.expect_inputs(1, 3);
  constexpr float kMost = std::numeric_limits<float>::max();
  const float low = bound_of(r, node, 1, "min", -kMost), high = bound_of(r, node, 2, "max", kMost);
  if (low != 0 || (high != 6 && high < kMost)) {
    throw Error(fmt::format("expected to clip at 0, or at 0 and 6, found at {} and {}", low, high));
  }
  const ActivationLayer layer{high == 6 ? Activation::kRelu6 : Activation::kRelu};
  r.give(node, r.add_layer(node, layer, {r.decided(node, 0)}));
}

void read_hard_sigmoid(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  const float alpha = node.real("alpha", 0.2f), beta = node.real("beta", 0.5f);
  if (!(alpha > 0 && std::isfinite(alpha) && std::isfinite(beta))) {
    throw Error(fmt::format("alpha, beta: expected a slope above 0 and a number, found {} and {}", alpha, beta));
  }
  Value x = r.decided(node, 0);
  // (libfer's is 1/2 at 0: another one is the same function of what is shifted first.)
  if (beta != 0.5f) x = add_affine(r, node, x, [=](int64_t) { return Preprocessing{1, (beta - 0.5f) / alpha}; });
  const bool usual = std::fabs(alpha - 1.0f / 6) <= 1e-6f;
  r.give(node, r.add_layer(node, ActivationLayer{Activation::kHardSigmoid, usual ? 0 : alpha}, {x}));
}

void read_selu(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  const float alpha = node.real("alpha", kSeluAlpha), gamma = node.real("gamma", kSeluScale);
  if (!(std::fabs(alpha - kSeluAlpha) <= 1e-4f && std::fabs(gamma - kSeluScale) <= 1e-4f)) {
    throw Error(fmt::format("alpha, gamma: expected {} and {}, found {} and {}", kSeluAlpha, kSeluScale, alpha, gamma));
  }
  give_function(r, node, Activation::kSelu);
}

void read_gelu(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  const std::string how = node.text("approximate", "none");
  if (how != "none" && how != "tanh") throw Error("approximate: expected none or tanh, found " + shown(how));
  give_function(r, node, how == "tanh" ? Activation::kGeluTanh : Activation::kGelu);
}

void read_runtime_gelu(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  give_function(r, node, Activation::kGelu);
}

void read_fast_gelu(Reading& r, Node& node) {
  node.expect_inputs(1, 2);
  if (node.has_input(1)) {
    throw Error("bias: expected none, found " + shown(node.input(1)) + ": take the file as it was exported");
  }
  give_function(r, node, Activation::kGeluTanh);
}

// x * sigmoid(alpha * x)
void read_quick_gelu(Reading& r, Node& node) {
  node.expect_inputs(1, 1);
  const float alpha = node.real("alpha", 1.702f);
  if (alpha != 1) throw Error(fmt::format("alpha: expected 1, which is silu, found {}", alpha));
  give_function(r, node, Activation::kSilu);
}

void refuse_erf(Reading&, Node&) {
  throw Error("expected it in x * (1 + erf(x / sqrt(2))) / 2, which is gelu, found another use");
}

void refuse_softplus(Reading&, Node&) {
  throw Error("expected it in x * tanh(softplus(x)), which is mish, found another use");
}

void read_softmax(Reading& r, Node& node) { r.give(node, add_softmax(r, node)); }

// Softmax of the logarithms gives the probabilities back: a graph that ends in them is read as one that ends in these.
void read_log_softmax(Reading& r, Node& node) {
  Value y = add_softmax(r, node);
  y.half = Value::Half::kLog;
  r.give(node, y);
}

}  // namespace fer::onnx_file
